-- name: advance
-- Moves people one node: those whose timer is due (up to `batch`), or those Python answered for.
-- Claims, moves, reschedules, plans messages and writes the steps in one statement: a crash leaves
-- all of it or nothing. Safe for many workers; a timer of an earlier step moves nobody.
-- Leans on campaigns_timer_due.
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
), stand AS MATERIALIZED (
    SELECT e.id, e.step_no, e.version_id, e.node, e.customer_key, t.outlet, t.reason
    FROM turn t JOIN campaigns_enrollment e ON e.id = t.enrollment_id AND e.step_no = t.step_no AND e.state = 'active'
), way AS MATERIALIZED (
    SELECT n.version_id, n.node, p.place::int AS place, n.act AS left_act, n.bounds, n.salt, cardinality(n.next) AS ways,
        coalesce(nullif(n.reason, ''), n.outlets[p.place]) AS reason, n.template_version_id, n.priority,
        m.node AS here, m.act, m.template_version_id AS here_template_version_id, m.priority AS here_priority,
        CASE WHEN m.act IN ('wait', 'deliver') THEN m.delay END AS delay, m.act IN ('ask', 'hold', 'until', 'call') AS asks
    FROM (SELECT DISTINCT version_id, node FROM stand) s
    JOIN campaigns_journey_node n ON n.version_id = s.version_id AND n.node = s.node
    CROSS JOIN LATERAL unnest(n.next) WITH ORDINALITY AS p (node, place)
    JOIN campaigns_journey_node m ON m.version_id = n.version_id AND m.node = p.node
), moved AS (
    UPDATE campaigns_enrollment e SET node = w.here, step_no = e.step_no + 1,
        state = CASE w.act WHEN 'exit' THEN 'finished' ELSE 'active' END,
        finished_at = CASE w.act WHEN 'exit' THEN %(now)s::timestamptz END
    FROM stand s JOIN way w ON w.version_id = s.version_id AND w.node = s.node
        AND w.place = coalesce(s.outlet, CASE WHEN w.left_act IN ('hold', 'deliver', 'call') THEN w.ways
            ELSE campaigns_outlet(w.bounds, w.salt, s.customer_key) END)
    WHERE e.id = s.id AND e.step_no = s.step_no AND e.state = 'active'
        AND e.version_id = s.version_id AND e.node = s.node
    RETURNING e.id, e.step_no, e.version_id, e.journey_id, e.customer_id, e.entered_at, e.ctx, s.node AS left_node,
        w.left_act, w.template_version_id, w.priority, coalesce(s.reason, w.reason) AS reason,
        w.here AS node, w.act, w.here_template_version_id, w.here_priority, w.delay, w.asks
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
    SELECT m.id, %(now)s::timestamptz + coalesce(m.delay, interval '0'), m.step_no,
        CASE WHEN m.asks THEN m.version_id END, CASE WHEN m.asks THEN m.node END
    FROM moved m WHERE m.act <> 'exit'
), unwait AS (
    DELETE FROM campaigns_waiting WHERE enrollment_id = ANY (ARRAY(SELECT m.id FROM moved m WHERE m.left_act = 'hold'))
), waiting AS (
    INSERT INTO campaigns_waiting (enrollment_id, step_no, outlet, customer_id, version_id, node, event_name, since)
    SELECT m.id, m.step_no, b.place, m.customer_id, m.version_id, m.node, b.awaited ->> 'event',
        CASE n.params ->> 'since' WHEN 'entry' THEN m.entered_at ELSE %(now)s::timestamptz END
    FROM moved m
    JOIN campaigns_journey_node n ON n.version_id = m.version_id AND n.node = m.node
    CROSS JOIN LATERAL jsonb_array_elements(n.params -> 'branches') WITH ORDINALITY AS b (awaited, place)
    WHERE m.act = 'hold'
), messages AS (
    INSERT INTO campaigns_delivery (customer_id, channel, message_class, topic, priority, template_version_id,
        journey_id, journey_version_id, enrollment_id, node, step_no, ctx, due_at, created_at)
    SELECT p.customer_id, t.channel, t.message_class, t.topic, p.rank, p.template,
        p.journey_id, p.version_id, p.id, p.at_node, p.at_step, p.ctx, %(now)s::timestamptz, %(now)s::timestamptz
    FROM (
        SELECT m.*, m.left_node AS at_node, m.step_no - 1 AS at_step, m.template_version_id AS template, m.priority AS rank
        FROM moved m WHERE m.left_act = 'send' UNION ALL
        SELECT m.*, m.node, m.step_no, m.here_template_version_id, m.here_priority FROM moved m WHERE m.act = 'deliver'
    ) AS p
    JOIN campaigns_template_version v ON v.id = p.template
    JOIN campaigns_template t ON t.id = v.template_id
    ON CONFLICT (enrollment_id, node, step_no) DO NOTHING
), steps AS (
    INSERT INTO campaigns_step (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT m.id, m.step_no, m.version_id, m.left_node, m.node, m.reason, %(now)s::timestamptz FROM moved m
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT m.version_id, m.left_node, m.node, count(*), %(now)s::timestamptz
    FROM moved m GROUP BY m.version_id, m.left_node, m.node
)
SELECT (SELECT count(*) FROM turn) AS claimed, count(*) AS moved,
    count(*) FILTER (WHERE m.left_act = 'send' OR m.act = 'deliver') AS messages
FROM moved m

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
FROM due d JOIN campaigns_enrollment e ON e.id = d.enrollment_id AND e.step_no = d.step_no AND e.state = 'active'
ORDER BY e.id

-- name: make_months_ahead
-- Makes the partitions of the log of steps for the next months. Safe to run twice.
SELECT profiles_make_partitions('campaigns_step', 'month', %(now)s::timestamptz, %(now)s::timestamptz + interval '3 months')

-- name: compact_tallies
-- Adds the tallies of each way up into one row. Changes rows; the sums stay.
WITH gone AS (
    DELETE FROM campaigns_node_tally t WHERE t.at < %(before)s::timestamptz
    RETURNING version_id, node, next_node, moved, at
)
INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
SELECT version_id, node, next_node, sum(moved), max(at) FROM gone GROUP BY version_id, node, next_node
