-- name: list_memberships
-- Which of some people are in which of some segments. Changes nothing. Leans on the primary key of
-- profiles_segment_member.
SELECT s.key::text AS segment, m.customer_id
FROM profiles_segment s
JOIN profiles_segment_member m ON m.segment_id = s.id
WHERE s.key = ANY (%(keys)s::uuid[]) AND s.status = 'live' AND m.customer_id = ANY (%(ids)s::bigint[])

-- name: find_by_key
-- Items of catalogs by their keys. Changes nothing. Leans on campaigns_catalog_item_key.
SELECT a.n, i.values || jsonb_build_object('key', i.key) AS item
FROM unnest(%(catalogs)s::text[], %(keys)s::text[]) WITH ORDINALITY AS a (catalog, key, n)
JOIN campaigns_catalog c ON c.slug = a.catalog
JOIN campaigns_catalog_item i ON i.catalog_id = c.id AND i.key = a.key

-- name: find_by_field
-- Items of catalogs whose field has a value, or a list with it; so many of each question, by key.
-- Changes nothing. Leans on campaigns_catalog_item_values.
SELECT a.n, i.item
FROM unnest(%(catalogs)s::text[], %(fields)s::text[], %(values)s::jsonb[], %(limits)s::int[])
    WITH ORDINALITY AS a (catalog, field, value, amount, n)
JOIN campaigns_catalog c ON c.slug = a.catalog
CROSS JOIN LATERAL (
    SELECT x.key, x.values || jsonb_build_object('key', x.key) AS item FROM campaigns_catalog_item x
    WHERE x.catalog_id = c.id AND (x.values @> jsonb_build_object(a.field, a.value)
        OR x.values @> jsonb_build_object(a.field, jsonb_build_array(a.value)))
    ORDER BY x.key LIMIT a.amount
) i
ORDER BY a.n, i.key

-- name: find_any
-- The first items of catalogs, to stand for others in a preview. Changes nothing.
SELECT c.slug, i.item FROM campaigns_catalog c
CROSS JOIN LATERAL (
    SELECT x.values || jsonb_build_object('key', x.key) AS item FROM campaigns_catalog_item x
    WHERE x.catalog_id = c.id ORDER BY x.key LIMIT 3
) i
WHERE c.slug = ANY (%(catalogs)s::text[])

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
