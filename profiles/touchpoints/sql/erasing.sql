-- name: erase_touchpoints
-- Deletes every touchpoint of people. Safe to run twice. Leans on the index by customer.
DELETE FROM profiles_touchpoint
WHERE customer_id = ANY (%(ids)s::bigint[])

-- name: erase_quarantined
-- Empties messages in quarantine that name an identifier of the people, and marks them refused for
-- that. Reads the whole quarantine, which the operator keeps small. Must come before the identifiers
-- go. Safe to run twice.
UPDATE profiles_quarantine q SET body = ''::bytea, reason = %(reason)s::text, field = '',
    detail = 'This person was erased. Nothing of the message was kept.'
WHERE length(q.body) > 0 AND EXISTS (
    SELECT FROM profiles_identity i
    WHERE i.customer_id = ANY (%(ids)s::bigint[])
      AND (position(convert_to(to_json(i.value::text)::text, 'UTF8') IN q.body) > 0
           OR (i.kind = 'email' AND position(convert_to(i.value, 'UTF8') IN lower(encode(q.body, 'escape'))::bytea) > 0)
           OR (i.value ~ '^[0-9]{5,}$' AND encode(q.body, 'escape') ~ ('[^0-9]' || i.value || '[^0-9]'))))

-- name: export_touchpoints
-- Returns one person's touchpoints as JSON, oldest first.
SELECT jsonb_build_object('event', e.name, 'source', s.name, 'type', t.type, 'occurred_at', t.occurred_at,
    'received_at', t.received_at, 'original_at', t.original_at, 'sent_at', t.sent_at, 'revenue', t.revenue,
    'properties', t.properties, 'context', t.context)
FROM profiles_touchpoint t
JOIN profiles_event e ON e.id = t.event_id
LEFT JOIN profiles_source s ON s.id = t.source_id
WHERE t.customer_id = %(customer_id)s::bigint ORDER BY t.occurred_at, t.id
