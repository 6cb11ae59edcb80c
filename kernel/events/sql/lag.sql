-- name: list_cursors
-- Reads all cursors with the number of their parked facts. Leans on parked_waiting_idx.
SELECT c.name, c.source, c.fact_xid, c.fact_id, c.handled, c.moved_at, c.failed_at,
    CASE WHEN c.fact_xid >= pg_snapshot_xmax(pg_current_snapshot())
        THEN 'The cursor comes from another cluster. Run manage.py rebase_fact_log.'
        ELSE c.error END AS error,
    (SELECT count(*) FROM kernel_parked p
     WHERE p.subscriber = c.name AND p.replayed_at IS NULL) AS parked
FROM kernel_cursor c ORDER BY c.source, c.name
