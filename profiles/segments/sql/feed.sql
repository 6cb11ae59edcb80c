-- name: list_changes_after
-- Lists who entered and left behind a position of the log, of one segment where it is given. A row
-- of a transaction that is still open cannot be passed over. Leans on the index of the log.
SELECT ch.xid::text AS xid, ch.id, s.key::text AS segment, c.key::text AS customer, ch.entered,
       ch.at, ch.cause_kind AS cause, coalesce(v.number, 0) AS version, ch.may_start_journeys
FROM profiles_segment_change ch
JOIN profiles_segment s ON s.id = ch.segment_id
JOIN profiles_customer c ON c.id = ch.customer_id
LEFT JOIN profiles_segment_version v ON v.id = ch.version_id
WHERE (ch.xid, ch.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
  AND ch.xid < pg_snapshot_xmin(pg_current_snapshot())
  AND (%(segment_id)s::bigint IS NULL OR ch.segment_id = %(segment_id)s::bigint)
ORDER BY ch.xid, ch.id LIMIT %(most)s::int
