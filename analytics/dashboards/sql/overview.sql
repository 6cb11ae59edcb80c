-- name: list_journeys
-- Journeys that have ever been published, newest first. A small table.
SELECT key::text AS key, name, status FROM campaigns_journey
WHERE status <> 'draft'
ORDER BY id DESC
LIMIT %(most)s::int

-- name: sum_arms
-- Exposed, closed and converted people of each journey and arm by day of entry, over a period.
-- Leans on the primary key of the rollup.
SELECT metric, split_part(member, ':', 1) AS journey, split_part(member, ':', 2) AS arm,
    sum(value)::bigint AS people
FROM analytics_rollup
WHERE metric = ANY(ARRAY['journey.exposed', 'journey.closed', 'journey.converted'])
    AND breakdown = 'arm' AND granularity = 'day'
    AND bucket_start >= %(start)s::timestamptz AND bucket_start < %(end)s::timestamptz
GROUP BY 1, 2, 3

-- name: sum_hours
-- The sum of metrics in all from one full hour up to another.
-- Leans on the primary key of the rollup.
SELECT metric, sum(value) AS value
FROM analytics_rollup
WHERE metric = ANY(%(metrics)s::text[]) AND breakdown = '' AND granularity = 'hour'
    AND bucket_start >= %(start)s::timestamptz AND bucket_start < %(end)s::timestamptz
GROUP BY metric

-- name: count_attention
-- Facts set aside, events in quarantine, and findings that hold rewards; each counted up to
-- `most`, so that a flood costs no more than a look. Leans on their partial indexes. And segments
-- and computed traits that are set aside or differed from their last full recompute.
SELECT
    (SELECT count(*) FROM (
        SELECT FROM kernel_parked WHERE replayed_at IS NULL LIMIT %(most)s::int
    ) AS parked) AS parked,
    (SELECT count(*) FROM (
        SELECT FROM profiles_quarantine WHERE replayed_at IS NULL LIMIT %(most)s::int
    ) AS quarantined) AS quarantined,
    (SELECT count(*) FROM (
        SELECT FROM referrals_finding
        WHERE resolved_at IS NULL AND severity = 'hold' LIMIT %(most)s::int
    ) AS held) AS findings,
    (SELECT count(*) FROM profiles_segment
     WHERE status = 'live'
       AND (parked_at IS NOT NULL OR verified_differences > 0 OR sampled_differences > 0))
    + (SELECT count(*) FROM profiles_computed_trait
       WHERE status = 'live' AND (parked_at IS NOT NULL OR verified_differences > 0)) AS drifted

-- name: has_facts
-- Says whether any touchpoint has been counted yet.
SELECT EXISTS (SELECT FROM analytics_rollup WHERE metric = 'touchpoint.count')
