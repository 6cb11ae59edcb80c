-- name: count_candidates
-- How many people a definition's triggers may have let in within a span of time, and how many of them
-- a share (in ten thousandths, by a stable hash) would take. Changes nothing; reads the log of the span.
SELECT count(*) AS people, count(*) FILTER (WHERE kernel_bucket('dry run', c.key::text) < %(share)s::int) AS taken
FROM profiles_customer c WHERE c.id IN (
    SELECT p.customer_id FROM profiles_touchpoint p JOIN profiles_event e ON e.id = p.event_id
    WHERE e.name = ANY (%(events)s::text[]) AND p.occurred_at > %(since)s::timestamptz
        AND p.occurred_at <= %(until)s::timestamptz AND (p.starts_journeys OR %(with_imports)s::bool)
    UNION
    SELECT g.customer_id FROM profiles_segment_change g
    WHERE g.segment_id = ANY (%(segments)s::bigint[]) AND g.at > %(since)s::timestamptz
        AND g.at <= %(until)s::timestamptz AND g.may_start_journeys
    UNION
    SELECT substring(k.subject FROM 10)::bigint FROM kernel_event k
    WHERE k.type = ANY (%(published)s::text[]) AND k.occurred_at > %(since)s::timestamptz
        AND k.occurred_at <= %(until)s::timestamptz AND k.subject ~ '^customer:[0-9]+$'
    UNION
    SELECT m.customer_id FROM profiles_segment_member m WHERE m.segment_id = ANY (%(scheduled)s::bigint[])
    UNION
    SELECT d.id FROM profiles_customer d WHERE d.traits ?| %(dates)s::text[]
)

-- name: list_candidates
-- The people of `count_candidates` whom the share takes. Changes nothing.
SELECT c.id FROM profiles_customer c
WHERE kernel_bucket('dry run', c.key::text) < %(share)s::int AND c.id IN (
    SELECT p.customer_id FROM profiles_touchpoint p JOIN profiles_event e ON e.id = p.event_id
    WHERE e.name = ANY (%(events)s::text[]) AND p.occurred_at > %(since)s::timestamptz
        AND p.occurred_at <= %(until)s::timestamptz AND (p.starts_journeys OR %(with_imports)s::bool)
    UNION
    SELECT g.customer_id FROM profiles_segment_change g
    WHERE g.segment_id = ANY (%(segments)s::bigint[]) AND g.at > %(since)s::timestamptz
        AND g.at <= %(until)s::timestamptz AND g.may_start_journeys
    UNION
    SELECT substring(k.subject FROM 10)::bigint FROM kernel_event k
    WHERE k.type = ANY (%(published)s::text[]) AND k.occurred_at > %(since)s::timestamptz
        AND k.occurred_at <= %(until)s::timestamptz AND k.subject ~ '^customer:[0-9]+$'
    UNION
    SELECT m.customer_id FROM profiles_segment_member m WHERE m.segment_id = ANY (%(scheduled)s::bigint[])
    UNION
    SELECT d.id FROM profiles_customer d WHERE d.traits ?| %(dates)s::text[]
)
ORDER BY c.id

-- name: count_entrants
-- How many entered a version on each day, and how many of them were held out. Changes nothing.
SELECT (e.entered_at AT TIME ZONE 'UTC')::date::text AS day, count(*) AS people,
    count(*) FILTER (WHERE e.arm = 'holdout') AS held_out
FROM campaigns_enrollment e WHERE e.version_id = %(version_id)s::bigint GROUP BY 1 ORDER BY 1

-- name: count_ways
-- How many went from each step to the next, with the reason. Changes nothing.
SELECT n.name AS node, m.name AS next_node, s.reason, count(*) AS people
FROM campaigns_step s
JOIN campaigns_journey_node n ON n.version_id = s.version_id AND n.node = s.node
LEFT JOIN campaigns_journey_node m ON m.version_id = s.version_id AND m.node = s.next_node
WHERE s.version_id = %(version_id)s::bigint
GROUP BY n.name, m.name, s.reason ORDER BY n.name, m.name NULLS FIRST, s.reason

-- name: count_sends
-- How many messages of a version were decided about on each day, by channel, outcome and reason.
-- Changes nothing.
SELECT (c.decided_at AT TIME ZONE 'UTC')::date::text AS day, d.channel, c.outcome,
    CASE c.outcome WHEN 'sent' THEN '' ELSE c.reason END AS reason, count(*) AS messages
FROM campaigns_decision c JOIN campaigns_delivery d ON d.id = c.delivery_id
WHERE d.journey_version_id = %(version_id)s::bigint
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4

-- name: count_heavy
-- How many people got so many messages of a version, by the number. Changes nothing.
SELECT n.messages, count(*) AS people FROM (
    SELECT d.customer_id, count(*) AS messages FROM campaigns_delivery d
    WHERE d.journey_version_id = %(version_id)s::bigint AND d.handed_over_at IS NOT NULL
    GROUP BY d.customer_id
) n GROUP BY n.messages ORDER BY n.messages

-- name: count_inside
-- How many are still on their way in a version. Changes nothing.
SELECT count(*) FROM campaigns_enrollment e WHERE e.version_id = %(version_id)s::bigint AND e.state = 'active'

-- name: count_flows
-- How many went from each step of a version to the next. Reads the tallies. Leans on campaigns_node_tally_version.
SELECT n.name AS source, m.name AS target, sum(t.moved)::bigint AS people
FROM campaigns_node_tally t
JOIN campaigns_journey_node n ON n.version_id = t.version_id AND n.node = t.node
JOIN campaigns_journey_node m ON m.version_id = t.version_id AND m.node = t.next_node
WHERE t.version_id = %(version_id)s::bigint AND t.node >= 0
GROUP BY n.node, n.name, m.node, m.name ORDER BY n.node, m.node
