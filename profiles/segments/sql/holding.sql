-- name: forget_held
-- Drops whom a segment holds back. Safe to run twice.
DELETE FROM profiles_segment_held WHERE segment_id = %(segment_id)s::bigint

-- name: hold_back
-- Holds back everybody who matches a rule and is not in: they enter when they newly come to match.
-- The marked line is replaced by the query of who matches. Safe to run twice.
INSERT INTO profiles_segment_held (segment_id, customer_id)
SELECT %(segment_id)s::bigint, p.customer_id FROM (
    SELECT 0::bigint AS customer_id -- people
) p
WHERE NOT EXISTS (
    SELECT 1 FROM profiles_segment_member m
    WHERE m.segment_id = %(segment_id)s::bigint AND m.customer_id = p.customer_id)
ON CONFLICT DO NOTHING

-- name: find_held
-- Tells whether a segment holds one person back.
SELECT EXISTS (SELECT 1 FROM profiles_segment_held
               WHERE segment_id = %(segment_id)s::bigint AND customer_id = %(customer_id)s::bigint)

-- name: any_held
-- Tells whether any of some people is held back. Leans on the index of customers.
SELECT EXISTS (SELECT 1 FROM profiles_segment_held
               WHERE customer_id = ANY (%(customer_ids)s::bigint[]))

-- name: merge_held
-- Joins two people's standing in segments that hold back: who was held back on either side stays so,
-- but not where the other side is in. Losers keep their rows for the case that the merge is undone.
-- Safe to run twice.
WITH pair AS MATERIALIZED (
    SELECT winner_id, loser_id
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
), released AS (
    DELETE FROM profiles_segment_held h USING pair, profiles_segment_member m
    WHERE h.customer_id = pair.winner_id AND m.customer_id = pair.loser_id
      AND m.segment_id = h.segment_id
)
INSERT INTO profiles_segment_held (segment_id, customer_id)
SELECT h.segment_id, pair.winner_id
FROM pair JOIN profiles_segment_held h ON h.customer_id = pair.loser_id
WHERE NOT EXISTS (SELECT 1 FROM profiles_segment_member m
                  WHERE m.segment_id = h.segment_id AND m.customer_id = pair.winner_id)
ON CONFLICT DO NOTHING
