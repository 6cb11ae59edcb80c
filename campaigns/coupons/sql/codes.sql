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

-- name: claim_codes
-- Gives each delivery a code of a pool: the one it has, else the next free one. Changes rows; a
-- second call gives the same codes. Codes that another transaction is giving away are passed over,
-- so that nobody waits; where none is left, a delivery is not in the answer. Leans on
-- campaigns_coupon_delivery and campaigns_coupon_free.
WITH pool AS (
    SELECT p.id FROM campaigns_coupon_pool p WHERE p.slug = %(pool)s::text
), known AS (
    SELECT c.delivery_id, c.code FROM campaigns_coupon c JOIN pool ON pool.id = c.pool_id
    WHERE c.delivery_id = ANY (%(deliveries)s::bigint[])
), short AS (
    SELECT d.id, row_number() OVER (ORDER BY d.id) AS n FROM unnest(%(deliveries)s::bigint[]) AS d (id)
    WHERE NOT EXISTS (SELECT FROM known k WHERE k.delivery_id = d.id)
), free AS MATERIALIZED (
    SELECT c.id FROM campaigns_coupon c
    WHERE c.pool_id = (SELECT pool.id FROM pool) AND c.given_at IS NULL
    ORDER BY c.id LIMIT (SELECT count(*) FROM short) FOR UPDATE SKIP LOCKED
), numbered AS (
    SELECT f.id, row_number() OVER (ORDER BY f.id) AS n FROM free f
), given AS (
    UPDATE campaigns_coupon c SET delivery_id = s.id, given_at = %(now)s::timestamptz
    FROM numbered f JOIN short s USING (n) WHERE c.id = f.id
    RETURNING c.delivery_id, c.code
)
SELECT k.delivery_id, k.code FROM known k UNION ALL SELECT g.delivery_id, g.code FROM given g
