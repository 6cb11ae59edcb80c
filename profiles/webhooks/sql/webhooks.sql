-- name: note_deliveries
-- Notes how requests went; a request that was replayed changes its line. Safe to run twice.
INSERT INTO profiles_webhook_delivery
    (source_id, request_id, received_at, outcome, events, field, detail, body)
SELECT d.source_id, d.request_id, d.received_at, d.outcome, d.events, d.field, d.detail, d.body
FROM unnest(%(source_ids)s::int[], %(request_ids)s::text[], %(received_at)s::timestamptz[],
            %(outcomes)s::text[], %(events)s::int[], %(fields)s::text[], %(details)s::text[],
            %(bodies)s::bytea[])
    AS d (source_id, request_id, received_at, outcome, events, field, detail, body)
JOIN profiles_webhook w ON w.source_id = d.source_id
ORDER BY d.request_id
ON CONFLICT (request_id) DO UPDATE SET
    outcome = excluded.outcome, events = excluded.events, field = excluded.field,
    detail = excluded.detail, body = excluded.body

-- name: prune_deliveries
-- Deletes all but the newest requests of some sources. Safe to run twice. Leans on
-- webhook_delivery_recent.
DELETE FROM profiles_webhook_delivery d
USING unnest(%(source_ids)s::int[]) AS s (source_id)
WHERE d.source_id = s.source_id AND d.id NOT IN (
    SELECT k.id FROM profiles_webhook_delivery k WHERE k.source_id = s.source_id
    ORDER BY k.received_at DESC, k.id DESC LIMIT %(kept)s::int)

-- name: count_refusal
-- Counts one refused request in its hour.
INSERT INTO profiles_webhook_refusal (source_id, hour, reason, refused, last_at)
VALUES (%(source_id)s::int, date_trunc('hour', %(now)s::timestamptz, 'UTC'), %(reason)s::text, 1,
        %(now)s::timestamptz)
ON CONFLICT (source_id, hour, reason) DO UPDATE SET
    refused = profiles_webhook_refusal.refused + 1, last_at = excluded.last_at

-- name: list_refusals
-- Lists why requests of a source were refused in the last 24 hours; a few rows.
SELECT reason, sum(refused)::bigint AS refused, max(last_at) AS last_at
FROM profiles_webhook_refusal
WHERE source_id = %(source_id)s::int AND hour > %(now)s::timestamptz - interval '24 hours'
GROUP BY reason ORDER BY sum(refused) DESC, reason

-- name: blank_deliveries
-- Empties kept requests that name an identifier of the people. Reads the few requests that are
-- kept. Must come before the identifiers go. Safe to run twice.
UPDATE profiles_webhook_delivery d SET body = ''::bytea, detail = '', field = ''
WHERE length(d.body) > 0 AND EXISTS (
    SELECT FROM profiles_identity i
    WHERE i.customer_id = ANY (%(ids)s::bigint[])
      AND (position(convert_to(to_json(i.value::text)::text, 'UTF8') IN d.body) > 0
           OR (i.kind = 'email' AND position(convert_to(i.value, 'UTF8') IN lower(encode(d.body, 'escape'))::bytea) > 0)
           OR (i.value ~ '^[0-9]{5,}$' AND encode(d.body, 'escape') ~ ('[^0-9]' || i.value || '[^0-9]'))))

-- name: export_deliveries
-- Returns the kept requests that name an identifier of one person, oldest first.
SELECT jsonb_build_object('source', s.name, 'received_at', d.received_at, 'outcome', d.outcome,
    'request', convert_from(d.body, 'UTF8'))
FROM profiles_webhook_delivery d JOIN profiles_source s ON s.id = d.source_id
WHERE length(d.body) > 0 AND EXISTS (
    SELECT FROM profiles_identity i
    WHERE i.customer_id = %(customer_id)s::bigint
      AND (position(convert_to(to_json(i.value::text)::text, 'UTF8') IN d.body) > 0
           OR (i.kind = 'email' AND position(convert_to(i.value, 'UTF8') IN lower(encode(d.body, 'escape'))::bytea) > 0)
           OR (i.value ~ '^[0-9]{5,}$' AND encode(d.body, 'escape') ~ ('[^0-9]' || i.value || '[^0-9]'))))
ORDER BY d.received_at, d.id
