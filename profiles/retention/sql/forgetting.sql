-- name: list_events_of
-- Lists the events that a source ever sent. Leans on what was found out about events, by day.
SELECT DISTINCT event_id FROM profiles_event_day WHERE source_id = %(source_id)s::int ORDER BY event_id

-- name: find_bound
-- Finds how far the next set reaches: the time of its last touchpoint and how many there are, but for
-- others of that very instant. Leans on profiles_touchpoint_event. Only what all readers have read.
SELECT max(s.occurred_at) AS at, count(*) AS touchpoints FROM (
    SELECT t.occurred_at FROM profiles_touchpoint t
    WHERE t.event_id = %(event_id)s::int AND t.occurred_at >= %(start)s::timestamptz
      AND t.occurred_at < %(before)s::timestamptz
      AND (%(source_id)s::int IS NULL OR t.source_id = %(source_id)s::int)
      AND (t.xid, t.id) <= (%(xid)s::text::xid8, %(id)s::bigint)
    ORDER BY t.occurred_at LIMIT %(limit)s::int
) s

-- name: forget_set
-- Deletes the touchpoints of one event up to an instant; returns how many, and whose they were.
-- Leans on profiles_touchpoint_event. Safe to run twice.
WITH gone AS (
    DELETE FROM profiles_touchpoint t
    WHERE t.event_id = %(event_id)s::int AND t.occurred_at >= %(start)s::timestamptz
      AND t.occurred_at <= %(upto)s::timestamptz
      AND (%(source_id)s::int IS NULL OR t.source_id = %(source_id)s::int)
      AND (t.xid, t.id) <= (%(xid)s::text::xid8, %(id)s::bigint)
    RETURNING t.customer_id
)
SELECT count(*) AS touchpoints, coalesce(array_agg(DISTINCT customer_id), '{}') AS people FROM gone
