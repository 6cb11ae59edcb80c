-- name: forget_events
-- Deletes old events up to a position, some at a time. Leans on event_log_idx. Safe to run twice.
DELETE FROM kernel_event WHERE id IN (
    SELECT id FROM kernel_event
    WHERE (xid, id) <= (%(xid)s::text::xid8, %(id)s::bigint) AND occurred_at < %(before)s::timestamptz
    ORDER BY xid, id LIMIT %(limit)s::int
)

-- name: measure_events
-- Returns the time of the first event and what the table occupies. Leans on event_log_idx.
SELECT (SELECT occurred_at FROM kernel_event ORDER BY xid, id LIMIT 1) AS oldest_at,
    pg_total_relation_size('kernel_event') AS bytes
