-- name: find_settled
-- Returns the last position of a log that nobody needs any more: every reader is past it, and no
-- fact set aside lies at or before it. No row when nobody has read the log yet.
SELECT p.xid::text, p.id FROM (
    SELECT fact_xid AS xid, fact_id AS id FROM kernel_cursor WHERE source = %(log)s::text
    UNION ALL
    SELECT fact_xid, fact_id - 1 FROM kernel_parked
    WHERE source = %(log)s::text AND replayed_at IS NULL
) p ORDER BY p.xid, p.id LIMIT 1

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
