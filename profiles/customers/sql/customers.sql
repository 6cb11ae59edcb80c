-- name: insert_customers
-- Creates people, one per key. Changes rows. A key that exists is an error.
INSERT INTO profiles_customer (key, first_seen_at, last_seen_at)
SELECT r.key, r.seen_at, r.seen_at
FROM (
    SELECT u.key, 'epoch'::timestamptz + u.micros * interval '1 microsecond' AS seen_at
    FROM unnest(%(keys)s::uuid[], %(seen_at)s::bigint[]) AS u (key, micros)
) r
RETURNING id, key

-- name: touch_customers
-- Widens when people were seen and notes their time zone and language. The last sighting is kept
-- to the day, so that busy people do not cost a write per event; timelines hold the exact time.
-- Changes rows, safe to run twice. Locks people in order of their ids, at once with those whose
-- traits the caller applies next: two rounds of locks would let two writers deadlock.
WITH seen AS (
    SELECT u.id, u.time_zone, u.locale,
        'epoch'::timestamptz + u.first_micros * interval '1 microsecond' AS first_at,
        'epoch'::timestamptz + u.last_micros * interval '1 microsecond' AS last_at, u.has_traits
    FROM unnest(%(ids)s::bigint[], %(first)s::bigint[], %(last)s::bigint[], %(time_zones)s::text[],
                %(locales)s::text[], %(has_traits)s::boolean[])
        AS u (id, first_micros, last_micros, time_zone, locale, has_traits)
), locked AS MATERIALIZED (
    SELECT c.id FROM profiles_customer c JOIN seen s ON s.id = c.id
    WHERE c.erased_at IS NULL AND (s.has_traits
       OR s.first_at < c.first_seen_at
       OR s.last_at > c.last_seen_at + interval '1 day'
       OR (s.last_at >= c.last_seen_at AND coalesce(nullif(s.time_zone, ''), c.time_zone) IS DISTINCT FROM c.time_zone)
       OR (s.last_at >= c.last_seen_at AND coalesce(nullif(s.locale, ''), c.locale) IS DISTINCT FROM c.locale))
    ORDER BY c.id FOR NO KEY UPDATE OF c
)
UPDATE profiles_customer c SET
    first_seen_at = least(c.first_seen_at, s.first_at),
    last_seen_at = greatest(c.last_seen_at, s.last_at),
    time_zone = CASE WHEN s.last_at >= c.last_seen_at THEN coalesce(nullif(s.time_zone, ''), c.time_zone)
                     ELSE coalesce(c.time_zone, nullif(s.time_zone, '')) END,
    locale = CASE WHEN s.last_at >= c.last_seen_at THEN coalesce(nullif(s.locale, ''), c.locale)
                  ELSE coalesce(c.locale, nullif(s.locale, '')) END
FROM seen s JOIN locked ON locked.id = s.id
WHERE c.id = s.id
  AND (s.first_at < c.first_seen_at OR s.last_at > c.last_seen_at + interval '1 day'
       OR (s.last_at >= c.last_seen_at
           AND (coalesce(nullif(s.time_zone, ''), c.time_zone), coalesce(nullif(s.locale, ''), c.locale))
               IS DISTINCT FROM (c.time_zone, c.locale)))

-- name: apply_traits
-- Sets traits: of each trait the newest value stays, whatever the order of arrival; of two values
-- with the same time the greater. A null removes the trait and remembers when. Changes rows, safe
-- to run twice. Locks people in order of their ids. `at` is microseconds since 1970.
WITH incoming AS (
    SELECT DISTINCT ON (r.customer_id, r.name)
        r.customer_id, r.name, coalesce(r.value, 'null') AS value, r.at, r.source_id
    FROM jsonb_to_recordset(%(rows)s::text::jsonb)
        AS r (customer_id bigint, name text, value jsonb, at bigint, source_id integer)
    ORDER BY r.customer_id, r.name, r.at DESC, r.value::text DESC NULLS LAST
), locked AS MATERIALIZED (
    SELECT c.id, c.traits, c.trait_stamps FROM profiles_customer c
    WHERE c.id IN (SELECT customer_id FROM incoming) AND c.erased_at IS NULL
    ORDER BY c.id FOR NO KEY UPDATE
), newer AS (
    SELECT i.* FROM incoming i JOIN locked c ON c.id = i.customer_id
    WHERE NOT c.trait_stamps ? i.name
       OR (i.at, i.value::text)
        > ((c.trait_stamps -> i.name ->> 0)::bigint, coalesce(c.traits -> i.name, 'null')::text)
), sums AS (
    SELECT customer_id,
        jsonb_object_agg(name, value) AS traits,
        jsonb_object_agg(name, jsonb_build_array(at, source_id)) AS stamps,
        coalesce(array_agg(name) FILTER (WHERE value = 'null'), '{}'::text[]) AS removed
    FROM newer GROUP BY customer_id
)
UPDATE profiles_customer c SET
    traits = (c.traits || s.traits) - s.removed,
    trait_stamps = c.trait_stamps || s.stamps
FROM sums s WHERE c.id = s.customer_id

-- name: summarize_customers
-- Reads people by id. A person who was merged answers with the one who took over.
SELECT c.id AS asked_id, w.id, w.key, w.traits, w.time_zone, w.locale, w.erased_at,
    (SELECT i.value FROM profiles_identity i
     WHERE i.customer_id = w.id AND i.kind = 'email' ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS email,
    (SELECT i.value FROM profiles_identity i
     WHERE i.customer_id = w.id AND i.kind = 'phone' ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS phone
FROM profiles_customer c
JOIN profiles_customer w ON w.id = coalesce(c.merged_into_id, c.id)
WHERE c.id = ANY (%(ids)s::bigint[])

-- name: find_by_identity
-- Finds the person behind one identifier.
SELECT customer_id FROM profiles_identity WHERE kind = %(kind)s::text AND value = %(value)s::text

-- name: find_current_ids
-- Returns people by id with the one they are now, and keeps them from being merged until the
-- caller's transaction ends. Locks people in order of their ids.
SELECT c.id, coalesce(c.merged_into_id, c.id) FROM profiles_customer c
WHERE c.id = ANY (%(ids)s::bigint[]) AND c.erased_at IS NULL
ORDER BY c.id FOR KEY SHARE
