-- name: enter_event
-- Enters a name into the dictionary of events. Safe to run twice.
INSERT INTO profiles_event (name) VALUES (%(name)s::text) ON CONFLICT (name) DO NOTHING

-- name: find_event
-- Finds the number of an event by its name.
SELECT id FROM profiles_event WHERE name = %(name)s::text

-- name: list_events
-- Lists events by name with their last days; reads the dictionary and the days of those shown.
SELECT e.id, e.name, q.event_id IS NOT NULL AS is_planned, coalesce(q.description, '') AS description,
    coalesce(q.owner, '') AS owner, coalesce(k.seen, 0) AS seen, recent.seen AS recent,
    k.first_at, k.last_at, broken.seen AS violations
FROM profiles_event e
LEFT JOIN profiles_event_schema k ON k.event_id = e.id
LEFT JOIN profiles_planned_event q ON q.event_id = e.id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(d.seen), 0)::bigint AS seen FROM profiles_event_day d
    WHERE d.event_id = e.id AND d.day >= %(since)s::date) AS recent
CROSS JOIN LATERAL (
    SELECT coalesce(sum(v.seen), 0)::bigint AS seen FROM profiles_plan_violation v
    WHERE v.event_name = e.name AND v.day >= %(since)s::date) AS broken
WHERE e.name > %(after)s::text
  AND (%(query)s::text = '' OR strpos(lower(e.name), %(query)s::text) > 0)
  AND CASE %(only)s::text WHEN 'planned' THEN q.event_id IS NOT NULL
      WHEN 'unplanned' THEN q.event_id IS NULL WHEN 'violating' THEN broken.seen > 0 ELSE true END
ORDER BY e.name LIMIT %(limit)s::int

-- name: get_event
-- Reads one event with its last days.
SELECT e.id, e.name, q.event_id IS NOT NULL AS is_planned, coalesce(q.description, '') AS description,
    coalesce(q.owner, '') AS owner, coalesce(k.seen, 0) AS seen,
    (SELECT coalesce(sum(d.seen), 0)::bigint FROM profiles_event_day d
     WHERE d.event_id = e.id AND d.day >= %(since)s::date) AS recent,
    k.first_at, k.last_at,
    (SELECT coalesce(sum(v.seen), 0)::bigint FROM profiles_plan_violation v
     WHERE v.event_name = e.name AND v.day >= %(since)s::date) AS violations
FROM profiles_event e
LEFT JOIN profiles_event_schema k ON k.event_id = e.id
LEFT JOIN profiles_planned_event q ON q.event_id = e.id
WHERE e.id = %(id)s::int

-- name: list_properties
-- Lists the properties of an event, found or planned; at most 500 of each.
SELECT coalesce(q.name, p.name) AS name, coalesce(p.seen, 0) AS seen, coalesce(p.texts, 0) AS texts,
    coalesce(p.times, 0) AS times, coalesce(p.numbers, 0) AS numbers,
    coalesce(p.booleans, 0) AS booleans, coalesce(p.objects, 0) AS objects,
    coalesce(p.lists, 0) AS lists, coalesce(p.nulls, 0) AS nulls, p.first_at, p.last_at,
    q.type AS planned_type, coalesce(q.is_required, false) AS is_required,
    coalesce(q.values, '{}'::text[]) AS values, coalesce(q.description, '') AS description
FROM (SELECT * FROM profiles_property WHERE event_id = %(event_id)s::int) p
FULL JOIN (SELECT * FROM profiles_planned_property WHERE event_id = %(event_id)s::int) q
    ON q.name = p.name
ORDER BY q.id NULLS LAST, p.seen DESC, name

-- name: list_days
-- Lists how often an event happened on each day of a span, also on days without any.
SELECT day::date AS day, coalesce((
    SELECT sum(d.seen)::bigint FROM profiles_event_day d
    WHERE d.event_id = %(event_id)s::int AND d.day = g.day::date), 0) AS seen
FROM generate_series(%(since)s::date, %(upto)s::date, interval '1 day') AS g (day)
ORDER BY day

-- name: list_senders
-- Lists the sources and libraries that send an event; at most 200 rows are kept of each event.
SELECT s.name AS source, l.library, l.seen, l.last_at
FROM profiles_event_library l LEFT JOIN profiles_source s ON s.id = l.source_id
WHERE l.event_id = %(event_id)s::int ORDER BY l.last_at DESC, l.library LIMIT 50

-- name: list_examples
-- Lists up to five values of each property in the newest touchpoints of an event that enough people
-- share. Leans on the index by event and time.
SELECT name, value FROM (
    SELECT name, value, row_number() OVER (PARTITION BY name ORDER BY count(*) DESC, value) AS place
    FROM (
        SELECT t.customer_id, p.key AS name, left(t.properties ->> p.key, 60) AS value
        FROM (SELECT customer_id, properties FROM profiles_touchpoint
              WHERE event_id = %(event_id)s::int
              ORDER BY occurred_at DESC LIMIT %(sample)s::int) t
        CROSS JOIN LATERAL jsonb_each(t.properties) AS p (key, value)
        WHERE jsonb_typeof(p.value) IN ('string', 'number', 'boolean')
    ) AS found
    GROUP BY name, value HAVING count(DISTINCT customer_id) >= %(people)s::int
) AS ranked WHERE place <= 5 ORDER BY name, place

-- name: list_violations
-- Lists what was not as planned, newest first, with the newest touchpoint that shows it. Leans on
-- profiles_plan_violation_last and, per row, on the index by event and time.
SELECT v.id, v.day, s.name AS source, e.id AS event_id, v.event_name AS event, v.kind, v.property,
    v.found, v.action, v.seen, v.last_at, v.message_id,
    shown.id AS touchpoint_id, shown.xid::text AS touchpoint_xid
FROM profiles_plan_violation v
LEFT JOIN profiles_source s ON s.id = v.source_id
LEFT JOIN profiles_event e ON e.name = v.event_name
LEFT JOIN LATERAL (
    SELECT t.id, t.xid FROM profiles_touchpoint t
    WHERE t.event_id = e.id AND t.occurred_at = v.occurred_at AND t.message_id = v.message_id
    LIMIT 1) AS shown ON true
WHERE (%(event)s::text = '' OR v.event_name = %(event)s::text)
  AND (%(before_at)s::timestamptz IS NULL
       OR (v.last_at, v.id) < (%(before_at)s::timestamptz, %(before_id)s::bigint))
ORDER BY v.last_at DESC, v.id DESC LIMIT %(limit)s::int

-- name: suggest_events
-- Lists event names by how often each happened lately. Leans on the index by day.
SELECT e.name, sum(d.seen)::bigint AS times
FROM profiles_event_day d JOIN profiles_event e ON e.id = d.event_id
WHERE d.day >= %(since)s::date GROUP BY e.name ORDER BY times DESC, e.name LIMIT 50

-- name: suggest_properties
-- Lists the properties of one event by how often each was found.
SELECT p.name, p.seen FROM profiles_property p JOIN profiles_event e ON e.id = p.event_id
WHERE e.name = %(event)s::text ORDER BY p.seen DESC, p.name LIMIT 100

-- name: list_source_names
-- Lists sources by name; a few rows.
SELECT id, name FROM profiles_source ORDER BY name
