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
