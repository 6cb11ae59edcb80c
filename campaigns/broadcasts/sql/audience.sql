-- name: gather
-- Adds the next people of the audience, a page by id, and moves the mark. Changes rows; the mark and
-- the people are one transaction, so that a crash repeats the page whole. One row: how many people
-- of the page were looked at.
WITH broadcast AS (
    SELECT * FROM campaigns_broadcast b WHERE b.id = %(broadcast_id)s::bigint
), page AS MATERIALIZED (
    SELECT DISTINCT m.customer_id FROM broadcast b CROSS JOIN LATERAL unnest(b.included) AS s (segment_id)
    CROSS JOIN LATERAL (
        SELECT x.customer_id FROM profiles_segment_member x
        WHERE x.segment_id = s.segment_id AND x.customer_id > b.upto ORDER BY x.customer_id LIMIT %(batch)s::int
    ) m
    ORDER BY m.customer_id LIMIT %(batch)s::int
), added AS (
    INSERT INTO campaigns_recipient (broadcast_id, customer_id, customer_key, bucket, is_held_out)
    SELECT b.id, c.id, c.key, kernel_bucket('rollout:' || b.key::text, c.key::text),
        kernel_bucket('broadcast:' || b.key::text, c.key::text) < 100 * b.holdout_percent
    FROM page p
    CROSS JOIN broadcast b
    CROSS JOIN LATERAL (SELECT * FROM profiles_customer o WHERE o.id = p.customer_id OFFSET 0) c
    WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL AND NOT EXISTS (
        SELECT FROM profiles_segment_member x WHERE x.customer_id = p.customer_id AND x.segment_id = ANY (b.excluded))
    ON CONFLICT DO NOTHING
), mark AS (
    UPDATE campaigns_broadcast b SET upto = (SELECT max(p.customer_id) FROM page p)
    WHERE b.id = %(broadcast_id)s::bigint AND EXISTS (SELECT FROM page)
)
SELECT count(*) FROM page

-- name: read_hours
-- Keeps with a broadcast on how many days its people did something in each hour of their clocks: of
-- all, or of an even sample. Changes one row; a second call reads anew.
WITH person AS (
    SELECT c.id, campaigns_zone(nullif(c.time_zone, ''), b.default_zone) AS zone
    FROM campaigns_broadcast b
    JOIN campaigns_recipient r ON r.broadcast_id = b.id
    JOIN profiles_customer c ON c.id = r.customer_id
    WHERE b.id = %(broadcast_id)s::bigint
    ORDER BY r.bucket, r.id LIMIT %(most)s::int
), hour AS (
    SELECT a.hour, sum(a.acts) AS acts FROM person p
    CROSS JOIN LATERAL campaigns_active_hours(p.id, p.zone, %(now)s::timestamptz) a GROUP BY a.hour
)
UPDATE campaigns_broadcast b SET hours = (
    SELECT array_agg(coalesce(h.acts, 0)::integer ORDER BY n)
    FROM generate_series(0, 23) AS n LEFT JOIN hour h ON h.hour = n)
WHERE b.id = %(broadcast_id)s::bigint

-- name: plan
-- Plans the messages of the next waiting people within a share of the audience. Changes rows: each
-- person is planned once, and one who merged with another of the audience only in one of the rows.
-- A best hour that was chosen is a decision of its own, with what was read.
-- Leans on campaigns_recipient_waiting. One row: how many people were taken.
WITH broadcast AS (
    SELECT b.*, t.channel, t.message_class, t.topic FROM campaigns_broadcast b
    JOIN campaigns_template t ON t.id = b.template_id WHERE b.id = %(broadcast_id)s::bigint
), next AS MATERIALIZED (
    SELECT r.id, r.customer_id FROM campaigns_recipient r
    WHERE r.broadcast_id = %(broadcast_id)s::bigint AND NOT r.is_planned AND NOT r.is_held_out
        AND r.bucket < 100 * %(percent)s::int
    ORDER BY r.bucket, r.id LIMIT %(batch)s::int
), judged AS (
    SELECT n.*, row_number() OVER (PARTITION BY n.customer_id ORDER BY n.id) > 1 OR EXISTS (
        SELECT FROM (SELECT * FROM campaigns_recipient x WHERE x.customer_id = n.customer_id OFFSET 0) o
        WHERE o.broadcast_id = %(broadcast_id)s::bigint AND o.is_planned AND NOT o.is_twice) AS is_twice
    FROM next n
), timed AS MATERIALIZED (
    SELECT j.id, j.customer_id, h.numbers,
        CASE b.timing WHEN 'local' THEN (b.local_on + b.local_time) AT TIME ZONE z.zone WHEN 'best' THEN h.due_at END AS due_at
    FROM judged j CROSS JOIN broadcast b JOIN profiles_customer c ON c.id = j.customer_id
    CROSS JOIN LATERAL (SELECT campaigns_zone(nullif(c.time_zone, ''), b.default_zone) AS zone) z
    LEFT JOIN LATERAL campaigns_best_hour(c.id, b.channel, z.zone, b.hours, %(now)s::timestamptz) h ON b.timing = 'best'
    WHERE NOT j.is_twice
), planned AS (
    INSERT INTO campaigns_delivery (customer_id, channel, message_class, topic, tags, priority, template_version_id,
        broadcast_id, recipient_id, due_at, created_at)
    SELECT c.id, b.channel, b.message_class, b.topic, b.tags, b.priority, b.template_version_id, b.id, j.id,
        greatest(%(now)s::timestamptz, j.due_at), %(now)s::timestamptz
    FROM timed j CROSS JOIN broadcast b JOIN profiles_customer c ON c.id = j.customer_id
    ON CONFLICT DO NOTHING
    RETURNING id, customer_id, recipient_id
), told AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT p.customer_id, p.delivery_id, 'delayed', 'best_hour', jsonb_build_object('best_hour', p.numbers), %(now)s::timestamptz
    FROM (
        -- Of the two rows of a person: who was planned, and with what was read. Grouped, as neither knows its size.
        SELECT min(u.customer_id) AS customer_id, min(u.delivery_id) AS delivery_id, min(u.numbers::text)::jsonb AS numbers
        FROM (SELECT recipient_id, customer_id, id AS delivery_id, NULL::jsonb AS numbers FROM planned
            UNION ALL SELECT id, NULL, NULL, numbers FROM timed) u
        GROUP BY u.recipient_id
    ) p WHERE p.delivery_id IS NOT NULL AND p.numbers IS NOT NULL
), marked AS (
    UPDATE campaigns_recipient r SET is_planned = true, is_twice = j.is_twice FROM judged j WHERE r.id = j.id
)
SELECT count(*) FROM judged

