-- name: roll_touchpoints
-- Adds a batch of touchpoints to the counts and the revenue, by hour and day of occurrence, so a
-- late fact counts where it belongs. Facts our own apps recorded are left out.
-- Runs once a batch: the cursor moves in the same transaction.
WITH fact AS (
    SELECT t.occurred_at, t.revenue, e.name AS event
    FROM profiles_touchpoint t
    JOIN profiles_event e ON e.id = t.event_id
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND t.type <> 7
        AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
), counted AS (
    SELECT m.metric, m.breakdown, m.member, g.granularity,
        date_trunc(g.granularity, f.occurred_at, %(zone)s::text) AS bucket_start,
        sum(m.amount) AS value
    FROM fact f
    CROSS JOIN LATERAL (VALUES
        ('touchpoint.count', '', '', 1::numeric),
        ('touchpoint.count', 'event', f.event, 1),
        ('touchpoint.revenue', '', '', f.revenue)
    ) AS m (metric, breakdown, member, amount)
    CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    WHERE m.amount IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT metric, breakdown, member, granularity, bucket_start, value FROM counted
ORDER BY metric, breakdown, granularity, bucket_start, member
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: mark_active_days
-- Notes the days on which the people of a batch were active and adds each new one to
-- customer.active. A person counts once a day. Safe to run twice.
WITH fact AS (
    SELECT DISTINCT t.customer_id, (t.occurred_at AT TIME ZONE %(zone)s::text)::date AS day
    FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND t.type <> 7
        AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
), added AS (
    INSERT INTO analytics_customer_day (day, customer_id)
    SELECT day, customer_id FROM fact ORDER BY day, customer_id
    ON CONFLICT DO NOTHING
    RETURNING day
)
INSERT INTO analytics_rollup (metric, granularity, bucket_start, value)
SELECT 'customer.active', 'day', day::timestamp AT TIME ZONE %(zone)s::text, count(*)
FROM added GROUP BY day ORDER BY day
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: mark_first_seen
-- Notes when the people of a batch were first seen and adds them to customer.new. An earlier fact
-- that arrives late moves a person from one day to another. Safe to run twice.
WITH fact AS (
    SELECT t.customer_id, min(t.occurred_at) AS first_at
    FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND t.type <> 7
        AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
    GROUP BY t.customer_id
), earlier AS (
    SELECT f.customer_id, f.first_at, s.first_at AS noted_at
    FROM fact f
    LEFT JOIN analytics_customer_start s USING (customer_id)
    WHERE s.first_at IS NULL OR f.first_at < s.first_at
), noted AS (
    INSERT INTO analytics_customer_start (customer_id, first_at)
    SELECT customer_id, first_at FROM earlier ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET first_at = excluded.first_at
), moved AS (
    SELECT first_at AS at, 1 AS amount FROM earlier
    UNION ALL
    SELECT noted_at, -1 FROM earlier WHERE noted_at IS NOT NULL
), counted AS (
    SELECT g.granularity, date_trunc(g.granularity, m.at, %(zone)s::text) AS bucket_start,
        sum(m.amount) AS value
    FROM moved m CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    GROUP BY 1, 2
)
INSERT INTO analytics_rollup (metric, granularity, bucket_start, value)
SELECT 'customer.new', granularity, bucket_start, value FROM counted
WHERE value <> 0
ORDER BY granularity, bucket_start
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value
