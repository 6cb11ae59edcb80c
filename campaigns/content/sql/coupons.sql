-- name: add_codes
-- Adds the codes that a pool does not have yet, and counts them. Changes rows; a code that was ever
-- in the pool is left alone, given away or not. Leans on campaigns_coupon_code.
WITH added AS (
    INSERT INTO campaigns_coupon (pool_id, code)
    SELECT %(pool_id)s::bigint, c.code FROM unnest(%(codes)s::text[]) AS c (code)
    ON CONFLICT (pool_id, code) DO NOTHING RETURNING 1
), counted AS (
    UPDATE campaigns_coupon_pool p SET total = p.total + (SELECT count(*) FROM added)
    WHERE p.id = %(pool_id)s::bigint
)
SELECT count(*) FROM added

-- name: list_levels
-- How many codes of each pool are free, at most so many counted. Changes nothing. Leans on
-- campaigns_coupon_free.
SELECT p.id, (SELECT count(*) FROM (
    SELECT FROM campaigns_coupon c WHERE c.pool_id = p.id AND c.given_at IS NULL LIMIT %(most)s::int) f) AS free
FROM campaigns_coupon_pool p
