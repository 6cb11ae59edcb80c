-- On how many days of the last 90 a person did something in each hour of their clock: what they did
-- with us or with a message, not what we did. Midnight of UTC to the second is a date without a time.
CREATE FUNCTION campaigns_active_hours(customer bigint, zone text, at timestamptz)
RETURNS TABLE (hour integer, acts bigint) LANGUAGE sql STABLE AS $$
    SELECT extract(hour FROM l.local)::integer, count(DISTINCT l.local::date)
    FROM profiles_touchpoint t
    JOIN profiles_event e ON e.id = t.event_id
    CROSS JOIN LATERAL (SELECT t.occurred_at AT TIME ZONE zone AS local) l
    WHERE t.customer_id = customer AND t.occurred_at > at - interval '90 days' AND t.occurred_at <= at
        AND t.occurred_at <> date_trunc('day', t.occurred_at, 'UTC')
        AND (t.type IN (1, 3, 4) OR e.name IN (
            'Email Opened', 'Email Link Clicked', 'Message Opened', 'Message Link Clicked'))
    GROUP BY 1
$$;

-- When a person's best hour comes next, within a day, and what was read. The hours within two of one
-- another help each other; ten active hours spread as those of the audience are added to the person's own.
-- An hour that begins in the quiet hours of the channel is none. No row where nobody has a history.
CREATE FUNCTION campaigns_best_hour(customer bigint, asked_channel text, zone text, audience integer[], at timestamptz)
RETURNS TABLE (due_at timestamptz, numbers jsonb) LANGUAGE sql STABLE AS $$
    WITH hours AS MATERIALIZED (
        SELECT n AS hour, coalesce(a.acts, 0) AS own, coalesce(audience[n + 1], 0) AS others,
            sum(coalesce(a.acts, 0)) OVER () AS all_own, sum(coalesce(audience[n + 1], 0)) OVER () AS all_others
        FROM generate_series(0, 23) AS n
        LEFT JOIN campaigns_active_hours(customer, zone, at) a ON a.hour = n
    ), best AS (
        SELECT h.hour, h.all_own, h.all_others, sum(x.own) AS own, sum(x.others) AS others
        FROM hours h CROSS JOIN generate_series(-2, 2) AS far JOIN hours x ON x.hour = mod(h.hour + far + 24, 24)
        WHERE h.all_own + h.all_others > 0 AND NOT EXISTS (
            SELECT FROM campaigns_quiet_hours q
            CROSS JOIN LATERAL (SELECT make_time(h.hour, 0, 0) AS clock) c
            WHERE q.channel = asked_channel AND q.is_active AND CASE WHEN q.starts_at <= q.ends_at
                THEN c.clock >= q.starts_at AND c.clock < q.ends_at
                ELSE c.clock >= q.starts_at OR c.clock < q.ends_at END)
        GROUP BY h.hour, h.all_own, h.all_others
        ORDER BY sum((3 - abs(far)) * (x.own + coalesce(10.0 * x.others / nullif(x.all_others, 0), 0))) DESC, h.hour
        LIMIT 1
    )
    SELECT greatest(at, (t.local + CASE WHEN t.local + interval '1 hour' <= at AT TIME ZONE zone
            THEN interval '1 day' ELSE interval '0' END) AT TIME ZONE zone),
        jsonb_build_object('hour', b.hour, 'zone', zone, 'near', b.own, 'own', b.all_own,
            'audience_near', b.others, 'audience', b.all_others)
    FROM best b
    CROSS JOIN LATERAL (SELECT date_trunc('day', at AT TIME ZONE zone) + make_interval(hours => b.hour) AS local) t
$$;
