-- name: find_links
-- Finds whom identifiers of one kind belong to, and since when; with when the person was seen first
-- and last, their time zone and language, so that nobody is looked up twice. Times in the binary
-- form, microseconds since 2000. Leans on profiles_identity_unique, walked once for all values.
SELECT i.value, i.customer_id, timestamptz_send(i.linked_at) AS linked_at,
    timestamptz_send(c.first_seen_at) || timestamptz_send(c.last_seen_at) AS sighted,
    c.time_zone, c.locale
FROM profiles_identity i JOIN profiles_customer c ON c.id = i.customer_id
WHERE i.kind = %(kind)s::text AND i.value = ANY (%(values)s::text[])

-- name: find_known_user_ids
-- Returns which user ids belong to somebody. Leans on profiles_identity_unique.
SELECT value FROM profiles_identity
WHERE kind = 'user_id' AND value = ANY (%(values)s::text[])

-- name: hold_people
-- Locks people in order of their ids, so that two writers wait for each other and do not deadlock.
SELECT id FROM profiles_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id FOR NO KEY UPDATE

-- name: hold_people_to_merge
-- Locks people in order of their ids, those who take over or go among them.
SELECT id FROM profiles_customer WHERE id = ANY (%(ids)s::bigint[]) ORDER BY id FOR UPDATE

-- name: list_identities
-- Lists all identifiers of the given people, and whether each was first seen after `since`.
SELECT customer_id, kind, value, first_seen_at > coalesce(%(since)s::timestamptz, 'infinity') AS is_new
FROM profiles_identity WHERE customer_id = ANY (%(ids)s::bigint[])

-- name: list_held
-- Lists which of some people are held from being joined, open or released after `since`, and whether
-- because they are full. Leans on the index of the customer.
SELECT customer_id, released_at IS NULL AS is_open, is_full FROM profiles_stitch_hold
WHERE customer_id = ANY (%(ids)s::bigint[])
  AND (released_at IS NULL OR released_at > coalesce(%(since)s::timestamptz, 'infinity'))

-- name: insert_full
-- Holds people to whom an event would join too many identified ids in a day. Safe to run twice.
-- Returns who was not held before, and how many new ids they have.
INSERT INTO profiles_stitch_hold (customer_id, merges, identifiers, is_full, held_at)
SELECT c.id, 0, (SELECT count(*) FROM profiles_identity i WHERE i.customer_id = c.id
    AND i.first_seen_at > %(since)s::timestamptz), true, %(now)s::timestamptz
FROM profiles_customer c WHERE c.id = ANY (%(ids)s::bigint[])
ORDER BY c.id
ON CONFLICT (customer_id) WHERE released_at IS NULL DO NOTHING
RETURNING customer_id, identifiers

-- name: list_blocked
-- Lists the values that staff blocked; a handful.
SELECT kind, value FROM profiles_blocked_value WHERE state = 'blocked'

-- name: delete_identity
-- Takes one identifier from whoever holds it. Safe to run twice.
DELETE FROM profiles_identity WHERE kind = %(kind)s::text AND value = %(value)s::text

-- name: insert_identities
-- Stores new identifiers in a fixed order, so that two writers wait instead of deadlocking. One
-- that somebody else stored meanwhile is skipped: the caller compares the count and resolves again.
INSERT INTO profiles_identity (customer_id, kind, value, source_id, first_seen_at, last_seen_at, linked_at)
SELECT r.customer_id, r.kind, r.value, r.source_id, r.seen_at, greatest(r.seen_at, r.linked_at), r.linked_at
FROM (
    SELECT u.customer_id, u.kind, u.value, u.source_id,
        'epoch'::timestamptz + u.micros * interval '1 microsecond' AS seen_at,
        'epoch'::timestamptz + u.linked_micros * interval '1 microsecond' AS linked_at
    FROM unnest(%(customer_ids)s::bigint[], %(kinds)s::text[], %(values)s::text[],
                %(source_ids)s::int[], %(seen_at)s::bigint[], %(linked_at)s::bigint[])
        AS u (customer_id, kind, value, source_id, micros, linked_micros)
) r
ORDER BY r.kind, r.value
ON CONFLICT (kind, value) DO NOTHING

-- name: relink_identities
-- Notes that identifiers were seen with a user id, and to whom they belong since. Changes rows,
-- safe to run twice; an older sighting than the stored one changes nothing.
WITH seen AS (
    SELECT r.kind, r.value, r.customer_id,
        'epoch'::timestamptz + r.micros * interval '1 microsecond' AS linked_at
    FROM unnest(%(kinds)s::text[], %(values)s::text[], %(customer_ids)s::bigint[],
                %(linked_at)s::bigint[]) AS r (kind, value, customer_id, micros)
), locked AS MATERIALIZED (
    SELECT i.id FROM profiles_identity i JOIN seen s ON s.kind = i.kind AND s.value = i.value
    ORDER BY i.kind, i.value FOR NO KEY UPDATE OF i
)
UPDATE profiles_identity i SET
    customer_id = s.customer_id, linked_at = s.linked_at,
    last_seen_at = greatest(i.last_seen_at, s.linked_at)
FROM seen s, locked l
WHERE i.id = l.id AND s.kind = i.kind AND s.value = i.value
  AND (i.linked_at IS NULL OR i.linked_at < s.linked_at)

-- name: has_tombstones
-- Says whether anybody was ever erased.
SELECT EXISTS (SELECT FROM profiles_tombstone)

-- name: insert_moves
-- Notes devices that went from one known person to another.
INSERT INTO profiles_device_move (kind, value, from_customer_id, to_customer_id, moved_at)
SELECT r.kind, r.value, r.from_id, r.to_id, 'epoch'::timestamptz + r.micros * interval '1 microsecond'
FROM unnest(%(kinds)s::text[], %(values)s::text[], %(from_ids)s::bigint[], %(to_ids)s::bigint[],
            %(moved_at)s::bigint[]) AS r (kind, value, from_id, to_id, micros)
WHERE r.from_id <> r.to_id

-- name: find_tombstones
-- Returns which of some keyed hashes belong to identifiers of erased people. Leans on the primary key.
SELECT digest FROM profiles_tombstone WHERE digest = ANY (%(digests)s::text[])

-- name: insert_tombstones
-- Keeps keyed hashes of identifiers of erased people. Safe to run twice.
INSERT INTO profiles_tombstone (digest, erased_at)
SELECT d, %(now)s::timestamptz FROM unnest(%(digests)s::text[]) AS d
ON CONFLICT DO NOTHING

-- name: delete_tombstones
-- Forgets keyed hashes. Safe to run twice.
DELETE FROM profiles_tombstone WHERE digest = ANY (%(digests)s::text[])

-- name: delete_identities
-- Deletes all identifiers of people and returns them. Safe to run twice.
DELETE FROM profiles_identity WHERE customer_id = ANY (%(ids)s::bigint[]) RETURNING kind, value

-- name: export_identities
-- Returns one person's identifiers as JSON.
SELECT jsonb_build_object('kind', i.kind, 'value', i.value, 'source', s.name,
    'first_seen_at', i.first_seen_at, 'last_seen_at', i.last_seen_at)
FROM profiles_identity i LEFT JOIN profiles_source s ON s.id = i.source_id
WHERE i.customer_id = %(customer_id)s::bigint ORDER BY i.id
