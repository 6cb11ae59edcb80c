-- name: list_sources
-- Lists sources with what they sent in the last 24 hours; reads a few rows of each source.
SELECT s.id, s.key, s.name, s.kind, s.write_key_hint, s.starts_journeys, s.created_at, s.disabled_at,
    coalesce(sum(a.stored), 0)::bigint AS stored, coalesce(sum(a.duplicates), 0)::bigint AS duplicates,
    coalesce(sum(a.quarantined), 0)::bigint AS quarantined,
    (SELECT max(l.last_at) FROM profiles_source_activity l WHERE l.source_id = s.id) AS last_at,
    (SELECT coalesce(sum(r.refused), 0) FROM profiles_webhook_refusal r
     WHERE r.source_id = s.id AND r.hour > %(now)s::timestamptz - interval '24 hours')::bigint AS refused
FROM profiles_source s
LEFT JOIN profiles_source_activity a
    ON a.source_id = s.id AND a.hour > %(now)s::timestamptz - interval '24 hours'
GROUP BY s.id ORDER BY s.name

-- name: list_latest
-- Lists the newest touchpoints of the log, with all four times; of one source or event those among
-- the newest `reach`, so that a rare one costs no more. Leans on profiles_touchpoint_log.
SELECT t.id, t.xid, t.received_at, t.occurred_at, t.original_at, t.sent_at, t.type, t.starts_journeys,
    e.name AS event, s.name AS source, c.key AS customer_key, t.properties, t.context
FROM (
    SELECT * FROM (
        SELECT * FROM profiles_touchpoint ORDER BY xid DESC, id DESC LIMIT %(reach)s::int
    ) newest
    WHERE (%(source_id)s::int IS NULL OR source_id = %(source_id)s::int)
      AND (%(event)s::text = '' OR event_id = (SELECT id FROM profiles_event WHERE name = %(event)s::text))
    ORDER BY xid DESC, id DESC LIMIT %(limit)s::int
) t
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
LEFT JOIN profiles_customer c ON c.id = t.customer_id
ORDER BY t.xid DESC, t.id DESC

-- name: list_quarantined
-- Lists messages in quarantine, newest first, before a given id.
SELECT q.id, q.received_at, q.reason, q.field, q.detail, q.body, s.name AS source
FROM profiles_quarantine q LEFT JOIN profiles_source s ON s.id = q.source_id
WHERE q.replayed_at IS NULL AND q.id < coalesce(%(before_id)s::bigint, 9223372036854775807)
  AND (%(reason)s::text = '' OR q.reason = %(reason)s::text)
ORDER BY q.id DESC LIMIT %(limit)s::int

-- name: claim_quarantined
-- Takes messages out of quarantine for a replay, oldest first; a crash puts them back. Those of
-- erased people hold nothing and stay.
UPDATE profiles_quarantine SET replayed_at = %(now)s::timestamptz
WHERE id IN (
    SELECT id FROM profiles_quarantine
    WHERE replayed_at IS NULL AND id > %(after_id)s::bigint AND id <= %(upto_id)s::bigint
      AND length(body) > 0
      AND (%(reason)s::text = '' OR reason = %(reason)s::text)
      AND (%(id)s::bigint IS NULL OR id = %(id)s::bigint)
      AND (%(source_id)s::int IS NULL OR source_id = %(source_id)s::int)
    ORDER BY id LIMIT %(limit)s::int FOR UPDATE SKIP LOCKED
)
RETURNING id, body

-- name: newest_quarantined
-- Returns the largest id in quarantine.
SELECT max(id) FROM profiles_quarantine

-- name: count_quarantined
-- Counts open messages by reason, the most frequent first; reads open messages only.
SELECT reason, count(*) FROM profiles_quarantine WHERE replayed_at IS NULL
GROUP BY reason ORDER BY count(*) DESC, reason
