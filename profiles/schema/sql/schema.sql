-- name: discover
-- Adds a batch of touchpoints to what is known about their events: how often on which day, which
-- properties of which types, from which libraries. Of one event at most 200 touchpoints of a batch
-- are examined, and an event keeps at most 500 properties and 200 libraries. Changes rows; the
-- cursor of the subscriber makes it happen once. Leans on profiles_touchpoint_log.
WITH batch AS MATERIALIZED (
    SELECT t.event_id, t.source_id, t.occurred_at, t.properties, t.context -> 'library' AS library,
        row_number() OVER (PARTITION BY t.event_id ORDER BY t.xid DESC, t.id DESC) <= 200 AS examined
    FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), whole AS (
    INSERT INTO profiles_event_schema AS k (event_id, seen, examined, first_at, last_at)
    SELECT event_id, count(*), count(*) FILTER (WHERE examined), min(occurred_at), max(occurred_at)
    FROM batch GROUP BY event_id ORDER BY event_id
    ON CONFLICT (event_id) DO UPDATE SET
        seen = k.seen + excluded.seen, examined = k.examined + excluded.examined,
        first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)
), days AS (
    INSERT INTO profiles_event_day AS k (event_id, source_id, day, seen)
    SELECT event_id, source_id, (occurred_at AT TIME ZONE 'UTC')::date AS day, count(*)
    FROM batch GROUP BY event_id, source_id, day ORDER BY event_id, day, source_id
    ON CONFLICT (event_id, day, source_id) DO UPDATE SET seen = k.seen + excluded.seen
), libraries AS (
    INSERT INTO profiles_event_library AS k (event_id, source_id, library, seen, last_at)
    SELECT b.event_id, b.source_id, l.text, count(*), max(b.occurred_at)
    FROM batch b CROSS JOIN LATERAL (
        SELECT left(concat_ws(' ', b.library ->> 'name', b.library ->> 'version'), 80) AS text) l
    WHERE b.examined AND l.text <> ''
      AND (SELECT count(*) FROM profiles_event_library o WHERE o.event_id = b.event_id) < 200
    GROUP BY b.event_id, b.source_id, l.text ORDER BY b.event_id, b.source_id, l.text
    ON CONFLICT (event_id, source_id, library) DO UPDATE SET
        seen = k.seen + excluded.seen, last_at = greatest(k.last_at, excluded.last_at)
), members AS (
    SELECT b.event_id, b.occurred_at, p.key AS name, p.value
    FROM batch b CROSS JOIN LATERAL jsonb_each(b.properties) AS p (key, value) WHERE b.examined
), named AS (
    SELECT event_id, occurred_at, name, value FROM members
    UNION ALL
    SELECT m.event_id, m.occurred_at, m.name || '.' || n.key, n.value
    FROM members m CROSS JOIN LATERAL jsonb_each(m.value) AS n (key, value)
    WHERE jsonb_typeof(m.value) = 'object'
), typed AS (
    SELECT event_id, occurred_at, name, CASE jsonb_typeof(value)
        WHEN 'string' THEN CASE WHEN value #>> '{}' ~ '^\d{4}-\d\d-\d\d([T ]\d\d:\d\d|$)' THEN 'time' ELSE 'string' END
        ELSE jsonb_typeof(value) END AS type
    -- A name with an address in it says something about a person, not about the event.
    FROM named WHERE length(name) <= 255 AND strpos(name, '@') = 0
), room AS (
    SELECT e.event_id FROM (SELECT DISTINCT event_id FROM batch) e
    WHERE (SELECT count(*) FROM profiles_property o WHERE o.event_id = e.event_id) < 500
)
INSERT INTO profiles_property AS k
    (event_id, name, seen, texts, times, numbers, booleans, objects, lists, nulls, first_at, last_at)
SELECT event_id, name, count(*), count(*) FILTER (WHERE type = 'string'),
    count(*) FILTER (WHERE type = 'time'), count(*) FILTER (WHERE type = 'number'),
    count(*) FILTER (WHERE type = 'boolean'), count(*) FILTER (WHERE type = 'object'),
    count(*) FILTER (WHERE type = 'array'), count(*) FILTER (WHERE type = 'null'),
    min(occurred_at), max(occurred_at)
FROM typed t
WHERE t.event_id IN (SELECT r.event_id FROM room r)
   OR EXISTS (SELECT 1 FROM profiles_property o WHERE o.event_id = t.event_id AND o.name = t.name)
GROUP BY event_id, name ORDER BY event_id, name
ON CONFLICT (event_id, name) DO UPDATE SET
    seen = k.seen + excluded.seen, texts = k.texts + excluded.texts, times = k.times + excluded.times,
    numbers = k.numbers + excluded.numbers, booleans = k.booleans + excluded.booleans,
    objects = k.objects + excluded.objects, lists = k.lists + excluded.lists,
    nulls = k.nulls + excluded.nulls,
    first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)

-- name: read_plan_version
-- Says which plan is in force; one row, or none before the first plan.
SELECT version FROM profiles_plan_version WHERE NOT is_empty

-- name: read_plan
-- Reads every planned property by event; an event without properties has one row without a name.
SELECT e.name AS event, p.name, p.type, p.is_required, p.values
FROM profiles_planned_event q JOIN profiles_event e ON e.id = q.event_id
LEFT JOIN profiles_planned_property p ON p.event_id = q.event_id
ORDER BY e.name, p.id

-- name: read_actions
-- Reads what is done about violations; source 0 stands for all that say nothing.
SELECT coalesce(source_id, 0) AS source_id, kind, action FROM profiles_plan_action

-- name: stamp_plan
-- Marks the plan as changed, so that every worker reads it again.
INSERT INTO profiles_plan_version (id, version, is_empty)
SELECT 1, %(version)s::uuid, NOT EXISTS (SELECT 1 FROM profiles_planned_event)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, is_empty = excluded.is_empty

-- name: record_violations
-- Adds what was not as planned in a batch to the counts of its day.
INSERT INTO profiles_plan_violation AS k (day, source_id, event_name, kind, property, found, action,
    seen, last_at, message_id, occurred_at)
SELECT (%(now)s::timestamptz AT TIME ZONE 'UTC')::date, v.source_id, v.event_name, v.kind, v.property,
    v.found, v.action, v.seen, %(now)s::timestamptz, v.message_id, v.occurred_at
FROM unnest(%(source_ids)s::int[], %(event_names)s::text[], %(kinds)s::text[], %(properties)s::text[],
            %(found)s::text[], %(actions)s::text[], %(seen)s::bigint[], %(message_ids)s::uuid[],
            %(occurred_at)s::timestamptz[])
    AS v (source_id, event_name, kind, property, found, action, seen, message_id, occurred_at)
ORDER BY v.source_id, v.event_name, v.kind, v.property, v.found, v.action
ON CONFLICT (day, source_id, event_name, kind, property, found, action) DO UPDATE SET
    seen = k.seen + excluded.seen, last_at = greatest(k.last_at, excluded.last_at),
    message_id = excluded.message_id, occurred_at = excluded.occurred_at
