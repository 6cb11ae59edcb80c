-- name: list_live
-- Reads the rules that count now, with the names of the segments they refer to.
SELECT s.id, s.key::text AS key, v.id AS version_id, NOT v.backfill AS holds_back,
       v.rule::text AS rule
FROM profiles_segment s JOIN profiles_segment_version v ON v.id = s.live_version_id
WHERE s.status = 'live' AND s.kind = 'rule' AND s.parked_at IS NULL
ORDER BY s.id

-- name: list_touched
-- Finds for each live segment whom a batch of touchpoints concerns, with the touchpoint that did it:
-- people who did something that the rule mentions, whose traits it mentions changed, who became
-- known by an address, or who are new (a rule may hold for somebody who did nothing).
WITH batch AS MATERIALIZED (
    SELECT t.customer_id, t.event_id, t.type, max(t.id) AS cause_id,
           bool_or(t.starts_journeys) AS may_start, min(t.received_at) AS received_at
    FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    GROUP BY t.customer_id, t.event_id, t.type
), person AS MATERIALIZED (
    SELECT b.customer_id, max(b.cause_id) AS cause_id, bool_or(b.may_start) AS may_start,
           c.created_at >= min(b.received_at) OR bool_or(b.type = 6) AS is_new,
           bool_or(b.type = 2) AS is_identified
    FROM batch b JOIN profiles_customer c ON c.id = b.customer_id
    GROUP BY b.customer_id, c.created_at
), changed_trait AS (
    SELECT t.customer_id, trait.name, max(t.id) AS cause_id, bool_or(t.starts_journeys) AS may_start
    FROM profiles_touchpoint t CROSS JOIN LATERAL jsonb_object_keys(t.properties) AS trait (name)
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint) AND t.type = 2
    GROUP BY t.customer_id, trait.name
), live AS (
    SELECT id FROM profiles_segment WHERE status = 'live' AND kind = 'rule' AND parked_at IS NULL
), mention AS (
    SELECT m.segment_id, m.kind, m.name FROM profiles_segment_mention m JOIN live ON live.id = m.segment_id
), concerned AS (
    SELECT m.segment_id, b.customer_id, b.cause_id, b.may_start
    FROM batch b JOIN profiles_event e ON e.id = b.event_id
    JOIN mention m ON m.kind = 'event' AND m.name = e.name
    UNION ALL
    SELECT m.segment_id, t.customer_id, t.cause_id, t.may_start
    FROM changed_trait t JOIN mention m ON m.kind = 'trait' AND m.name = t.name
    UNION ALL
    SELECT m.segment_id, p.customer_id, p.cause_id, p.may_start
    FROM person p JOIN mention m ON m.kind = 'field' OR (m.kind = 'consent' AND p.is_identified)
    UNION ALL
    SELECT live.id, p.customer_id, p.cause_id, p.may_start FROM person p, live WHERE p.is_new
)
SELECT segment_id, customer_id, max(cause_id) AS cause_id, bool_or(may_start) AS may_start
FROM concerned GROUP BY segment_id, customer_id
ORDER BY segment_id, customer_id

-- name: list_due
-- Reads the oldest due times, but for segments that are set aside. Leans on the index of due_at.
SELECT segment_id, customer_id, cause, may_start_journeys AS may_start FROM profiles_segment_due
WHERE due_at <= %(now)s::timestamptz
  AND segment_id NOT IN (SELECT id FROM profiles_segment WHERE parked_at IS NOT NULL)
ORDER BY due_at LIMIT %(batch)s::int

-- name: forget_due
-- Drops due times of segments that are not live any more.
DELETE FROM profiles_segment_due WHERE segment_id = ANY (%(segment_ids)s::bigint[])

-- name: plan_consent
-- Makes everybody due at once whose consent changed, in the segments that ask about consent.
INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
SELECT DISTINCT m.segment_id, e.customer_id, %(now)s::timestamptz, 'consent'
FROM profiles_consent_entry e
JOIN profiles_segment_mention m ON m.kind = 'consent' AND m.name = e.channel
JOIN profiles_segment s ON s.id = m.segment_id AND s.status = 'live'
WHERE (e.xid, e.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
  AND (e.xid, e.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
ORDER BY 1, 2
ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = excluded.cause
    WHERE profiles_segment_due.due_at > excluded.due_at

-- name: plan_everybody_of
-- Makes some people due at once in every live segment (after a merge, or when one is undone).
INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
SELECT s.id, k.customer_id, %(now)s::timestamptz, %(cause)s::text
FROM unnest(%(customer_ids)s::bigint[]) AS k (customer_id), profiles_segment s
WHERE s.status = 'live' AND s.kind = 'rule'
ORDER BY 1, 2
ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = excluded.cause

-- name: plan_forgotten
-- Makes some people due at once in the live segments that ask about an event, or about a field, which
-- may be drawn from it. A time that was due already keeps its right to start journeys.
INSERT INTO profiles_segment_due AS d (segment_id, customer_id, due_at, cause, may_start_journeys)
SELECT s.id, k.customer_id, %(now)s::timestamptz, 'retention', false
FROM unnest(%(customer_ids)s::bigint[]) AS k (customer_id), profiles_segment s
WHERE s.status = 'live' AND s.kind = 'rule' AND s.id IN (
    SELECT m.segment_id FROM profiles_segment_mention m
    LEFT JOIN profiles_event e ON e.id = %(event_id)s::int
    WHERE m.kind = 'field' OR m.kind = 'event' AND m.name = e.name)
ORDER BY 1, 2
ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = excluded.cause,
    may_start_journeys = d.may_start_journeys AND d.due_at <= excluded.due_at

-- name: replace_mentions
-- Stores what a rule speaks of in place of what its older version spoke of. Safe to run twice.
WITH wanted AS (
    SELECT kind, name FROM unnest(%(kinds)s::text[], %(names)s::text[]) AS w (kind, name)
), dropped AS (
    DELETE FROM profiles_segment_mention m
    WHERE m.segment_id = %(segment_id)s::bigint
      AND NOT EXISTS (SELECT 1 FROM wanted w WHERE w.kind = m.kind AND w.name = m.name)
)
INSERT INTO profiles_segment_mention (segment_id, kind, name)
SELECT %(segment_id)s::bigint, kind, name FROM wanted ON CONFLICT DO NOTHING

-- name: list_references
-- Reads which live or drafted segment refers to which: dependent, then what it needs.
SELECT m.segment_id, s.id AS needs FROM profiles_segment_mention m
JOIN profiles_segment s ON m.kind = 'segment' AND s.key::text = m.name

-- name: list_names
-- Resolves the names of events and segments that rules use.
SELECT 'event' AS kind, name, id::bigint FROM profiles_event
WHERE name = ANY (%(events)s::text[])
UNION ALL
SELECT 'segment', key::text, id FROM profiles_segment WHERE key::text = ANY (%(segments)s::text[])

-- name: estimate_people
-- Returns about how many people there are, from the planner's statistics; free.
SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'profiles_customer'::regclass

-- name: list_waiting
-- Lists whose time has come in one segment but who are not settled yet.
SELECT customer_id FROM profiles_segment_due
WHERE segment_id = %(segment_id)s::bigint AND due_at <= %(now)s::timestamptz
