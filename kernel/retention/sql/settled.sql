-- name: find_settled
-- Returns the last position of a log that nobody needs any more: every reader is past it, and no
-- fact set aside lies at or before it. No row when nobody has read the log yet.
SELECT p.xid::text, p.id FROM (
    SELECT fact_xid AS xid, fact_id AS id FROM kernel_cursor WHERE source = %(log)s::text
    UNION ALL
    SELECT fact_xid, fact_id - 1 FROM kernel_parked
    WHERE source = %(log)s::text AND replayed_at IS NULL
) p ORDER BY p.xid, p.id LIMIT 1
