-- name: insert_customers
-- Creates people, one per key. Changes rows. A key that exists is an error.
INSERT INTO profiles_customer (key, first_seen_at, last_seen_at, time_zone, locale)
SELECT u.key, 'epoch'::timestamptz + u.first_micros * interval '1 microsecond',
    'epoch'::timestamptz + u.last_micros * interval '1 microsecond',
    nullif(u.time_zone, ''), nullif(u.locale, '')
FROM unnest(%(keys)s::uuid[], %(first)s::bigint[], %(last)s::bigint[], %(time_zones)s::text[],
            %(locales)s::text[]) AS u (key, first_micros, last_micros, time_zone, locale)
RETURNING id, key

-- name: touch_customers
-- Widens when people were seen and notes their time zone and language. The last sighting is kept
-- to the day, so that busy people do not cost a write per event; timelines hold the exact time.
-- Changes rows, safe to run twice. The caller has locked these people in order of their ids.
WITH seen AS (
    SELECT u.id, u.time_zone, u.locale,
        'epoch'::timestamptz + u.first_micros * interval '1 microsecond' AS first_at,
        'epoch'::timestamptz + u.last_micros * interval '1 microsecond' AS last_at
    FROM unnest(%(ids)s::bigint[], %(first)s::bigint[], %(last)s::bigint[], %(time_zones)s::text[],
                %(locales)s::text[])
        AS u (id, first_micros, last_micros, time_zone, locale)
)
UPDATE profiles_customer c SET
    first_seen_at = least(c.first_seen_at, s.first_at),
    last_seen_at = greatest(c.last_seen_at, s.last_at),
    time_zone = CASE WHEN s.last_at >= c.last_seen_at THEN coalesce(nullif(s.time_zone, ''), c.time_zone)
                     ELSE coalesce(c.time_zone, nullif(s.time_zone, '')) END,
    locale = CASE WHEN s.last_at >= c.last_seen_at THEN coalesce(nullif(s.locale, ''), c.locale)
                  ELSE coalesce(c.locale, nullif(s.locale, '')) END
FROM seen s
WHERE c.id = s.id AND c.erased_at IS NULL
  AND (s.first_at < c.first_seen_at OR s.last_at > c.last_seen_at + interval '1 day'
       OR (s.last_at >= c.last_seen_at
           AND (coalesce(nullif(s.time_zone, ''), c.time_zone), coalesce(nullif(s.locale, ''), c.locale))
               IS DISTINCT FROM (c.time_zone, c.locale)))

-- name: summarize_customers
-- Reads people by id. A person who was merged answers with the one who took over. OFFSET 0 keeps the
-- look at the identifiers of each person alone, never of all with a kind.
SELECT c.id AS asked_id, w.id, w.key, w.traits, w.time_zone, w.locale, w.erased_at,
    (SELECT i.value FROM (SELECT * FROM profiles_identity o WHERE o.customer_id = w.id OFFSET 0) i
     WHERE i.kind = 'email' ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS email,
    (SELECT i.value FROM (SELECT * FROM profiles_identity o WHERE o.customer_id = w.id OFFSET 0) i
     WHERE i.kind = 'phone' ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS phone
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
