-- How much a person got already: the count for each cap that applies, the first that is reached, and
-- the message that took its last slot. The days of a calendar cap are those of the person's zone.
CREATE FUNCTION campaigns_pressure(
    customer bigint, asked_channel text, asked_class text, asked_topic text, asked_tags text[], person_zone text,
    at timestamptz
) RETURNS TABLE (counts jsonb, hit text, slot uuid) LANGUAGE sql STABLE AS $$
    SELECT jsonb_object_agg(cap.name, jsonb_build_object(
            'count', n.count, 'max', cap.max_count, 'days', cap.days, 'period', cap.period)),
        min(cap.name) FILTER (WHERE n.count >= cap.max_count),
        (array_agg(n.slot ORDER BY cap.name) FILTER (WHERE n.count >= cap.max_count))[1]
    FROM campaigns_frequency_cap cap
    CROSS JOIN LATERAL (SELECT CASE cap.period
        WHEN 'rolling' THEN at - make_interval(days => cap.days)
        WHEN 'hours' THEN at - make_interval(hours => cap.days)
        ELSE date_trunc(cap.period, at AT TIME ZONE campaigns_zone(nullif(person_zone, ''), cap.default_zone))
            AT TIME ZONE campaigns_zone(nullif(person_zone, ''), cap.default_zone) - interval '1 microsecond'
        END AS after) w
    CROSS JOIN LATERAL (
        SELECT count(*) AS count, (array_agg(d.key ORDER BY d.claimed_at DESC))[1] AS slot
        FROM campaigns_delivery d
        WHERE d.customer_id = customer AND d.claimed_at > w.after
            AND (d.message_class = cap.message_class OR cap.counts_transactional AND d.message_class = 'transactional')
            AND (cap.channel = '' OR d.channel = cap.channel) AND (cap.topic = '' OR d.topic = cap.topic)
            AND (cap.tag = '' OR cap.tag = ANY (d.tags))
            AND d.status IN ('claimed', 'handed_over', 'confirmed', 'unknown')
    ) n
    WHERE cap.is_active AND cap.message_class = asked_class AND cap.channel IN ('', asked_channel)
        AND cap.topic IN ('', asked_topic) AND (cap.tag = '' OR cap.tag = ANY (asked_tags))
$$;

-- When the quiet hours that hold now end, or NULL outside them, the clock that was read, and whether
-- messages wait for the end or are dropped.
CREATE FUNCTION campaigns_silence(asked_channel text, person_zone text, at timestamptz)
RETURNS TABLE (until timestamptz, clock jsonb, policy text) LANGUAGE sql STABLE AS $$
    SELECT s.until, s.clock, q.policy FROM campaigns_quiet(asked_channel, person_zone, at) s
    LEFT JOIN campaigns_quiet_hours q ON q.channel = asked_channel AND q.is_active
$$;

-- Whether a person is held out of all marketing, and until when the last message keeps the next one
-- back. One row always.
CREATE FUNCTION campaigns_spacing(customer bigint, customer_key uuid, at timestamptz)
RETURNS TABLE (is_held_out boolean, gap_until timestamptz, gap_minutes integer) LANGUAGE sql STABLE AS $$
    SELECT coalesce(kernel_bucket('sending:holdout', customer_key::text) < 100 * g.holdout_percent, false),
        CASE WHEN n.last_at + make_interval(mins => g.gap_minutes) > at
            THEN n.last_at + make_interval(mins => g.gap_minutes) END,
        nullif(g.gap_minutes, 0)
    FROM (SELECT true) AS always
    LEFT JOIN campaigns_sending_rule g ON g.is_on
    LEFT JOIN LATERAL (
        SELECT max(d.claimed_at) AS last_at FROM campaigns_delivery d
        WHERE g.gap_minutes > 0 AND d.customer_id = customer AND d.message_class = 'marketing'
            AND d.claimed_at > at - make_interval(mins => g.gap_minutes)
            AND d.status IN ('claimed', 'handed_over', 'confirmed', 'unknown')
    ) n ON true
$$;
