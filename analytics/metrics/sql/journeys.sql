-- name: lock_journeys
-- Makes the workers that measure journeys wait for each other until their transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('analytics.journeys', 0))

-- name: add_exposures
-- Notes up to `batch` first entries of people into journeys since the newest noted one, with ten
-- minutes of overlap for transactions that ended late, and whether the goal was reached already.
-- Adds them to journey.exposed. Safe to run twice. Leans on campaigns_enrollment_entered.
WITH journey AS (
    SELECT j.id, coalesce(
        (SELECT max(x.entered_at) FROM analytics_journey_exposure x WHERE x.journey_id = j.id),
        '-infinity'
    ) - interval '10 minutes' AS since
    FROM campaigns_journey j
), entry AS (
    SELECT DISTINCT ON (n.journey_id, n.customer_id) n.journey_id, n.customer_id, n.id, n.arm,
        n.entered_at, coalesce(v.definition #>> '{goal,event}', %(goal_event)s::text) AS goal_event,
        n.entered_at + make_interval(
            days => coalesce((v.definition #>> '{goal,days}')::int, %(goal_days)s::int)
        ) AS window_ends_at
    FROM journey
    JOIN campaigns_enrollment n ON n.journey_id = journey.id AND n.entered_at >= journey.since
    JOIN campaigns_journey_version v ON v.id = n.version_id
    WHERE NOT EXISTS (
        SELECT FROM (SELECT * FROM analytics_journey_exposure o WHERE o.customer_id = n.customer_id OFFSET 0) x
        WHERE x.journey_id = n.journey_id
    )
    ORDER BY n.journey_id, n.customer_id, n.entered_at, n.id
    LIMIT %(batch)s::int
), added AS (
    INSERT INTO analytics_journey_exposure (
        journey_id, customer_id, enrollment_id, arm, goal_event, entered_at, window_ends_at,
        converted_at
    )
    SELECT n.journey_id, n.customer_id, n.id, n.arm, n.goal_event, n.entered_at, n.window_ends_at, (
        SELECT min(t.occurred_at) FROM profiles_touchpoint t
        JOIN profiles_event e ON e.id = t.event_id AND e.name = n.goal_event
        WHERE t.customer_id = n.customer_id
            AND t.occurred_at >= n.entered_at AND t.occurred_at < n.window_ends_at
    )
    FROM entry n
    ORDER BY n.journey_id, n.customer_id
    ON CONFLICT DO NOTHING
    RETURNING journey_id, arm, entered_at
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT 'journey.exposed', 'arm', j.key || ':' || a.arm, 'day',
    date_trunc('day', a.entered_at, %(zone)s::text), count(*)
FROM added a JOIN campaigns_journey j ON j.id = a.journey_id
GROUP BY 3, 5 ORDER BY 5, 3
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: convert_exposures
-- Notes the goals reached in a batch of touchpoints by people who entered a journey before, within
-- its window. A late fact that belongs to a closed window is added to journey.converted here.
-- Safe to run twice. Leans on analytics_exposure_customer.
WITH fact AS MATERIALIZED (
    SELECT t.customer_id, t.event_id, t.occurred_at FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), reached AS (
    SELECT x.journey_id, x.customer_id, min(f.occurred_at) AS at
    FROM fact f
    JOIN profiles_event e ON e.id = f.event_id
    CROSS JOIN LATERAL (
        SELECT o.* FROM analytics_journey_exposure o WHERE o.customer_id = f.customer_id OFFSET 0
    ) x
    WHERE x.goal_event = e.name AND x.converted_at IS NULL
        AND f.occurred_at >= x.entered_at AND f.occurred_at < x.window_ends_at
    GROUP BY x.journey_id, x.customer_id
), noted AS (
    UPDATE analytics_journey_exposure x SET converted_at = r.at
    FROM reached r WHERE x.journey_id = r.journey_id AND x.customer_id = r.customer_id
    RETURNING x.journey_id, x.arm, x.entered_at, x.is_closed
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT 'journey.converted', 'arm', j.key || ':' || n.arm, 'day',
    date_trunc('day', n.entered_at, %(zone)s::text), count(*)
FROM noted n JOIN campaigns_journey j ON j.id = n.journey_id
WHERE n.is_closed
GROUP BY 3, 5 ORDER BY 5, 3
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: close_exposures
-- Closes up to `batch` entries whose window is over and adds them to journey.closed, and those
-- that reached the goal to journey.converted. Safe to run twice. Leans on analytics_exposure_open.
WITH due AS (
    SELECT journey_id, customer_id FROM analytics_journey_exposure
    WHERE NOT is_closed AND window_ends_at <= %(now)s::timestamptz
    ORDER BY window_ends_at, journey_id, customer_id
    LIMIT %(batch)s::int
    FOR UPDATE SKIP LOCKED
), closed AS (
    UPDATE analytics_journey_exposure x SET is_closed = true
    FROM due WHERE x.journey_id = due.journey_id AND x.customer_id = due.customer_id
    RETURNING x.journey_id, x.arm, x.entered_at, x.converted_at
), added AS (
    INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
    SELECT m.metric, 'arm', j.key || ':' || c.arm, 'day',
        date_trunc('day', c.entered_at, %(zone)s::text), sum(m.amount)
    FROM closed c
    JOIN campaigns_journey j ON j.id = c.journey_id
    CROSS JOIN LATERAL (VALUES
        ('journey.closed', 1), ('journey.converted', (c.converted_at IS NOT NULL)::int)
    ) AS m (metric, amount)
    WHERE m.amount > 0
    GROUP BY 1, 3, 5 ORDER BY 1, 5, 3
    ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
    DO UPDATE SET value = analytics_rollup.value + excluded.value
)
SELECT count(*) FROM closed

-- name: drop_exposures
-- Forgets the entries of people whose facts moved and takes them out of the counts; the next
-- statement notes them again. Leans on analytics_exposure_customer.
WITH gone AS (
    DELETE FROM analytics_journey_exposure WHERE customer_id = ANY(%(customer_ids)s::bigint[])
    RETURNING journey_id, arm, entered_at, is_closed, converted_at
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT m.metric, 'arm', j.key || ':' || g.arm, 'day',
    date_trunc('day', g.entered_at, %(zone)s::text), -sum(m.amount)
FROM gone g
JOIN campaigns_journey j ON j.id = g.journey_id
CROSS JOIN LATERAL (VALUES
    ('journey.exposed', 1), ('journey.closed', g.is_closed::int),
    ('journey.converted', (g.is_closed AND g.converted_at IS NOT NULL)::int)
) AS m (metric, amount)
WHERE m.amount > 0
GROUP BY 1, 3, 5 ORDER BY 1, 5, 3
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: restore_exposures
-- Notes the first entries of these people again, as open; the clock closes them. Reads their
-- enrollments and touchpoints only. Safe to run twice. Leans on campaigns_enrollment_customer.
WITH entry AS (
    SELECT DISTINCT ON (n.journey_id, n.customer_id) n.journey_id, n.customer_id, n.id, n.arm,
        n.entered_at, coalesce(v.definition #>> '{goal,event}', %(goal_event)s::text) AS goal_event,
        n.entered_at + make_interval(
            days => coalesce((v.definition #>> '{goal,days}')::int, %(goal_days)s::int)
        ) AS window_ends_at
    FROM campaigns_enrollment n
    JOIN campaigns_journey_version v ON v.id = n.version_id
    WHERE n.customer_id = ANY(%(customer_ids)s::bigint[])
    ORDER BY n.journey_id, n.customer_id, n.entered_at, n.id
), added AS (
    INSERT INTO analytics_journey_exposure (
        journey_id, customer_id, enrollment_id, arm, goal_event, entered_at, window_ends_at,
        converted_at
    )
    SELECT n.journey_id, n.customer_id, n.id, n.arm, n.goal_event, n.entered_at, n.window_ends_at, (
        SELECT min(t.occurred_at) FROM profiles_touchpoint t
        JOIN profiles_event e ON e.id = t.event_id AND e.name = n.goal_event
        WHERE t.customer_id = n.customer_id
            AND t.occurred_at >= n.entered_at AND t.occurred_at < n.window_ends_at
    )
    FROM entry n
    ORDER BY n.journey_id, n.customer_id
    ON CONFLICT DO NOTHING
    RETURNING journey_id, arm, entered_at
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT 'journey.exposed', 'arm', j.key || ':' || a.arm, 'day',
    date_trunc('day', a.entered_at, %(zone)s::text), count(*)
FROM added a JOIN campaigns_journey j ON j.id = a.journey_id
GROUP BY 3, 5 ORDER BY 5, 3
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value
