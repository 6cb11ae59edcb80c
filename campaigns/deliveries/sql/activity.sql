-- name: list_activity
-- The newest decisions before an id, all or of one outcome, with the person and the message.
-- Changes nothing. Leans on the primary key of campaigns_decision.
SELECT c.id, c.outcome, c.reason, c.numbers, c.decided_at, d.channel, d.status, p.key AS customer_key, d.key AS delivery_key,
    c.customer_id, t.name AS template, t.key AS template_key, j.name AS journey, j.key AS journey_key,
    b.name AS broadcast, b.key AS broadcast_key
FROM campaigns_decision c
JOIN campaigns_delivery d ON d.id = c.delivery_id
JOIN profiles_customer p ON p.id = c.customer_id
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id
LEFT JOIN campaigns_journey j ON j.id = d.journey_id
LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
WHERE c.id < %(before)s::bigint AND (%(outcome)s::text = '' OR c.outcome = %(outcome)s::text)
ORDER BY c.id DESC LIMIT %(limit)s::int

-- name: list_delays
-- The newest delays of one person before an instant. Changes nothing. Leans on
-- campaigns_decision_customer.
SELECT c.decided_at AS at, c.reason, c.numbers, t.name AS template
FROM campaigns_decision c
JOIN campaigns_delivery d ON d.id = c.delivery_id
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id
WHERE c.customer_id = %(customer_id)s::bigint AND c.decided_at < %(before)s::timestamptz AND c.outcome = 'delayed'
ORDER BY c.decided_at DESC, c.id DESC LIMIT %(limit)s::int

-- name: queue_depth
-- How many deliveries are due and since when. Changes nothing. Leans on campaigns_delivery_due.
SELECT count(*) AS waiting, min(d.due_at) AS oldest_at FROM (
    SELECT x.due_at FROM campaigns_delivery x
    WHERE x.status = 'planned' AND x.due_at <= statement_timestamp() LIMIT 10000
) d
