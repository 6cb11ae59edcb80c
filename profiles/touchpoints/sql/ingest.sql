-- name: append_to_inbox
-- Stores one accepted request as it came. One statement is one commit.
INSERT INTO profiles_inbox (received_at, source_id, route, message_count, ip, body)
VALUES (%(received_at)s::timestamptz, %(source_id)s::int, %(route)s::text, %(message_count)s::int,
        %(ip)s::text::inet, %(body)s::bytea)

-- name: claim_inbox
-- Takes the oldest requests out of the inbox; a crash before the commit puts them back. Safe for
-- many workers at once. Leans on the primary keys of the day partitions.
WITH claimed AS (
    SELECT received_at, id FROM profiles_inbox
    ORDER BY received_at, id LIMIT %(requests)s::int FOR UPDATE SKIP LOCKED
)
DELETE FROM profiles_inbox i USING claimed c
WHERE i.received_at = c.received_at AND i.id = c.id
RETURNING i.id, i.received_at, i.source_id, i.route, i.message_count, host(i.ip) AS ip, i.body

-- name: find_known
-- Returns which messages are in the ledger, their ids in one string. Leans on the primary key.
SELECT coalesce(string_agg(uuid_send(message_id), ''::bytea), ''::bytea) FROM profiles_message_ledger
WHERE message_id = ANY (%(ids)s::uuid[])

-- name: claim_messages
-- Enters messages into the ledger and returns those that were there already. The ids come sorted,
-- so that two writers wait for each other instead of deadlocking. Safe to run twice.
WITH wanted AS (
    SELECT unnest(%(ids)s::uuid[]) AS message_id
), entered AS (
    INSERT INTO profiles_message_ledger (message_id, seen_at)
    SELECT message_id, %(now)s::timestamptz FROM wanted
    ON CONFLICT DO NOTHING RETURNING message_id
)
SELECT uuid_send(w.message_id) FROM wanted w
WHERE NOT EXISTS (SELECT 1 FROM entered e WHERE e.message_id = w.message_id)

-- name: forget_messages
-- Takes messages out of the ledger that were entered and then refused. Safe to run twice.
DELETE FROM profiles_message_ledger WHERE message_id = ANY (%(ids)s::uuid[])

-- name: find_event_ids
-- Finds the numbers of event names.
SELECT name, id FROM profiles_event WHERE name = ANY (%(names)s::text[])

-- name: insert_events
-- Enters new event names into the dictionary, in order of the names. Safe to run twice.
INSERT INTO profiles_event (name)
SELECT n FROM unnest(%(names)s::text[]) AS n ORDER BY n
ON CONFLICT (name) DO NOTHING

-- name: insert_quarantined
-- Keeps messages that could not be used. Safe to run twice; a message that is refused again after
-- a replay is open again with its new reason.
INSERT INTO profiles_quarantine (message_id, source_id, received_at, reason, field, detail, body)
SELECT r.message_id, r.source_id, r.received_at, r.reason, r.field, r.detail, r.body
FROM unnest(%(message_ids)s::uuid[], %(source_ids)s::int[], %(received_at)s::timestamptz[],
            %(reasons)s::text[], %(fields)s::text[], %(details)s::text[], %(bodies)s::bytea[])
    AS r (message_id, source_id, received_at, reason, field, detail, body)
ON CONFLICT (message_id) DO UPDATE SET
    reason = excluded.reason, field = excluded.field, detail = excluded.detail, replayed_at = NULL

-- name: find_missing_months
-- Returns which months of the touchpoints have no partition. Reads the system catalog only.
SELECT m FROM unnest(%(months)s::timestamptz[]) AS m
WHERE to_regclass('profiles_touchpoint_' || to_char(m AT TIME ZONE 'UTC', 'YYYYMM')) IS NULL

-- name: make_months
-- Makes the missing months of the touchpoints. Safe to run twice; made under an advisory lock.
SELECT sum(profiles_make_partitions('profiles_touchpoint', 'month', m, m))
FROM unnest(%(months)s::timestamptz[]) AS m

-- name: make_partitions_ahead
-- Makes the partitions of the next days and months. Safe to run twice.
SELECT profiles_make_partitions('profiles_inbox', 'day', %(now)s::timestamptz,
                                %(now)s::timestamptz + interval '7 days')
     + profiles_make_partitions('profiles_touchpoint', 'month', %(now)s::timestamptz,
                                %(now)s::timestamptz + interval '3 months')

-- name: count_inbox_bytes
-- Returns what the inbox occupies; a few rows of the system catalog.
SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits
WHERE inhparent = 'profiles_inbox'::regclass

