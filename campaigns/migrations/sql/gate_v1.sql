-- What the gate asks about one person. Those that return a table are put into the statement by the planner.

-- The newest identifier of a kind, or NULL.
CREATE FUNCTION campaigns_identity(customer bigint, wanted text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT i.value FROM profiles_identity i
    WHERE i.customer_id = customer AND i.kind = wanted ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1
$$;

-- Where a message of a channel goes: the planned address, else the person's trait, else the newest
-- identifier; empty when there is none or an e-mail address cannot be one. Returns a table, so that
-- the planner puts it into the statement.
CREATE FUNCTION campaigns_address(customer bigint, customer_key uuid, traits jsonb, channel text, planned text)
RETURNS TABLE (address text) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN channel = 'email' AND found.address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' THEN '' ELSE found.address END
    FROM (SELECT coalesce(nullif(planned, ''), CASE channel
        WHEN 'email' THEN coalesce(nullif(traits ->> 'email', ''), campaigns_identity(customer, 'email'))
        WHEN 'sms' THEN coalesce(nullif(traits ->> 'phone', ''), campaigns_identity(customer, 'phone'))
        WHEN 'whatsapp' THEN coalesce(nullif(traits ->> 'phone', ''), campaigns_identity(customer, 'phone'))
        WHEN 'push' THEN campaigns_identity(customer, 'device_token')
        WHEN 'webpush' THEN campaigns_identity(customer, 'webpush')
        ELSE customer_key::text END, '') AS address OFFSET 0) AS found
$$;

-- How much a person got already: the count for each cap that applies, and the first that is reached.
CREATE FUNCTION campaigns_pressure(customer bigint, asked_channel text, asked_class text, at timestamptz)
RETURNS TABLE (counts jsonb, hit text) LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(cap.name, jsonb_build_object('count', n.count, 'max', cap.max_count, 'days', cap.days)),
        min(cap.name) FILTER (WHERE n.count >= cap.max_count)
    FROM campaigns_frequency_cap cap
    CROSS JOIN LATERAL (
        SELECT count(*) FROM campaigns_delivery d
        WHERE d.customer_id = customer AND d.claimed_at > at - make_interval(days => cap.days)
            AND d.message_class = cap.message_class AND (cap.channel = '' OR d.channel = cap.channel)
            AND d.status IN ('claimed', 'handed_over', 'confirmed', 'unknown')
    ) n
    WHERE cap.is_active AND cap.message_class = asked_class AND cap.channel IN ('', asked_channel)
$$;

-- A time zone that PostgreSQL knows: the wanted one, else the other.
CREATE FUNCTION campaigns_zone(wanted text, other text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM timestamptz 'epoch' AT TIME ZONE wanted;
    RETURN coalesce(wanted, other);
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN other;
END $$;

-- When the quiet hours that hold now end, or NULL outside them, and the clock that was read.
CREATE FUNCTION campaigns_quiet(asked_channel text, person_zone text, at timestamptz)
RETURNS TABLE (until timestamptz, clock jsonb) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN l.is_quiet THEN
            (l.local::date + q.ends_at + CASE WHEN l.local::time >= q.ends_at THEN interval '1 day' ELSE interval '0' END)
                AT TIME ZONE z.zone END,
        jsonb_build_object('zone', z.zone, 'from', CASE WHEN z.zone = person_zone THEN 'person' ELSE 'default' END,
            'local', to_char(l.local, 'YYYY-MM-DD HH24:MI'))
    FROM (SELECT true) AS always
    LEFT JOIN campaigns_quiet_hours q ON q.channel = asked_channel AND q.is_active
    CROSS JOIN LATERAL (SELECT CASE WHEN q.id IS NULL THEN NULL
        ELSE campaigns_zone(nullif(person_zone, ''), q.default_zone) END AS zone) z
    CROSS JOIN LATERAL (
        SELECT at AT TIME ZONE z.zone AS local
    ) t
    CROSS JOIN LATERAL (
        SELECT t.local, CASE WHEN q.starts_at <= q.ends_at
            THEN t.local::time >= q.starts_at AND t.local::time < q.ends_at
            ELSE t.local::time >= q.starts_at OR t.local::time < q.ends_at END AS is_quiet
    ) l
$$;
