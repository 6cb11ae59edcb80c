-- name: list_levels
-- How many codes of each pool are free, at most so many counted. Changes nothing. Leans on
-- campaigns_coupon_free.
SELECT p.id, (SELECT count(*) FROM (
    SELECT FROM campaigns_coupon c WHERE c.pool_id = p.id AND c.given_at IS NULL LIMIT %(most)s::int) f) AS free
FROM campaigns_coupon_pool p
