-- name: list_points
-- The points of metrics in all, oldest first. Leans on the primary key of the rollup.
SELECT metric, member, bucket_start AS at, value
FROM analytics_rollup
WHERE metric = ANY(%(metrics)s::text[]) AND breakdown = ''
    AND granularity = %(granularity)s::text
    AND bucket_start >= %(start)s::timestamptz AND bucket_start < %(end)s::timestamptz
ORDER BY metric, bucket_start

-- name: sum_breakdown
-- The sum of metrics over a period for each member of a breakdown, largest first.
-- Leans on the primary key of the rollup.
SELECT metric, member, sum(value) AS value
FROM analytics_rollup
WHERE metric = ANY(%(metrics)s::text[]) AND breakdown = %(breakdown)s::text
    AND granularity = 'day'
    AND bucket_start >= %(start)s::timestamptz AND bucket_start < %(end)s::timestamptz
GROUP BY metric, member
HAVING sum(value) <> 0
ORDER BY metric, value DESC, member

-- name: find_active_people
-- The newest count of active people for a window of days, and that of the window before it.
-- Leans on the primary key of the rollup.
SELECT current.value::bigint AS people, before.value::bigint AS people_before,
    current.bucket_start AS last_day
FROM analytics_rollup current
LEFT JOIN analytics_rollup before ON before.metric = current.metric
    AND before.breakdown = current.breakdown AND before.granularity = current.granularity
    AND before.member = current.member AND before.bucket_start =
        date_trunc('day', current.bucket_start - make_interval(days => %(days)s::int) + interval '2 hours', %(zone)s::text)
WHERE current.metric = 'customer.active' AND current.breakdown = 'window'
    AND current.granularity = 'day' AND current.member = %(days)s::int::text
    AND current.bucket_start <= %(now)s::timestamptz
ORDER BY current.bucket_start DESC
LIMIT 1
