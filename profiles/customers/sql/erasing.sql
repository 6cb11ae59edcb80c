-- name: lock_whole_people
-- Locks people in order of their ids, with everybody who became one with them, and returns those who
-- are not erased yet, who they are now first.
SELECT c.id, c.merged_into_id IS NULL AS is_whole FROM profiles_customer c
WHERE c.erased_at IS NULL AND coalesce(c.merged_into_id, c.id) IN (
    SELECT coalesce(g.merged_into_id, g.id) FROM profiles_customer g WHERE g.id = ANY (%(ids)s::bigint[]))
ORDER BY c.id FOR UPDATE OF c

-- name: erase_people
-- Leaves of people only that there was somebody, and of their merges only that there were. Safe to
-- run twice.
WITH merges AS (
    UPDATE profiles_merge SET reason = '',
        winner_before = CASE WHEN winner_id = ANY (%(ids)s::bigint[]) THEN '{}' ELSE winner_before END
    WHERE winner_id = ANY (%(ids)s::bigint[]) OR loser_id = ANY (%(ids)s::bigint[])
), entries AS (
    DELETE FROM profiles_trait_entry
    WHERE customer_id = ANY (%(ids)s::bigint[])
       OR (recorded_for = ANY (%(ids)s::bigint[]) AND customer_id <> recorded_for)
)
UPDATE profiles_customer SET traits = '{}', trait_stamps = '{}', time_zone = NULL, locale = NULL,
    erased_at = coalesce(erased_at, %(now)s::timestamptz)
WHERE id = ANY (%(ids)s::bigint[])

-- name: list_stragglers
-- Lists people erased lately for whom something was stored in that very moment.
SELECT c.id FROM profiles_customer c
WHERE c.erased_at >= %(since)s::timestamptz
  AND (EXISTS (SELECT FROM profiles_touchpoint t WHERE t.customer_id = c.id)
       OR EXISTS (SELECT FROM profiles_identity i WHERE i.customer_id = c.id))
ORDER BY c.id FOR UPDATE OF c

-- name: export_person
-- Returns one person as JSON: traits with their times and sources, and who became one with them.
SELECT jsonb_build_object('key', c.key, 'traits', c.traits, 'time_zone', c.time_zone, 'locale', c.locale,
    'first_seen_at', c.first_seen_at, 'last_seen_at', c.last_seen_at,
    'trait_sources', (SELECT coalesce(jsonb_object_agg(s.key, jsonb_build_object(
        'set_at', to_timestamp((s.value ->> 0)::bigint / 1000000.0), 'source', o.name)), '{}')
        FROM jsonb_each(c.trait_stamps) s LEFT JOIN profiles_source o ON o.id = (s.value ->> 1)::int),
    'trait_history', (SELECT coalesce(jsonb_agg(jsonb_build_object('said_at', e.at, 'recorded_at', e.recorded_at,
        'source', o.name, 'cause', e.cause, 'prevailed', e.prevailed, 'traits', e.traits) ORDER BY e.id), '[]')
        FROM profiles_trait_entry e LEFT JOIN profiles_source o ON o.id = e.source_id WHERE e.customer_id = c.id
            OR e.customer_id IN (SELECT l.id FROM profiles_customer l WHERE l.merged_into_id = c.id)),
    'merges', (SELECT coalesce(jsonb_agg(jsonb_build_object('merged_at', m.merged_at, 'kind', m.kind,
        'reason', m.reason, 'other', l.key, 'other_traits', l.traits, 'traits_before', m.winner_before -> 'traits',
        'undone_at', m.undone_at) ORDER BY m.id), '[]')
        FROM profiles_merge m JOIN profiles_customer l ON l.id = m.loser_id WHERE m.winner_id = c.id))
FROM profiles_customer c WHERE c.id = %(customer_id)s::bigint

-- name: list_known_only_by
-- Lists people in order of their ids, after a given one, whom only the named sources and the built-in
-- one have ever named: by an identifier, an event or a trait; and of those whom only the built-in one
-- named, the ones with an address that is reserved for examples. Reads the touchpoints of each person.
WITH own AS MATERIALIZED (
    SELECT coalesce(array_agg(id), '{}'::int[]) AS ids,
        coalesce(array_agg(id) FILTER (WHERE name <> 'System'), '{}'::int[]) AS telling
    FROM profiles_source WHERE name = ANY (%(sources)s::text[]) OR name = 'System'
)
SELECT c.id FROM profiles_customer c CROSS JOIN own
WHERE c.id > %(after_id)s::bigint AND c.merged_into_id IS NULL AND c.erased_at IS NULL
  AND EXISTS (SELECT FROM profiles_identity i WHERE i.customer_id = c.id)
  AND NOT EXISTS (SELECT FROM profiles_identity i WHERE i.customer_id = c.id AND i.source_id <> ALL (own.ids))
  AND NOT EXISTS (SELECT FROM profiles_touchpoint t WHERE t.customer_id = c.id AND t.source_id <> ALL (own.ids))
  AND NOT EXISTS (SELECT FROM jsonb_each(c.trait_stamps) s WHERE (s.value ->> 1)::int <> ALL (own.ids))
  AND (EXISTS (SELECT FROM profiles_identity i WHERE i.customer_id = c.id
               AND (i.source_id = ANY (own.telling) OR (i.kind = 'email' AND i.value LIKE '%%.example')))
       OR EXISTS (SELECT FROM profiles_touchpoint t WHERE t.customer_id = c.id AND t.source_id = ANY (own.telling)))
ORDER BY c.id LIMIT %(limit)s::int
