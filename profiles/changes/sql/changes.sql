-- name: find_newest_id
-- Finds the newest person.
SELECT coalesce(max(id), 0) FROM profiles_customer

-- name: list_ids
-- Lists people before an id, newest first, whatever became of them.
SELECT id FROM profiles_customer WHERE id < %(before_id)s::bigint
ORDER BY id DESC LIMIT %(limit)s::int

-- name: list_restorable
-- Lists whom of these people a change reached and who still have its value, with the value they had
-- before, by all that is known today. Leans on profiles_trait_entry_time.
SELECT c.id, before.value
FROM profiles_customer c
JOIN profiles_trait_entry e ON e.customer_id = c.id AND e.at = %(at)s::timestamptz
    AND e.source_id = %(source_id)s::int AND e.cause = 'told' AND e.prevailed
    AND jsonb_exists(e.traits, %(trait)s::text)
LEFT JOIN LATERAL (
    SELECT p.traits -> %(trait)s::text AS value FROM profiles_trait_entry p
    WHERE p.customer_id = c.id AND p.at < %(at)s::timestamptz AND p.cause = 'told'
      AND jsonb_exists(p.traits, %(trait)s::text)
    ORDER BY p.at DESC, p.id DESC LIMIT 1
) before ON true
WHERE c.id = ANY (%(ids)s::bigint[]) AND c.merged_into_id IS NULL AND c.erased_at IS NULL
  AND coalesce(c.traits -> %(trait)s::text, 'null') = %(value)s::text::jsonb
ORDER BY c.id
