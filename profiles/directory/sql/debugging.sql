-- name: find_touchpoint
-- Reads one touchpoint by its place in the log. Leans on profiles_touchpoint_log.
SELECT t.id, t.xid::text AS xid, t.type, t.customer_id, t.recorded_for, t.occurred_at, t.received_at,
    t.original_at, t.sent_at, t.starts_journeys, t.revenue, t.properties, t.context,
    e.name AS event, e.id AS event_id, s.name AS source, c.key AS customer_key,
    c.first_seen_at AS person_since
FROM profiles_touchpoint t
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
LEFT JOIN profiles_customer c ON c.id = t.customer_id
WHERE t.xid = %(xid)s::text::xid8 AND t.id = %(id)s::bigint

-- name: list_named
-- Reads to whom the identifiers belong that an event named, in the order of their weight.
SELECT n.kind, n.value, i.customer_id AS owner_id, c.key AS owner_key, i.first_seen_at
FROM unnest(%(kinds)s::text[], %(values)s::text[]) WITH ORDINALITY AS n (kind, value, place)
LEFT JOIN profiles_identity i ON i.kind = n.kind AND i.value = n.value
LEFT JOIN profiles_customer c ON c.id = i.customer_id
ORDER BY n.place

-- name: list_merges_of
-- Reads the merges that brought an event to the person who has it now, oldest first: those of whom
-- it was recorded for, and one of strangers in the moment in which it was stored.
SELECT m.kind, m.reason, m.merged_at, m.undone_at, w.key AS winner_key, l.key AS loser_key,
    m.loser_id = %(recorded_for)s::bigint AS is_own
FROM profiles_merge m
JOIN profiles_customer w ON w.id = m.winner_id
JOIN profiles_customer l ON l.id = m.loser_id
WHERE m.loser_id = %(recorded_for)s::bigint
   OR (m.winner_id = %(customer_id)s::bigint AND m.kind = 'stitched'
       AND m.merged_at BETWEEN %(received_at)s::timestamptz
                           AND %(received_at)s::timestamptz + interval '1 minute')
ORDER BY m.merged_at, m.id LIMIT 20

-- name: list_changes_by
-- Reads the segments that one person entered or left because of one touchpoint. Leans on the index
-- of the person.
SELECT c.id, c.entered, c.at, s.name, s.key
FROM profiles_segment_change c JOIN profiles_segment s ON s.id = c.segment_id
WHERE c.customer_id = %(customer_id)s::bigint AND c.at >= %(received_at)s::timestamptz
  AND c.cause_kind = 'touchpoint' AND c.cause_id = %(id)s::bigint
ORDER BY c.at, c.id
