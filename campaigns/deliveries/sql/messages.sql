-- name: list_messages
-- The newest messages before an id, of one person or one by its key, each with every decision about
-- it and what came back. Changes nothing. Leans on campaigns_delivery_customer or the unique key,
-- campaigns_decision_delivery and campaigns_delivery_event_deliv.
SELECT d.id, d.key, d.channel, d.status, d.created_at, d.due_at, d.wording IS NOT NULL AS is_worded,
    t.name AS template, t.key AS template_key, v.number AS version, j.name AS journey, j.key AS journey_key,
    d.enrollment_id, b.name AS broadcast, b.key AS broadcast_key, coalesce(c.decisions, '[]') AS decisions,
    coalesce(e.events, '[]') AS events, p.key AS customer_key, d.customer_id
FROM campaigns_delivery d
JOIN profiles_customer p ON p.id = d.customer_id
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id
LEFT JOIN campaigns_journey j ON j.id = d.journey_id
LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
        'at', x.decided_at, 'outcome', x.outcome, 'reason', x.reason, 'numbers', x.numbers) ORDER BY x.id) AS decisions
    FROM campaigns_decision x WHERE x.delivery_id = d.id
) c ON true
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object(
        'at', x.at, 'kind', x.kind, 'is_bot', x.is_bot, 'url', x.raw ->> 'url') ORDER BY x.id) AS events
    FROM campaigns_delivery_event x WHERE x.delivery_id = d.id
) e ON true
WHERE d.id < %(before)s::bigint
    AND (d.key = %(key)s::uuid OR d.customer_id = coalesce(%(customer_id)s::bigint, (
        SELECT x.id FROM profiles_customer x WHERE x.key = %(customer_key)s::uuid)))
    AND (%(channel)s::text = '' OR d.channel = %(channel)s::text)
    AND (%(statuses)s::text[] = '{}' OR d.status = ANY (%(statuses)s::text[]))
ORDER BY d.id DESC LIMIT %(limit)s::int

-- name: list_channels
-- The channels on which one person has messages. Changes nothing. Leans on campaigns_delivery_customer.
SELECT DISTINCT d.channel FROM campaigns_delivery d WHERE d.customer_id = %(customer_id)s::bigint ORDER BY d.channel
