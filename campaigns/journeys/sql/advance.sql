-- name: advance
-- Moves people to where they stay next, through everything that takes no time: those whose timer is due
-- (up to `batch`), or those Python answered for. In one statement: a crash leaves all of it or nothing. Safe for
-- many workers; a timer of an earlier step moves nobody. Leans on campaigns_timer_due and campaigns_route_from.
-- CASE asks for the state, so that old statistics (“nobody is active”) make no loop over everybody.
WITH due AS MATERIALIZED (
    DELETE FROM campaigns_timer WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM campaigns_timer t
        WHERE t.due_at <= %(now)s::timestamptz AND t.node IS NULL
        ORDER BY t.due_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED))
    RETURNING enrollment_id, step_no, NULL::smallint AS outlet, NULL::text AS reason
), turn AS (
    SELECT * FROM due
    UNION ALL
    SELECT * FROM unnest(%(ids)s::bigint[], %(step_nos)s::int[], %(outlets)s::smallint[], %(reasons)s::text[])
), moved AS (
    UPDATE campaigns_enrollment e SET node = r.here, step_no = e.step_no + r.moves,
        state = CASE r.act WHEN 'exit' THEN 'finished' ELSE 'active' END,
        finished_at = CASE r.act WHEN 'exit' THEN %(now)s::timestamptz END
    FROM turn t, campaigns_journey_route r
    WHERE e.id = t.enrollment_id AND e.step_no = t.step_no AND CASE e.state WHEN 'active' THEN true ELSE false END
        AND r.version_id = e.version_id AND r.node = e.node
        AND CASE WHEN t.outlet IS NULL THEN r.is_default ELSE r.place = t.outlet END
        AND (r.salt = '' OR width_bucket(kernel_bucket(r.salt, e.customer_key::text), r.bounds) = 1)
    RETURNING e.id, e.step_no - r.moves AS step_no, e.version_id, e.journey_id, e.customer_id, e.entered_at, e.ctx,
        r.id AS route_id, r.node AS left_node, r.left_act, r.here AS node, r.act, r.delay, r.moves,
        cardinality(r.messages) AS messages, t.reason
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
    SELECT m.id, %(now)s::timestamptz + coalesce(m.delay, interval '0'), m.step_no + m.moves,
        CASE WHEN m.act IN ('ask', 'hold', 'until', 'call') THEN m.version_id END,
        CASE WHEN m.act IN ('ask', 'hold', 'until', 'call') THEN m.node END
    FROM moved m WHERE m.act <> 'exit'
), unwait AS (
    DELETE FROM campaigns_waiting WHERE enrollment_id = ANY (ARRAY(SELECT m.id FROM moved m WHERE m.left_act = 'hold'))
), waiting AS (
    INSERT INTO campaigns_waiting (enrollment_id, step_no, outlet, customer_id, version_id, node, event_name, since)
    SELECT m.id, m.step_no + m.moves, b.place, m.customer_id, m.version_id, m.node, b.awaited ->> 'event',
        CASE n.params ->> 'since' WHEN 'entry' THEN m.entered_at ELSE %(now)s::timestamptz END
    FROM moved m
    JOIN campaigns_journey_node n ON n.version_id = m.version_id AND n.node = m.node
    CROSS JOIN LATERAL jsonb_array_elements(n.params -> 'branches') WITH ORDINALITY AS b (awaited, place)
    WHERE m.act = 'hold'
), messages AS (
    INSERT INTO campaigns_delivery (customer_id, channel, message_class, topic, priority, template_version_id,
        journey_id, journey_version_id, enrollment_id, node, step_no, ctx, due_at, created_at)
    SELECT m.customer_id, t.channel, t.message_class, t.topic, n.priority, n.template_version_id,
        m.journey_id, m.version_id, m.id, n.node, m.step_no + m.place, m.ctx, %(now)s::timestamptz, %(now)s::timestamptz
    FROM (SELECT m.*, r.nodes, unnest(r.messages) AS place
        FROM moved m JOIN campaigns_journey_route r ON r.id = m.route_id WHERE m.messages > 0) m
    JOIN campaigns_journey_node n ON n.version_id = m.version_id AND n.node = m.nodes[m.place + 1]
    JOIN campaigns_template_version v ON v.id = n.template_version_id
    JOIN campaigns_template t ON t.id = v.template_id
    ON CONFLICT (enrollment_id, node, step_no) DO NOTHING
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, route_id, node, reason, at)
    SELECT m.id, m.step_no + 1, m.version_id, m.route_id, m.left_node, coalesce(m.reason, ''), %(now)s::timestamptz
    FROM moved m
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT r.version_id, unnest(r.nodes[:r.moves]), unnest(r.nodes[2:]), g.people, %(now)s::timestamptz
    FROM (SELECT m.route_id, count(*) AS people FROM moved m GROUP BY m.route_id) g
    JOIN campaigns_journey_route r ON r.id = g.route_id
)
SELECT (SELECT count(*) FROM turn) AS claimed, coalesce(sum(m.moves), 0)::bigint AS moved,
    coalesce(sum(m.messages), 0)::bigint AS messages
FROM moved m

-- name: make_routes
-- Writes the routes of a version. Changes rows; once for each version.
SELECT campaigns_make_routes(%(version_id)s::bigint)

-- name: list_asked_nodes
-- Nodes at which Python decides and somebody is due, with the parameters of the question.
-- Changes nothing. Leans on campaigns_timer_ask.
SELECT n.version_id, n.node, n.act, n.type, n.params, n.outlets
FROM campaigns_journey_node n
WHERE n.act IN ('ask', 'hold', 'until', 'call') AND EXISTS (
    SELECT FROM campaigns_timer t
    WHERE t.version_id = n.version_id AND t.node = n.node AND t.due_at <= %(now)s::timestamptz
)
ORDER BY n.version_id, n.node

-- name: claim_visits
-- Takes the timers of people standing at one node; `advance` must follow in the same transaction.
-- Changes rows. Safe for many workers. Leans on campaigns_timer_ask.
WITH due AS MATERIALIZED (
    DELETE FROM campaigns_timer WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM campaigns_timer t
        WHERE t.version_id = %(version_id)s::bigint AND t.node = %(node)s::smallint
            AND t.due_at <= %(now)s::timestamptz
        ORDER BY t.due_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED))
    RETURNING enrollment_id, step_no
)
SELECT e.id AS enrollment_id, d.step_no, e.customer_id, e.entered_at
FROM due d JOIN campaigns_enrollment e ON e.id = d.enrollment_id AND e.step_no = d.step_no
WHERE CASE e.state WHEN 'active' THEN true ELSE false END
ORDER BY e.id

-- name: make_months_ahead
-- Makes the partitions of the log of steps for the next months. Safe to run twice.
SELECT profiles_make_partitions('campaigns_step_log', 'month', %(now)s::timestamptz, %(now)s::timestamptz + interval '3 months')

-- name: compact_tallies
-- Adds the tallies of each way up into one row. Changes rows; the sums stay.
WITH gone AS (
    DELETE FROM campaigns_node_tally t WHERE t.at < %(before)s::timestamptz
    RETURNING version_id, node, next_node, moved, at
)
INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
SELECT version_id, node, next_node, sum(moved), max(at) FROM gone GROUP BY version_id, node, next_node
