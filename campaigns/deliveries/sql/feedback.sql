-- name: record_events
-- Stores reports about deliveries and moves the deliveries by them. Changes rows; a report whose key
-- is known adds nothing. Something that can only happen to a message that left settles an unknown.
WITH report AS (
    SELECT d.id AS delivery_id, r.kind, r.at, r.key, r.is_bot, r.raw FROM unnest(
        %(delivery_keys)s::uuid[], %(kinds)s::text[], %(ats)s::timestamptz[], %(keys)s::text[],
        %(bots)s::bool[], %(raws)s::jsonb[]
    ) AS r (delivery_key, kind, at, key, is_bot, raw)
    JOIN campaigns_delivery d ON d.key = r.delivery_key
), fresh AS (
    INSERT INTO campaigns_delivery_event (delivery_id, kind, at, key, is_bot, raw)
    SELECT r.delivery_id, r.kind, r.at, r.key, r.is_bot, r.raw FROM report r
    ON CONFLICT (key) DO NOTHING
    RETURNING delivery_id, kind, at
), verdict AS (
    SELECT f.delivery_id, max(f.at) AS at,
        CASE WHEN bool_or(f.kind IN ('bounced', 'rejected', 'failed')) THEN 'failed'
            WHEN bool_or(f.kind IN ('delivered', 'opened', 'clicked', 'complained', 'unsubscribed')) THEN 'confirmed'
            WHEN bool_or(f.kind IN ('queued', 'sent', 'deferred')) THEN 'handed_over' END AS status,
        min(f.kind) FILTER (WHERE f.kind IN ('bounced', 'rejected', 'failed')) AS failure
    FROM fresh f GROUP BY f.delivery_id
), moved AS (
    UPDATE campaigns_delivery d SET
        status = v.status, reason = coalesce(v.failure, d.reason),
        handed_over_at = coalesce(d.handed_over_at, v.at),
        finished_at = CASE WHEN v.status <> 'handed_over' THEN v.at END
    FROM verdict v
    WHERE d.id = v.delivery_id AND v.status IS NOT NULL
        AND (d.status IN ('claimed', 'unknown') OR d.status = 'handed_over' AND v.status <> 'handed_over')
)
SELECT d.id AS delivery_id, d.channel, d.address, f.kind
FROM fresh f JOIN campaigns_delivery d ON d.id = f.delivery_id

-- name: list_events
-- The reports of a batch of the log, with what a timeline says about them. Changes nothing.
SELECT e.id, e.kind, e.at, e.is_bot, e.raw ->> 'url' AS url, d.key AS delivery_key, d.customer_id, d.channel,
    t.name AS template, j.name AS journey, b.name AS broadcast
FROM campaigns_delivery_event e
JOIN campaigns_delivery d ON d.id = e.delivery_id
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id
LEFT JOIN campaigns_journey j ON j.id = d.journey_id
LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
WHERE (e.xid, e.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (e.xid, e.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
ORDER BY e.xid, e.id

-- name: list_decisions
-- The decisions of a batch of the log, with what a timeline says about them. Changes nothing.
SELECT c.id, c.outcome, c.reason, c.numbers, c.decided_at AS at, d.key AS delivery_key, d.customer_id, d.channel,
    t.name AS template, j.name AS journey, b.name AS broadcast
FROM campaigns_decision c
JOIN campaigns_delivery d ON d.id = c.delivery_id
JOIN campaigns_template_version v ON v.id = d.template_version_id
JOIN campaigns_template t ON t.id = v.template_id
LEFT JOIN campaigns_journey j ON j.id = d.journey_id
LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND c.outcome IN ('sent', 'held_back', 'failed')
ORDER BY c.xid, c.id
