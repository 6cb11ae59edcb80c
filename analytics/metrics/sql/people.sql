-- name: queue_refresh
-- Asks for people to be counted again. Safe to run twice.
INSERT INTO analytics_customer_refresh (customer_id)
SELECT DISTINCT w.id FROM unnest(%(customer_ids)s::bigint[]) AS w (id) ORDER BY w.id
ON CONFLICT DO NOTHING

-- name: take_refresh
-- Takes up to `batch` people that were asked to be counted again. Several workers may take at once.
DELETE FROM analytics_customer_refresh WHERE customer_id = ANY (ARRAY(
    SELECT customer_id FROM analytics_customer_refresh
    ORDER BY customer_id LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
))
RETURNING customer_id

-- name: recount_days
-- Replaces the active days of people by what the facts say now and corrects customer.active by
-- the difference. Reads the touchpoints of these people only. Safe to run twice.
WITH fact AS (
    SELECT DISTINCT t.customer_id, (t.occurred_at AT TIME ZONE %(zone)s::text)::date AS day
    FROM profiles_touchpoint t
    WHERE t.customer_id = ANY(%(customer_ids)s::bigint[]) AND t.type <> 7
        AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
), gone AS (
    DELETE FROM analytics_customer_day d
    WHERE d.customer_id = ANY(%(customer_ids)s::bigint[])
        AND NOT EXISTS (SELECT FROM fact f WHERE f.customer_id = d.customer_id AND f.day = d.day)
    RETURNING d.day
), added AS (
    INSERT INTO analytics_customer_day (day, customer_id)
    SELECT day, customer_id FROM fact ORDER BY day, customer_id
    ON CONFLICT DO NOTHING
    RETURNING day
), moved AS (
    SELECT day, -1 AS amount FROM gone UNION ALL SELECT day, 1 FROM added
)
INSERT INTO analytics_rollup (metric, granularity, bucket_start, value)
SELECT 'customer.active', 'day', day::timestamp AT TIME ZONE %(zone)s::text, sum(amount)
FROM moved GROUP BY day HAVING sum(amount) <> 0 ORDER BY day
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: recount_starts
-- Replaces the first moment of people by what the facts say now and corrects customer.new by the
-- difference. Reads the touchpoints of these people only. Safe to run twice.
WITH before AS (
    SELECT customer_id, first_at FROM analytics_customer_start
    WHERE customer_id = ANY(%(customer_ids)s::bigint[])
), fact AS (
    SELECT t.customer_id, min(t.occurred_at) AS first_at
    FROM profiles_touchpoint t
    WHERE t.customer_id = ANY(%(customer_ids)s::bigint[]) AND t.type <> 7
        AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
    GROUP BY t.customer_id
), gone AS (
    DELETE FROM analytics_customer_start s
    WHERE s.customer_id = ANY(%(customer_ids)s::bigint[])
        AND NOT EXISTS (SELECT FROM fact f WHERE f.customer_id = s.customer_id)
), noted AS (
    INSERT INTO analytics_customer_start (customer_id, first_at)
    SELECT customer_id, first_at FROM fact ORDER BY customer_id
    ON CONFLICT (customer_id) DO UPDATE SET first_at = excluded.first_at
), moved AS (
    SELECT first_at AS at, -1 AS amount FROM before UNION ALL SELECT first_at, 1 FROM fact
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

-- name: count_active_people
-- How many different people were active in each window of days that ends with `day`, and in the
-- window before it; stored as a point of that day. Reads the active days of the longest window.
WITH wanted AS (
    SELECT w.days, s.shift, %(day)s::date - s.shift * w.days AS last_day
    FROM unnest(%(windows)s::int[]) AS w (days) CROSS JOIN (VALUES (0), (1)) AS s (shift)
), counted AS (
    SELECT w.days, w.last_day, count(DISTINCT d.customer_id) AS people
    FROM wanted w
    LEFT JOIN analytics_customer_day d
        ON d.day > w.last_day - w.days AND d.day <= w.last_day
    GROUP BY w.days, w.last_day
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT 'customer.active', 'window', days::text, 'day',
    last_day::timestamp AT TIME ZONE %(zone)s::text, people
FROM counted ORDER BY days, last_day
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = excluded.value
