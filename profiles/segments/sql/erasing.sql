-- name: erase_memberships
-- Lets people leave every segment without starting a journey, and drops their due times and what holds
-- them back. The caller
-- holds the lane. Safe to run twice.
WITH gone AS (
    DELETE FROM profiles_segment_member WHERE customer_id = ANY (%(customer_ids)s::bigint[])
    RETURNING segment_id, customer_id
), settled AS (
    DELETE FROM profiles_segment_due WHERE customer_id = ANY (%(customer_ids)s::bigint[])
), released AS (
    DELETE FROM profiles_segment_held WHERE customer_id = ANY (%(customer_ids)s::bigint[])
), counted AS (
    UPDATE profiles_segment s SET member_count = s.member_count - g.people
    FROM (SELECT segment_id, count(*) AS people FROM gone GROUP BY segment_id) g
    WHERE s.id = g.segment_id
)
INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at, cause_kind,
                                     may_start_journeys)
SELECT g.segment_id, s.live_version_id, g.customer_id, false, %(now)s::timestamptz, 'erase', false
FROM gone g JOIN profiles_segment s ON s.id = g.segment_id AND s.live_version_id IS NOT NULL
ORDER BY g.segment_id, g.customer_id

-- name: export_memberships
-- Returns the segments of one person as JSON.
SELECT jsonb_build_object('segment', s.name, 'since', m.since)
FROM profiles_segment_member m JOIN profiles_segment s ON s.id = m.segment_id
WHERE m.customer_id = %(customer_id)s::bigint ORDER BY s.name