-- name: move_touchpoints
-- Gives the touchpoints of losers to their winners. They keep their place in the log, so no
-- subscriber reads them again, and who they were recorded for. Returns how many each winner got.
-- Safe to run twice.
WITH moved AS (
    DELETE FROM profiles_touchpoint t
    USING unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
    WHERE t.customer_id = p.loser_id
    RETURNING t.*, p.winner_id
), stored AS (
    INSERT INTO profiles_touchpoint (id, xid, message_id, customer_id, recorded_for, event_id,
        source_id, type, starts_journeys, occurred_at, received_at, original_at, sent_at, revenue,
        properties, context)
    SELECT id, xid, message_id, winner_id, recorded_for, event_id,
        source_id, type, starts_journeys, occurred_at, received_at, original_at, sent_at, revenue,
        properties, context
    FROM moved RETURNING customer_id
)
SELECT customer_id, count(*) FROM stored GROUP BY customer_id

-- name: return_touchpoints
-- Gives a former loser its touchpoints back: those recorded for it or for people it had taken over,
-- and later ones that named only identifiers of its own. Its identifiers must be back already. The
-- touchpoints keep their place in the log. Safe to run twice.
WITH merged AS (
    SELECT merged_at FROM profiles_merge WHERE id = %(merge_id)s::bigint
), moved AS (
    DELETE FROM profiles_touchpoint t
    WHERE t.customer_id = %(winner_id)s::bigint
      AND (t.recorded_for IN (SELECT %(loser_id)s::bigint UNION ALL
              SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = %(loser_id)s::bigint)
           OR (t.recorded_for = %(winner_id)s::bigint AND t.received_at >= (SELECT merged_at FROM merged)
               AND t.context ? 'ids' AND NOT EXISTS (
                   SELECT FROM jsonb_each_text(t.context -> 'ids') AS named (kind, value)
                   LEFT JOIN profiles_identity i ON i.kind = named.kind AND i.value = named.value
                   WHERE i.customer_id IS DISTINCT FROM %(loser_id)s::bigint)))
    RETURNING t.*
)
INSERT INTO profiles_touchpoint (id, xid, message_id, customer_id, recorded_for, event_id, source_id,
    type, starts_journeys, occurred_at, received_at, original_at, sent_at, revenue, properties, context)
SELECT id, xid, message_id, %(loser_id)s::bigint, recorded_for, event_id, source_id,
    type, starts_journeys, occurred_at, received_at, original_at, sent_at, revenue, properties, context
FROM moved

-- name: list_recent_merges
-- Lists who was merged into whom lately.
SELECT m.id AS merge_id, c.merged_into_id AS winner_id, c.id AS loser_id FROM profiles_merge m
JOIN profiles_customer c ON c.id = m.loser_id
WHERE m.merged_at >= %(since)s::timestamptz AND m.undone_at IS NULL AND c.merged_into_id IS NOT NULL

-- name: move_straggling_identities
-- Moves identifiers that were stored for losers after they were merged, and returns whose they are.
UPDATE profiles_identity i SET customer_id = p.winner_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
WHERE i.customer_id = p.loser_id
RETURNING i.customer_id

-- name: drop_drained_days
-- Drops days of the inbox that are over and empty; returns how many.
SELECT profiles_drop_drained_days(%(before)s::timestamptz)

-- name: read_inbox_depth
-- Counts the requests that wait, up to 100,000, and finds the oldest. Leans on the primary key.
SELECT count(*) AS waiting, min(received_at) AS oldest_at
FROM (SELECT received_at FROM profiles_inbox ORDER BY received_at, id LIMIT 100000) AS first_in_line

-- name: add_activity
-- Adds what a batch held to the hour of each source.
INSERT INTO profiles_source_activity (source_id, hour, stored, duplicates, quarantined, last_at)
SELECT s.id, date_trunc('hour', %(now)s::timestamptz, 'UTC'), u.stored, u.duplicates, u.quarantined,
    %(now)s::timestamptz
FROM unnest(%(source_ids)s::int[], %(stored)s::bigint[], %(duplicates)s::bigint[],
            %(quarantined)s::bigint[]) AS u (source_id, stored, duplicates, quarantined)
JOIN profiles_source s ON s.id = u.source_id
ORDER BY u.source_id
ON CONFLICT (source_id, hour) DO UPDATE SET
    stored = profiles_source_activity.stored + excluded.stored,
    duplicates = profiles_source_activity.duplicates + excluded.duplicates,
    quarantined = profiles_source_activity.quarantined + excluded.quarantined,
    last_at = greatest(profiles_source_activity.last_at, excluded.last_at)

-- name: drop_old_months
-- Drops months of the touchpoints that ended before an instant and that every reader has read, and
-- returns how many touchpoints went.
SELECT profiles_drop_old_months(%(before)s::timestamptz, %(xid)s::text::xid8, %(id)s::bigint)

-- name: measure_touchpoints
-- Returns where the oldest month with touchpoints begins, and what all months occupy; reads the
-- system catalog and, in each month, one row.
SELECT profiles_oldest_month() AS oldest_at,
    (SELECT coalesce(sum(pg_total_relation_size(inhrelid)), 0)::bigint FROM pg_inherits
     WHERE inhparent = 'profiles_touchpoint'::regclass) AS bytes
