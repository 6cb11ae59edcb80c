-- name: park_fact
-- Sets one fact aside. Parking it again counts the attempt and keeps the newer error.
INSERT INTO kernel_parked (subscriber, source, fact_xid, fact_id, error, parked_at)
VALUES (%(name)s::text, %(source)s::text, %(fact_xid)s::text::xid8, %(fact_id)s::bigint,
    %(error)s::text, %(now)s::timestamptz)
ON CONFLICT (subscriber, fact_xid, fact_id) DO UPDATE SET
    error = excluded.error, attempts = kernel_parked.attempts + 1, replayed_at = NULL

-- name: lock_parked
-- Reads and locks one parked fact; waits for another replay of the same fact.
SELECT subscriber, fact_xid, fact_id, replayed_at IS NOT NULL AS is_replayed
FROM kernel_parked WHERE id = %(id)s::bigint FOR UPDATE

-- name: mark_replayed
-- Marks a parked fact as handled.
UPDATE kernel_parked SET replayed_at = %(now)s::timestamptz, attempts = attempts + 1
WHERE id = %(id)s::bigint

-- name: note_replay_failure
-- Counts a replay that failed and keeps its error.
UPDATE kernel_parked SET error = %(error)s::text, attempts = attempts + 1
WHERE id = %(id)s::bigint AND replayed_at IS NULL
