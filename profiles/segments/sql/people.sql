-- name: read_people
-- Reads people with their traits; numbers in the JSON text are exact.
SELECT c.id, c.key::text AS key, c.traits::text AS traits, c.first_seen_at, c.last_seen_at,
       c.time_zone, c.locale
FROM profiles_customer c
WHERE c.id = ANY (%(customer_ids)s::bigint[])
  AND c.merged_into_id IS NULL AND c.erased_at IS NULL

-- name: read_touches
-- Reads the touchpoints of people that belong to some events, oldest first. Index probes per person.
SELECT t.customer_id, t.id, e.name AS event, t.occurred_at, t.revenue,
       t.properties::text AS properties
FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id
WHERE t.customer_id = ANY (%(customer_ids)s::bigint[]) AND e.name = ANY (%(events)s::text[])
ORDER BY t.customer_id, t.occurred_at, t.id

-- name: read_consents
-- Reads the consent of people on some channels.
SELECT customer_id, channel, topic, address, state FROM profiles_consent
WHERE customer_id = ANY (%(customer_ids)s::bigint[]) AND channel = ANY (%(channels)s::text[])

-- name: read_addresses
-- Reads the newest identifier of each kind of people, and on which channels it is suppressed.
SELECT DISTINCT ON (i.customer_id, i.kind) i.customer_id, i.kind, i.value,
       ARRAY(SELECT s.channel FROM profiles_suppression s
             WHERE s.address = i.value AND s.released_at IS NULL) AS suppressed
FROM profiles_identity i
WHERE i.customer_id = ANY (%(customer_ids)s::bigint[])
  AND i.kind IN ('email', 'phone', 'device_token')
ORDER BY i.customer_id, i.kind, i.id DESC

-- name: read_memberships
-- Reads which segments people are in, and since when.
SELECT m.customer_id, s.key::text AS segment, m.since
FROM profiles_segment_member m JOIN profiles_segment s ON s.id = m.segment_id
WHERE m.customer_id = ANY (%(customer_ids)s::bigint[])

-- name: read_told_traits
-- Reads what sources said about some traits of people and of those who became one with them, and
-- whether the newest value is the one that is kept. Leans on profiles_trait_entry_person.
SELECT c.id AS customer_id, n.name,
       NOT EXISTS (SELECT FROM profiles_trait_policy p WHERE p.name = n.name AND p.rule <> 'newest')
           AS is_newest_kept,
       (e.traits -> n.name)::text AS value, e.at
FROM profiles_customer c
JOIN profiles_trait_entry e ON e.cause = 'told' AND e.customer_id = ANY (ARRAY(
    SELECT c.id UNION ALL SELECT m.id FROM profiles_customer m WHERE m.merged_into_id = c.id))
JOIN unnest(%(names)s::text[]) AS n (name) ON jsonb_exists(e.traits, n.name)
WHERE c.id = ANY (%(customer_ids)s::bigint[])
