-- name: merge_people
-- Gives the enrollments, deliveries and decisions of each loser to its winner and notes each row, so
-- that it can be given back. Where both are inside the same journey, the winner stays and the loser's
-- way ends. Changes rows; a second call finds nothing.
WITH pair AS (
    SELECT * FROM unnest(%(merge_ids)s::bigint[], %(winners)s::bigint[], %(losers)s::bigint[])
        AS p (merge_id, winner_id, loser_id)
), way AS MATERIALIZED (
    -- OFFSET 0 keeps each look at the ways of one person, never at all that lead through the same journey.
    SELECT l.id, p.merge_id, p.winner_id, l.state = 'active' AND EXISTS (
        SELECT FROM (SELECT * FROM campaigns_enrollment x WHERE x.customer_id = p.winner_id OFFSET 0) w
        WHERE w.journey_id = l.journey_id AND w.instance_key = l.instance_key AND w.state = 'active') AS is_double
    FROM pair p
    CROSS JOIN LATERAL (SELECT * FROM campaigns_enrollment x WHERE x.customer_id = p.loser_id OFFSET 0) l
), ended AS (
    UPDATE campaigns_enrollment e SET state = 'removed', finished_at = %(now)s::timestamptz, customer_id = y.winner_id
    FROM way y WHERE e.id = y.id AND y.is_double
    RETURNING e.id, y.merge_id
), quiet AS (
    DELETE FROM campaigns_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT id FROM ended))
), unheld AS (
    DELETE FROM campaigns_held_timer h WHERE h.enrollment_id = ANY (ARRAY(SELECT id FROM ended))
), moved AS (
    UPDATE campaigns_enrollment e SET customer_id = y.winner_id FROM way y WHERE e.id = y.id AND NOT y.is_double
    RETURNING e.id, y.merge_id
), waiting AS (
    UPDATE campaigns_waiting w SET customer_id = y.winner_id FROM way y WHERE w.enrollment_id = y.id
), sent AS (
    UPDATE campaigns_delivery d SET customer_id = p.winner_id FROM pair p WHERE d.customer_id = p.loser_id
    RETURNING d.id, p.merge_id
), decided AS (
    UPDATE campaigns_decision c SET customer_id = p.winner_id FROM pair p WHERE c.customer_id = p.loser_id
    RETURNING c.id, p.merge_id
), device AS (
    UPDATE campaigns_device x SET customer_id = p.winner_id FROM pair p WHERE x.customer_id = p.loser_id
    RETURNING x.id, p.merge_id
), card AS (
    UPDATE campaigns_card x SET customer_id = p.winner_id FROM pair p WHERE x.customer_id = p.loser_id
    RETURNING x.id, p.merge_id
), recipient AS (
    UPDATE campaigns_recipient x SET customer_id = p.winner_id FROM pair p WHERE x.customer_id = p.loser_id
    RETURNING x.id, p.merge_id
)
INSERT INTO campaigns_merge_move (merge_id, kind, row_id)
SELECT merge_id, 'ended', id FROM ended UNION ALL SELECT merge_id, 'enrollment', id FROM moved
UNION ALL SELECT merge_id, 'delivery', id FROM sent UNION ALL SELECT merge_id, 'decision', id FROM decided
UNION ALL SELECT merge_id, 'device', id FROM device UNION ALL SELECT merge_id, 'card', id FROM card
UNION ALL SELECT merge_id, 'recipient', id FROM recipient

-- name: unmerge_people
-- Gives back the rows that a merge moved; a way that the merge ended goes on where it stood.
-- Changes rows; a second call finds nothing. Leans on campaigns_merge_move_merge.
WITH move AS (
    DELETE FROM campaigns_merge_move m
    USING unnest(%(merge_ids)s::bigint[], %(losers)s::bigint[]) AS p (merge_id, loser_id)
    WHERE m.merge_id = p.merge_id RETURNING m.kind, m.row_id, p.loser_id
), back AS (
    UPDATE campaigns_enrollment e SET customer_id = m.loser_id,
        state = CASE m.kind WHEN 'ended' THEN 'active' ELSE e.state END,
        finished_at = CASE m.kind WHEN 'ended' THEN NULL ELSE e.finished_at END
    FROM move m WHERE m.kind IN ('enrollment', 'ended') AND e.id = m.row_id
    RETURNING e.id, e.step_no, e.version_id, e.node, m.kind
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
    SELECT b.id, %(now)s::timestamptz, b.step_no,
        CASE WHEN n.act IN ('ask', 'hold', 'until', 'call') THEN b.version_id END,
        CASE WHEN n.act IN ('ask', 'hold', 'until', 'call') THEN b.node END
    FROM back b JOIN campaigns_journey_node n ON n.version_id = b.version_id AND n.node = b.node
    WHERE b.kind = 'ended'
), waiting AS (
    UPDATE campaigns_waiting w SET customer_id = m.loser_id FROM move m
    WHERE m.kind IN ('enrollment', 'ended') AND w.enrollment_id = m.row_id
), sent AS (
    UPDATE campaigns_delivery d SET customer_id = m.loser_id FROM move m WHERE m.kind = 'delivery' AND d.id = m.row_id
), device AS (
    UPDATE campaigns_device x SET customer_id = m.loser_id FROM move m WHERE m.kind = 'device' AND x.id = m.row_id
), card AS (
    UPDATE campaigns_card x SET customer_id = m.loser_id FROM move m WHERE m.kind = 'card' AND x.id = m.row_id
), recipient AS (
    UPDATE campaigns_recipient x SET customer_id = m.loser_id FROM move m WHERE m.kind = 'recipient' AND x.id = m.row_id
)
UPDATE campaigns_decision c SET customer_id = m.loser_id FROM move m WHERE m.kind = 'decision' AND c.id = m.row_id

