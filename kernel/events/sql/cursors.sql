-- name: create_cursor
-- Makes the cursor of a subscriber that has never run. Safe to run twice.
INSERT INTO kernel_cursor (name, source) VALUES (%(name)s::text, %(source)s::text)
ON CONFLICT (name) DO NOTHING

-- name: lock_cursor
-- Reads a cursor and locks it to the end of the transaction; no row when another worker has it.
SELECT fact_xid, fact_id FROM kernel_cursor WHERE name = %(name)s::text
FOR UPDATE SKIP LOCKED

-- name: move_cursor
-- Moves a locked cursor behind the facts of one batch and forgets its last failure.
UPDATE kernel_cursor SET
    fact_xid = %(upto_xid)s::text::xid8, fact_id = %(upto_id)s::bigint,
    handled = handled + %(count)s::bigint, moved_at = %(now)s::timestamptz,
    error = '', failed_at = NULL
WHERE name = %(name)s::text

-- name: note_failure
-- Keeps why a subscriber could not run, for the operations page.
UPDATE kernel_cursor SET error = %(error)s::text, failed_at = %(now)s::timestamptz
WHERE name = %(name)s::text

-- name: list_positions
-- Reads where all cursors stand, and whether one lies ahead of every transaction there has been.
SELECT name, fact_xid, fact_id,
    fact_xid >= pg_snapshot_xmax(pg_current_snapshot()) AS is_ahead
FROM kernel_cursor
