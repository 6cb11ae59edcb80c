-- name: list_memberships
-- Which of some people are in which of some segments. Changes nothing. Leans on the primary key of
-- profiles_segment_member.
SELECT s.key::text AS segment, m.customer_id
FROM profiles_segment s
JOIN profiles_segment_member m ON m.segment_id = s.id
WHERE s.key = ANY (%(keys)s::uuid[]) AND s.status = 'live' AND m.customer_id = ANY (%(ids)s::bigint[])