-- name: erase_people
-- Blanks what could name people in messages and journeys, and ends their ways. Changes rows; a second
-- call changes nothing more.
WITH ended AS (
    UPDATE campaigns_enrollment e SET ctx = NULL,
        state = CASE e.state WHEN 'active' THEN 'removed' ELSE e.state END,
        finished_at = coalesce(e.finished_at, %(now)s::timestamptz)
    WHERE e.customer_id = ANY (%(ids)s::bigint[]) RETURNING e.id
), quiet AS (
    DELETE FROM campaigns_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT id FROM ended))
), unheld AS (
    DELETE FROM campaigns_held_timer h WHERE h.enrollment_id = ANY (ARRAY(SELECT id FROM ended))
), calls AS (
    UPDATE campaigns_call k SET answer = NULL, error = '', status = CASE k.status WHEN 'planned' THEN 'failed' ELSE k.status END
    FROM ended WHERE k.enrollment_id = ended.id
), blank AS (
    UPDATE campaigns_delivery d SET address = '', ctx = NULL, wording = NULL, gate = NULL, provider_id = ''
    WHERE d.customer_id = ANY (%(ids)s::bigint[]) RETURNING d.id
), coupons AS (
    UPDATE campaigns_coupon k SET delivery_id = NULL FROM blank WHERE k.delivery_id = blank.id
), refusals AS (
    DELETE FROM campaigns_refusal r USING profiles_customer c
    WHERE r.customer_id = c.id AND (c.id = ANY (%(ids)s::bigint[]) OR c.merged_into_id = ANY (%(ids)s::bigint[]))
), devices AS (
    DELETE FROM campaigns_device x WHERE x.customer_id = ANY (%(ids)s::bigint[])
), days AS (
    DELETE FROM campaigns_trait_day y WHERE y.customer_id = ANY (%(ids)s::bigint[])
), cards AS (
    DELETE FROM campaigns_card x WHERE x.customer_id = ANY (%(ids)s::bigint[])
)
UPDATE campaigns_delivery_event v SET raw = '{}' FROM blank WHERE v.delivery_id = blank.id

-- name: export_messages
-- Every message to one person, as plain values. Changes nothing. Leans on campaigns_delivery_customer.
SELECT d.key::text, d.channel, d.address, d.status, d.reason, d.created_at::text, d.handed_over_at::text, t.name,
    d.locale, d.ctx, d.wording, (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', v.kind, 'at', v.at, 'raw', v.raw) ORDER BY v.id), '[]')
            FROM campaigns_delivery_event v WHERE v.delivery_id = d.id)
FROM campaigns_delivery d
JOIN campaigns_template_version tv ON tv.id = d.template_version_id
JOIN campaigns_template t ON t.id = tv.template_id
WHERE d.customer_id = %(customer_id)s::bigint ORDER BY d.id

-- name: export_devices
-- Every device of one person, as plain values. Changes nothing. Leans on campaigns_device_customer.
SELECT x.key::text, x.channel, x.address, x.platform, x.created_at::text, x.seen_at::text, x.gone_at::text
FROM campaigns_device x WHERE x.customer_id = %(customer_id)s::bigint ORDER BY x.id

-- name: export_cards
-- Every message that we keep for one person. Changes nothing. Leans on campaigns_card_customer.
SELECT x.key::text, x.channel, x.title, x.body, x.url, x.place, x.created_at::text, x.read_at::text,
    x.clicked_at::text, x.closed_at::text
FROM campaigns_card x WHERE x.customer_id = %(customer_id)s::bigint ORDER BY x.id

-- name: export_enrollments
-- Every way of one person through journeys, as plain values. Changes nothing.
SELECT j.name, e.arm, e.state, e.entered_at::text, e.finished_at::text, e.ctx,
    (SELECT coalesce(jsonb_agg(k.answer ORDER BY k.id), '[]') FROM campaigns_call k
        WHERE k.enrollment_id = e.id AND k.answer IS NOT NULL)
FROM campaigns_enrollment e JOIN campaigns_journey j ON j.id = e.journey_id
WHERE e.customer_id = %(customer_id)s::bigint ORDER BY e.id

-- name: export_refusals
-- Why journeys did not let one person in, as plain values; merged people included. Changes nothing.
SELECT j.name, v.number, r.reason, r.times, r.first_at::text, r.last_at::text
FROM campaigns_refusal r
JOIN campaigns_journey_version v ON v.id = r.version_id
JOIN campaigns_journey j ON j.id = v.journey_id
WHERE r.customer_id IN (SELECT c.id FROM profiles_customer c
        WHERE c.id = %(customer_id)s::bigint OR c.merged_into_id = %(customer_id)s::bigint)
ORDER BY r.first_at, r.version_id, r.reason

-- name: export_broadcasts
-- Every broadcast whose audience one person was in, as plain values. Changes nothing.
SELECT b.name, CASE WHEN r.is_held_out THEN 'held_out' WHEN r.is_planned THEN 'planned' ELSE 'waiting' END,
    b.starts_at::text
FROM campaigns_recipient r JOIN campaigns_broadcast b ON b.id = r.broadcast_id
WHERE r.customer_id = %(customer_id)s::bigint ORDER BY r.id

-- name: export_coupons
-- Every coupon code that one person was given, as plain values. Changes nothing. Leans on
-- campaigns_delivery_customer and campaigns_coupon_delivery.
SELECT p.name, c.code, d.key::text, c.given_at::text
FROM campaigns_delivery d
JOIN campaigns_coupon c ON c.delivery_id = d.id
JOIN campaigns_coupon_pool p ON p.id = c.pool_id
WHERE d.customer_id = %(customer_id)s::bigint ORDER BY c.id
