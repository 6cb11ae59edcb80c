-- name: upsert_items
-- Adds items to a catalog and replaces those whose values differ. Changes rows; a second call with
-- the same items changes nothing. Leans on campaigns_catalog_item_key.
INSERT INTO campaigns_catalog_item (catalog_id, key, values, changed_at)
SELECT %(catalog_id)s::bigint, i.key, i.values, %(now)s::timestamptz
FROM unnest(%(keys)s::text[], %(values)s::jsonb[]) AS i (key, values)
ON CONFLICT (catalog_id, key) DO UPDATE SET values = EXCLUDED.values, changed_at = EXCLUDED.changed_at
    WHERE campaigns_catalog_item.values IS DISTINCT FROM EXCLUDED.values
RETURNING xmax = 0 AS is_new
