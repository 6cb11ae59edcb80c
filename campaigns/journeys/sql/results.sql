-- name: count_conversions
-- Among the 20,000 runs of a journey that began last, those of one version: how many people passed each
-- step, took each way of a split, were treated or held out, and how many of them reached the goal after that,
-- within its days from entering; `open` counts whose days are not over. A person counts once. Changes
-- nothing. Leans on campaigns_enrollment_entered, campaigns_step_log_enrollment and profiles_touchpoint_customer.
WITH run AS MATERIALIZED (
    SELECT e.id, e.customer_id, e.arm, e.entered_at, (
        SELECT min(t.occurred_at) FROM profiles_touchpoint t
        WHERE t.customer_id = e.customer_id AND t.occurred_at >= e.entered_at
            AND t.event_id = (SELECT x.id FROM profiles_event x WHERE x.name = %(event)s::text)
            AND t.occurred_at < e.entered_at + make_interval(days => %(days)s::int)
            AND t.properties @? %(path)s::text::jsonpath) AS converted_at
    FROM (
        SELECT * FROM campaigns_enrollment WHERE journey_id = %(journey_id)s::bigint
        ORDER BY entered_at DESC LIMIT 20000
    ) e
    WHERE e.version_id = %(version_id)s::bigint
), passed AS MATERIALIZED (
    SELECT r.customer_id, s.node, s.next_node, s.reason, r.converted_at >= s.at AS converted
    FROM run r
    JOIN campaigns_step s ON s.enrollment_id = r.id AND s.version_id = %(version_id)s::bigint
        AND s.at >= (SELECT min(entered_at) FROM run)
    WHERE s.next_node IS NOT NULL
), person AS (
    SELECT 'arm' AS kind, -1 AS node, r.arm AS way, r.customer_id, bool_or(r.converted_at IS NOT NULL) AS converted
    FROM run r GROUP BY r.arm, r.customer_id
    UNION ALL
    SELECT 'open', -1, '', r.customer_id, false FROM run r
    WHERE r.entered_at + make_interval(days => %(days)s::int) > %(now)s::timestamptz GROUP BY r.customer_id
    UNION ALL
    SELECT 'step', p.next_node, '', p.customer_id, bool_or(p.converted) FROM passed p GROUP BY p.next_node, p.customer_id
    UNION ALL
    SELECT 'way', p.node, p.reason, p.customer_id, bool_or(p.converted)
    FROM passed p
    JOIN campaigns_journey_node n ON n.version_id = %(version_id)s::bigint AND n.node = p.node AND n.act = 'split'
    GROUP BY p.node, p.reason, p.customer_id
)
SELECT kind, node::int AS node, way, count(*) AS people, count(*) FILTER (WHERE converted) AS converted
FROM person GROUP BY kind, node, way

-- name: count_messages
-- How many messages of each step were sent, held back, opened and clicked. Changes nothing.
SELECT t.node::int AS node, t.kind, t.messages FROM campaigns_message_tally t WHERE t.version_id = %(version_id)s::bigint

-- name: tally_decisions
-- Adds the messages that a batch of decisions sent or held back to their steps, each once. Changes rows; runs in
-- the transaction of the log's reader. Leans on campaigns_decision_delivery.
INSERT INTO campaigns_message_tally (version_id, node, kind, messages)
SELECT d.journey_version_id, d.node, c.outcome, count(*)
FROM campaigns_decision c JOIN campaigns_delivery d ON d.id = c.delivery_id
WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND d.journey_version_id IS NOT NULL AND c.outcome IN ('sent', 'held_back') AND NOT EXISTS (
        SELECT FROM campaigns_decision p
        WHERE p.delivery_id = c.delivery_id AND p.outcome = c.outcome AND (p.xid, p.id) < (c.xid, c.id))
GROUP BY d.journey_version_id, d.node, c.outcome
ON CONFLICT (version_id, node, kind) DO UPDATE SET messages = campaigns_message_tally.messages + excluded.messages

-- name: tally_reactions
-- Adds the messages that were opened or clicked for the first time within a batch of reports to their steps;
-- bots do not count. Changes rows; runs in the transaction of the log's reader.
INSERT INTO campaigns_message_tally (version_id, node, kind, messages)
SELECT d.journey_version_id, d.node, v.kind, count(DISTINCT d.id)
FROM campaigns_delivery_event v JOIN campaigns_delivery d ON d.id = v.delivery_id
WHERE (v.xid, v.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (v.xid, v.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND d.journey_version_id IS NOT NULL AND v.kind IN ('opened', 'clicked') AND NOT v.is_bot AND NOT EXISTS (
        SELECT FROM campaigns_delivery_event p WHERE p.delivery_id = v.delivery_id AND p.kind = v.kind
            AND NOT p.is_bot AND (p.xid, p.id) <= (%(after_xid)s::text::xid8, %(after_id)s::bigint))
GROUP BY d.journey_version_id, d.node, v.kind
ON CONFLICT (version_id, node, kind) DO UPDATE SET messages = campaigns_message_tally.messages + excluded.messages

-- name: list_refusals
-- Why journeys did not let one person in, merged people included; the newest first. Changes nothing. Leans on
-- the primary key of campaigns_refusal.
SELECT j.name AS journey, j.key AS journey_key, v.number AS version, r.reason, r.times, r.first_at, r.last_at
FROM campaigns_refusal r
JOIN campaigns_journey_version v ON v.id = r.version_id
JOIN campaigns_journey j ON j.id = v.journey_id
WHERE r.customer_id IN (SELECT c.id FROM profiles_customer c
        WHERE c.id = %(customer_id)s::bigint OR c.merged_into_id = %(customer_id)s::bigint)
    AND r.last_at < %(before)s::timestamptz
ORDER BY r.last_at DESC, r.version_id DESC LIMIT %(limit)s::int

-- name: list_refused
-- Whom a version did not let in, the newest first. Changes nothing. Leans on campaigns_refusal_version.
SELECT coalesce(c.merged_into_id, c.id) AS customer_id, r.reason, r.times, r.last_at
FROM campaigns_refusal r JOIN profiles_customer c ON c.id = r.customer_id
WHERE r.version_id = %(version_id)s::bigint AND (%(reason)s::text = '' OR r.reason = %(reason)s::text)
    AND (r.last_at, r.customer_id) < (%(before)s::timestamptz, %(before_id)s::bigint)
ORDER BY r.last_at DESC, r.customer_id DESC LIMIT %(limit)s::int