-- name: hold_stopped
-- Holds back, with a decision each, what a stopped broadcast has still in the queue. Changes rows; a
-- second call finds nothing. Leans on campaigns_delivery_broadcast.
WITH still AS (
    SELECT d.id, d.customer_id FROM campaigns_delivery d
    WHERE d.broadcast_id = %(broadcast_id)s::bigint AND d.status = 'planned'
    LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
), decided AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT s.customer_id, s.id, 'held_back', 'broadcast_stopped', '{}', %(now)s::timestamptz FROM still s
)
UPDATE campaigns_delivery d SET status = 'held_back', reason = 'broadcast_stopped', finished_at = %(now)s::timestamptz
FROM still s WHERE d.id = s.id

-- name: has_queued
-- Whether something of a broadcast is still on its way to a decision. Changes nothing.
SELECT EXISTS (
    SELECT FROM campaigns_delivery d
    WHERE d.broadcast_id = %(broadcast_id)s::bigint AND d.status IN ('planned', 'claimed'))

-- name: estimate
-- What the gate would say today about the audience of a draft, by reason. Changes nothing. Of a large
-- audience an even sample of about `most` people is judged; `people` counts those who were judged and
-- `audience` everybody in the included segments. Frequency caps and limits are read as of now.
WITH audience AS MATERIALIZED (
    SELECT DISTINCT m.customer_id FROM profiles_segment_member m
    WHERE m.segment_id = ANY (%(included)s::bigint[]) AND NOT EXISTS (
        SELECT FROM profiles_segment_member x
        WHERE x.customer_id = m.customer_id AND x.segment_id = ANY (%(excluded)s::bigint[]))
), size AS (
    SELECT count(*) AS people, greatest(1, ceil(count(*)::numeric / %(most)s::int)::bigint) AS every FROM audience
), facts AS (
    SELECT c.id, kernel_bucket('broadcast:' || %(key)s::text, c.key::text) < 100 * %(holdout)s::numeric
            OR %(class)s::text = 'marketing' AND g.is_held_out AS is_held_out,
        a.address, s.id IS NOT NULL AS is_suppressed, k.consent, w.paused_until, w.is_enough, p.hit
    FROM audience m CROSS JOIN size
    CROSS JOIN LATERAL (SELECT * FROM profiles_customer o WHERE o.id = m.customer_id OFFSET 0) c
    CROSS JOIN LATERAL campaigns_address(c.id, c.key, c.traits, %(channel)s::text, '') a
    LEFT JOIN profiles_suppression s
        ON s.channel = %(channel)s::text AND s.address = a.address AND s.released_at IS NULL
    CROSS JOIN LATERAL profiles_may_contact(c.id, %(channel)s::text, %(topic)s::text, a.address) k
    CROSS JOIN LATERAL campaigns_pace(c.id, %(now)s::timestamptz) w
    CROSS JOIN LATERAL campaigns_spacing(c.id, c.key, %(now)s::timestamptz) g
    CROSS JOIN LATERAL campaigns_pressure(c.id, %(channel)s::text, %(class)s::text, %(topic)s::text,
        %(tags)s::text[], c.time_zone, %(now)s::timestamptz) p
    WHERE mod(m.customer_id * 7919, size.every) = 0 AND c.merged_into_id IS NULL AND c.erased_at IS NULL
), verdict AS (
    SELECT CASE
        WHEN f.is_held_out THEN 'held_out'
        WHEN f.address = '' THEN 'no_address'
        WHEN f.is_suppressed THEN 'suppressed'
        WHEN %(class)s::text = 'marketing' AND f.consent = 'withdrawn' THEN 'consent_withdrawn'
        WHEN %(class)s::text = 'marketing' AND f.consent <> 'granted'
            AND %(channel)s::text NOT IN ('inapp', 'webhook', 'task') THEN 'no_consent'
        WHEN %(class)s::text = 'marketing' AND f.paused_until IS NOT NULL THEN 'paused'
        WHEN %(class)s::text = 'marketing' AND f.is_enough THEN 'weekly_limit'
        WHEN f.hit IS NOT NULL THEN 'frequency_cap'
        ELSE 'allowed' END AS reason FROM facts f
)
SELECT v.reason, count(*) AS people, (SELECT size.people FROM size) AS audience
FROM verdict v GROUP BY v.reason ORDER BY count(*) DESC, v.reason
