-- name: list_people
-- Lists people, newest first, before a given id. Each row looks at its own touchpoints only; what
-- our own apps recorded (type 7) and what staff and journeys set is no activity of the person.
SELECT c.id, c.key, c.traits, c.first_seen_at,
    (SELECT max(t.occurred_at) FROM profiles_touchpoint t
     WHERE t.customer_id = c.id AND t.type <> 7
       AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))) AS last_at,
    (SELECT i.value FROM profiles_identity i WHERE i.customer_id = c.id AND i.kind = 'email'
     ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS email,
    (SELECT i.value FROM profiles_identity i WHERE i.customer_id = c.id AND i.kind = 'phone'
     ORDER BY i.last_seen_at DESC, i.id DESC LIMIT 1) AS phone,
    (SELECT i.value FROM profiles_identity i WHERE i.customer_id = c.id AND i.kind = 'user_id' LIMIT 1) AS user_id
FROM profiles_customer c
WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
  AND c.id < coalesce(%(before_id)s::bigint, 9223372036854775807)
  AND (%(ids)s::bigint[] IS NULL OR c.id = ANY (%(ids)s::bigint[]))
  AND (%(segment_id)s::bigint IS NULL OR c.id IN (
    SELECT m.customer_id FROM profiles_segment_member m WHERE m.segment_id = %(segment_id)s::bigint))
  AND (%(seen_since)s::timestamptz IS NULL OR c.last_seen_at >= %(seen_since)s::timestamptz)
  AND (%(is_known)s::boolean IS NULL OR %(is_known)s::boolean = EXISTS (
    SELECT FROM profiles_identity i WHERE i.customer_id = c.id AND i.kind IN ('user_id', 'email', 'phone')))
ORDER BY c.id DESC LIMIT %(limit)s::int

-- name: count_people
-- Counts the people whom filters leave, and stops at a number.
SELECT count(*) FROM (
    SELECT FROM profiles_customer c
    WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
      AND (%(segment_id)s::bigint IS NULL OR c.id IN (
        SELECT m.customer_id FROM profiles_segment_member m WHERE m.segment_id = %(segment_id)s::bigint))
      AND (%(seen_since)s::timestamptz IS NULL OR c.last_seen_at >= %(seen_since)s::timestamptz)
      AND (%(is_known)s::boolean IS NULL OR %(is_known)s::boolean = EXISTS (
        SELECT FROM profiles_identity i WHERE i.customer_id = c.id AND i.kind IN ('user_id', 'email', 'phone')))
    LIMIT %(most)s::int
) found

-- name: find_people
-- Finds whom an identifier belongs to, whatever its kind; a merged person's own key leads to the
-- winner. Leans on the unique identities, one probe for each kind. `kind:value` asks for an own kind.
SELECT i.customer_id FROM profiles_identity i
WHERE i.kind = ANY (%(kinds)s::text[]) AND i.value = ANY (%(values)s::text[])
UNION
SELECT i.customer_id FROM profiles_identity i
WHERE i.kind = %(kind)s::text AND i.value = %(value)s::text
UNION
SELECT coalesce(c.merged_into_id, c.id) FROM profiles_customer c
WHERE c.key = nullif(%(key)s::text, '')::uuid

-- name: list_touchpoints
-- Lists touchpoints of one person before an instant, newest first, with all of the last instant.
SELECT t.id, t.occurred_at, t.received_at, t.original_at, t.type, e.name AS event, s.name AS source,
    t.revenue, t.properties, t.context, t.recorded_for
FROM profiles_touchpoint t
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
WHERE t.customer_id = %(customer_id)s::bigint AND t.occurred_at < %(before)s::timestamptz
  AND (%(types)s::int[] IS NULL OR t.type = ANY (%(types)s::int[]))
ORDER BY t.occurred_at DESC FETCH FIRST (%(limit)s::int) ROWS WITH TIES

-- name: count_touchpoints
-- Counts one person's touchpoints by event, the most frequent first.
SELECT e.name, count(*), max(t.occurred_at)
FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id
WHERE t.customer_id = %(customer_id)s::bigint
GROUP BY e.name ORDER BY count(*) DESC, e.name LIMIT %(limit)s::int

-- name: list_touchpoints_behind
-- Lists touchpoints of one person behind a position, newest first.
SELECT t.id, t.occurred_at, t.received_at, t.original_at, t.type, e.name AS event, s.name AS source,
    t.revenue, t.properties, t.context, t.recorded_for
FROM profiles_touchpoint t
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
WHERE t.customer_id = %(customer_id)s::bigint
  AND (%(at)s::timestamptz IS NULL OR (t.occurred_at, t.id) < (%(at)s::timestamptz, %(id)s::bigint))
  AND t.occurred_at >= coalesce(%(since)s::timestamptz, '-infinity')
  AND t.occurred_at < coalesce(%(until)s::timestamptz, 'infinity')
  AND (%(event)s::text = '' OR t.event_id = (SELECT x.id FROM profiles_event x WHERE x.name = %(event)s::text))
ORDER BY t.occurred_at DESC, t.id DESC LIMIT %(limit)s::int

-- name: find_neighbors
-- Finds the events of one person at an instant, and the instants of those before and after it.
SELECT (SELECT max(t.occurred_at) FROM profiles_touchpoint t
        WHERE t.customer_id = %(customer_id)s::bigint AND t.occurred_at < %(at)s::timestamptz) AS before,
    (SELECT min(t.occurred_at) FROM profiles_touchpoint t
     WHERE t.customer_id = %(customer_id)s::bigint AND t.occurred_at > %(at)s::timestamptz) AS after,
    (SELECT coalesce(array_agg(e.name ORDER BY t.id), '{}') FROM profiles_touchpoint t
     JOIN profiles_event e ON e.id = t.event_id
     WHERE t.customer_id = %(customer_id)s::bigint AND t.occurred_at = %(at)s::timestamptz) AS events

-- name: rename_people
-- Keeps the searchable names of the people whom a batch of the log says something about. Writes only
-- what differs. Safe to run twice. Leans on profiles_touchpoint_log.
WITH concerned AS (
    SELECT DISTINCT t.customer_id AS id FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
      AND (t.type = 2 OR t.event_id IN (
          SELECT e.id FROM profiles_event e WHERE e.name IN ('Profile Merged', 'Profile Parted')))
), named AS (
    SELECT c.id, left(lower(concat_ws(' ', c.traits ->> 'name', c.traits ->> 'firstName', c.traits ->> 'first_name',
        c.traits ->> 'lastName', c.traits ->> 'last_name', c.traits ->> 'email',
        (SELECT string_agg(i.value, ' ' ORDER BY i.id) FILTER (WHERE i.kind = 'email') FROM profiles_identity i
         WHERE i.customer_id = c.id))), 1000) AS text
    FROM concerned k JOIN profiles_customer c ON c.id = k.id WHERE c.erased_at IS NULL
)
INSERT INTO profiles_person_name AS n (customer_id, text)
SELECT id, text FROM named WHERE text <> '' ORDER BY id
ON CONFLICT (customer_id) DO UPDATE SET text = excluded.text WHERE n.text <> excluded.text

-- name: search_names
-- Finds people whose name or address has words like the ones asked for, the most alike first. Leans
-- on profiles_person_name_trigrams.
SELECT profiles_search_names(%(text)s::text, %(limit)s::int)

-- name: erase_names
-- Deletes the searchable names of people. Safe to run twice.
DELETE FROM profiles_person_name WHERE customer_id = ANY (%(ids)s::bigint[])
