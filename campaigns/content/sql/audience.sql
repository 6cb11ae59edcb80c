-- name: sample_people
-- People drawn evenly from all by hashed ids, for questions about everybody: a few hundred index
-- probes, however many people there are. All of them where there are few.
WITH span AS (
    SELECT min(id) AS first, max(id) AS last FROM profiles_customer
),
drawn AS (
    SELECT s.first + abs(mod(hashint8extended(n, %(seed)s::bigint), s.last - s.first + 1)) AS id
    FROM span s CROSS JOIN generate_series(1::bigint, %(size)s::bigint * 2) n
    WHERE s.last - s.first >= %(size)s::int * 4
    UNION
    SELECT generate_series(s.first, s.last) FROM span s
    WHERE s.last - s.first < %(size)s::int * 4
)
SELECT c.id FROM drawn d
JOIN profiles_customer c ON c.id = d.id
WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
LIMIT %(size)s::int;

-- name: sample_members
-- Members of a segment, evenly drawn by a hash of their id. One index scan of the segment: asked
-- for by a click, never while a page loads.
SELECT m.customer_id AS id
FROM profiles_segment_member m
JOIN profiles_segment s ON s.id = m.segment_id
WHERE s.key = %(segment)s::uuid
ORDER BY hashint8(m.customer_id)
LIMIT %(size)s::int;
