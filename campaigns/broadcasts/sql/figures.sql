-- name: count_places
-- How many people of a broadcast are where, and why: each person once, so that the sum is the audience.
-- Changes nothing. Leans on campaigns_recipient_once and campaigns_delivery_recipient.
SELECT CASE
        WHEN r.is_held_out THEN 'held_out'
        WHEN r.is_twice THEN 'twice'
        WHEN d.id IS NULL THEN 'waiting'
        WHEN d.status IN ('planned', 'claimed') THEN 'queued'
        WHEN d.status IN ('handed_over', 'confirmed') THEN 'sent'
        ELSE d.status END AS place,
    CASE WHEN d.status IN ('held_back', 'failed', 'unknown') THEN d.reason ELSE '' END AS reason, count(*) AS people
FROM campaigns_recipient r LEFT JOIN campaigns_delivery d ON d.recipient_id = r.id
WHERE r.broadcast_id = %(broadcast_id)s::bigint
GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2

-- name: count_reactions
-- How many messages of a broadcast were answered how; bots are left out, and a message counts once;
-- `left` is how many were handed over at all. Changes nothing. Leans on campaigns_delivery_broadcast.
SELECT e.kind, count(DISTINCT e.delivery_id) AS messages
FROM campaigns_delivery d JOIN campaigns_delivery_event e ON e.delivery_id = d.id AND NOT e.is_bot
WHERE d.broadcast_id = %(broadcast_id)s::bigint
    AND e.kind IN ('opened', 'clicked', 'bounced', 'complained', 'unsubscribed', 'delivered')
GROUP BY e.kind
UNION ALL
SELECT 'left', count(*) FROM campaigns_delivery d
WHERE d.broadcast_id = %(broadcast_id)s::bigint AND d.handed_over_at IS NOT NULL

-- name: count_converted
-- How many people reached the goal within its days from the start, messaged or held out, of the share
-- that was rolled out. Whoever was to be messaged counts, also when the gate held the message back.
-- Changes nothing. Leans on the index of touchpoints by person and event.
SELECT r.is_held_out, count(*) AS people, count(*) FILTER (WHERE EXISTS (
        SELECT FROM profiles_touchpoint t JOIN profiles_event x ON x.id = t.event_id
        WHERE x.name = b.goal_event AND t.customer_id = r.customer_id AND t.occurred_at >= b.starts_at
            AND t.occurred_at < b.starts_at + make_interval(days => b.goal_days))) AS converted
FROM campaigns_broadcast b JOIN campaigns_recipient r ON r.broadcast_id = b.id
WHERE b.id = %(broadcast_id)s::bigint AND r.bucket < 100 * %(percent)s::int AND NOT r.is_twice
GROUP BY r.is_held_out
