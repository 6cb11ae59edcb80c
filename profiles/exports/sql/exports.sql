-- name: await_erasures
-- Waits until every erasure under way has committed, and holds back new ones until this
-- transaction ends: so an export reads after them, or they find it running.
SELECT pg_advisory_xact_lock(hashtext('profiles.exports')::bigint)

-- name: announce_erasure
-- Lets the next export begin only when this transaction has ended; many may hold it.
SELECT pg_advisory_xact_lock_shared(hashtext('profiles.exports')::bigint)

-- name: claim_export
-- Takes the oldest export that is to be made, unless a living worker has it: one at a time.
-- Safe for many workers: who waits for the row sees the lease and takes nothing.
UPDATE profiles_export SET status = 'running', turn = turn + 1, tries = tries + 1, rows = 0,
    progress_percent = 0, leased_until = %(lease)s::timestamptz
WHERE id = (SELECT min(id) FROM profiles_export WHERE status IN ('waiting', 'running'))
  AND (status = 'waiting' OR status = 'running' AND leased_until < %(now)s::timestamptz)
  AND tries < %(most_tries)s::int
RETURNING id

-- name: give_up
-- Ends the exports that no worker could make in all their tries.
UPDATE profiles_export SET status = 'failed', failure = %(failure)s::text,
    ended_at = %(now)s::timestamptz
WHERE status = 'running' AND leased_until < %(now)s::timestamptz AND tries >= %(most_tries)s::int

-- name: renew
-- Notes how far a worker is and holds its lease; no row when its turn is over.
UPDATE profiles_export SET rows = %(rows)s::bigint, progress_percent = %(percent)s::int,
    leased_until = %(lease)s::timestamptz
WHERE id = %(id)s::bigint AND turn = %(turn)s::int AND status = 'running'

-- name: make_anew
-- Sends back every export in which one of these people may stand; safe to run twice.
UPDATE profiles_export SET status = 'waiting', tries = 0, rows = 0, progress_percent = 0,
    size = NULL, leased_until = NULL, ended_at = NULL
WHERE status IN ('running', 'ready') AND newest_id >= %(oldest_id)s::bigint
RETURNING id

-- name: find_newest_id
-- Finds the newest person.
SELECT coalesce(max(id), 0) FROM profiles_customer

-- name: list_touchpoints
-- Lists touchpoints of some people behind a position, by person and time. Leans on the index of
-- touchpoints by person; a page sorts what these people did between the two instants.
SELECT t.id, t.customer_id, c.key AS customer_key, e.name AS event, t.type, s.name AS source,
    t.occurred_at, t.received_at, t.revenue, t.properties, t.context
FROM profiles_touchpoint t
JOIN profiles_customer c ON c.id = t.customer_id
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
WHERE t.customer_id = ANY (%(ids)s::bigint[]) AND c.erased_at IS NULL
  AND t.received_at <= %(received_until)s::timestamptz
  AND t.occurred_at >= coalesce(%(since)s::timestamptz, '-infinity')
  AND t.occurred_at < coalesce(%(until)s::timestamptz, 'infinity')
  AND (%(after_at)s::timestamptz IS NULL
       OR (t.customer_id, t.occurred_at, t.id)
          > (%(after_customer_id)s::bigint, %(after_at)s::timestamptz, %(after_id)s::bigint))
ORDER BY t.customer_id, t.occurred_at, t.id LIMIT %(limit)s::int
