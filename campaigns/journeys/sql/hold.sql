-- name: settle_arrivals
-- People who arrived at a hold: those for whom an awaited event is already there are returned, with
-- the outlet; all others sleep until the timeout. The look comes after the waiting rows are
-- visible, so a fact is seen here or by `wake`, never by neither. Changes rows; safe for many
-- workers. Leans on campaigns_timer_ask, campaigns_waiting_pkey and profiles_touchpoint_customer.
WITH due AS MATERIALIZED (
    DELETE FROM campaigns_timer WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM campaigns_timer t
        WHERE t.version_id = %(version_id)s::bigint AND t.node = %(node)s::smallint
            AND t.due_at <= %(now)s::timestamptz
        ORDER BY t.due_at LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED))
    RETURNING enrollment_id, step_no, due_at
), visit AS MATERIALIZED (
    SELECT e.id, e.instance_key, d.step_no, d.due_at AS arrived_at, n.delay, n.params
    FROM due d
    JOIN campaigns_enrollment e ON e.id = d.enrollment_id AND e.step_no = d.step_no
    JOIN campaigns_journey_node n ON n.version_id = e.version_id AND n.node = e.node
    WHERE CASE e.state WHEN 'active' THEN true ELSE false END
), found AS MATERIALIZED (
    SELECT v.id, v.step_no, f.outlet
    FROM visit v
    CROSS JOIN LATERAL (
        SELECT w.outlet
        FROM campaigns_waiting w
        CROSS JOIN LATERAL (
            SELECT t.occurred_at FROM profiles_touchpoint t
            WHERE t.customer_id = w.customer_id AND t.occurred_at >= w.since
                AND t.event_id = (SELECT x.id FROM profiles_event x WHERE x.name = w.event_name)
                AND t.properties @? (v.params -> 'branches' -> (w.outlet - 1) ->> 'path')::jsonpath
                AND campaigns_same_key(t.properties, v.params -> 'key', v.instance_key)
            ORDER BY t.occurred_at LIMIT 1
        ) t
        WHERE w.enrollment_id = v.id AND w.step_no = v.step_no
        ORDER BY t.occurred_at, w.outlet LIMIT 1
    ) f
), asleep AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no)
    SELECT v.id, v.arrived_at + v.delay, v.step_no FROM visit v
    WHERE v.id NOT IN (SELECT f.id FROM found f)
)
SELECT f.id AS enrollment_id, f.step_no, f.outlet::int AS outlet, 'event_arrived' AS reason FROM found f ORDER BY f.id

-- name: wake
-- Whom a batch of touchpoints wakes, with the outlet of the earliest. Takes their timers: whoever
-- takes the timer moves the person, so a timeout at the same instant moves nobody twice. Changes
-- rows. Leans on campaigns_waiting_event.
WITH fact AS MATERIALIZED (
    SELECT p.customer_id, x.name, p.occurred_at, p.properties
    FROM profiles_touchpoint p JOIN profiles_event x ON x.id = p.event_id
    WHERE (p.xid, p.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (p.xid, p.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), hits AS MATERIALIZED (
    SELECT DISTINCT ON (w.enrollment_id) w.enrollment_id, w.step_no, w.outlet
    FROM fact p
    CROSS JOIN LATERAL (
        SELECT o.*, e.instance_key FROM campaigns_waiting o JOIN campaigns_enrollment e ON e.id = o.enrollment_id
        WHERE o.event_name = p.name AND o.customer_id = p.customer_id OFFSET 0
    ) w
    JOIN campaigns_journey_node n ON n.version_id = w.version_id AND n.node = w.node
    WHERE p.occurred_at >= w.since
        AND p.properties @? (n.params -> 'branches' -> (w.outlet - 1) ->> 'path')::jsonpath
        AND campaigns_same_key(p.properties, n.params -> 'key', w.instance_key)
    ORDER BY w.enrollment_id, p.occurred_at, w.outlet
), taken AS (
    DELETE FROM campaigns_timer t
    WHERE t.enrollment_id = ANY (ARRAY(SELECT h.enrollment_id FROM hits h))
        AND ((t.enrollment_id, t.step_no) IN (SELECT h.enrollment_id, h.step_no FROM hits h)) IS TRUE
    RETURNING t.enrollment_id
)
SELECT h.enrollment_id, h.step_no, h.outlet::int AS outlet, 'event_arrived' AS reason
FROM hits h WHERE (h.enrollment_id IN (SELECT k.enrollment_id FROM taken k)) IS TRUE ORDER BY h.enrollment_id

-- name: sleep_until
-- Sets the timers of people whose instant Python worked out. Changes rows.
INSERT INTO campaigns_timer (enrollment_id, due_at, step_no)
SELECT * FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[], %(step_nos)s::int[])

-- name: list_leavers
-- Whose new touchpoints meet a goal or an exit of their version. Changes nothing. Leans on
-- campaigns_leave_event and campaigns_enrollment_customer.
WITH fact AS MATERIALIZED (
    SELECT p.customer_id, x.name, p.occurred_at, p.properties
    FROM profiles_touchpoint p JOIN profiles_event x ON x.id = p.event_id
    WHERE (p.xid, p.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (p.xid, p.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
)
SELECT DISTINCT ON (e.id) e.id AS enrollment_id, l.is_goal
FROM fact p
JOIN campaigns_journey_leave l ON l.event_name = p.name
CROSS JOIN LATERAL (SELECT * FROM campaigns_enrollment o WHERE o.customer_id = p.customer_id OFFSET 0) e
WHERE e.version_id = l.version_id AND e.state = 'active' AND p.occurred_at >= e.entered_at AND p.properties @? l.filter_path::jsonpath
    AND campaigns_same_key(p.properties, l.key_path, e.instance_key)
ORDER BY e.id, p.occurred_at, l.is_goal DESC

-- name: leave
-- Lets people leave at once: no timer, no waiting, and messages that are still planned are held back
-- with the reason. `lock_alone` must come before. Changes rows; a second call finds nobody.
WITH gone AS (
    UPDATE campaigns_enrollment e SET state = CASE WHEN h.is_goal THEN 'finished' ELSE 'removed' END,
        step_no = e.step_no + 1, finished_at = %(now)s::timestamptz
    FROM unnest(%(ids)s::bigint[], %(goals)s::bool[]) AS h (id, is_goal)
    WHERE e.id = h.id AND CASE e.state WHEN 'active' THEN true ELSE false END
    RETURNING e.id, e.step_no, e.version_id, e.node, h.is_goal
), timers AS (
    DELETE FROM campaigns_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), held_timers AS (
    DELETE FROM campaigns_held_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), waiting AS (
    DELETE FROM campaigns_waiting w WHERE w.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), held AS (
    UPDATE campaigns_delivery d SET status = 'held_back', reason = 'left_journey', finished_at = %(now)s::timestamptz
    WHERE d.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g)) AND d.status = 'planned'
    RETURNING d.id, d.customer_id
), decisions AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT h.customer_id, h.id, 'held_back', 'left_journey', '{}', %(now)s::timestamptz FROM held h
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT g.id, g.step_no, g.version_id, g.node, NULL,
        CASE WHEN g.is_goal THEN 'goal_reached' ELSE 'exit_met' END, %(now)s::timestamptz
    FROM gone g
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT g.version_id, g.node, NULL, count(*), %(now)s::timestamptz FROM gone g GROUP BY g.version_id, g.node
)
SELECT count(*) FROM gone

-- name: wake_by_decision
-- Whom a batch of decisions about messages wakes: those who stay until theirs is known, with the
-- outlet of its outcome, else the last one. A message that only waits moves nobody who has no way
-- for it; one that was sent moves nobody who waits to see it opened. Takes the timers, as `wake`.
WITH told AS MATERIALIZED (
    SELECT DISTINCT ON (e.id) e.id, e.step_no, n.outlets, o.outcome
    FROM campaigns_decision c
    JOIN campaigns_delivery d ON d.id = c.delivery_id
    JOIN campaigns_enrollment e ON e.id = d.enrollment_id AND e.step_no = d.step_no AND e.state = 'active'
    JOIN campaigns_journey_node n ON n.version_id = e.version_id AND n.node = e.node AND n.act = 'deliver'
    CROSS JOIN LATERAL (SELECT CASE
        WHEN c.outcome = 'sent' THEN 'sent'
        WHEN c.outcome = 'delayed' THEN 'deferred'
        WHEN c.reason = 'frequency_cap' THEN 'capped'
        WHEN c.reason IN ('no_consent', 'consent_withdrawn') THEN 'no_consent'
        WHEN c.reason IN ('no_address', 'suppressed', 'held_out') THEN c.reason
        ELSE 'failed' END AS outcome) o
    WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND c.outcome <> 'unknown'
        AND (o.outcome = ANY (n.outlets)
            OR o.outcome <> 'deferred' AND (o.outcome <> 'sent' OR NOT n.outlets && '{opened,clicked}'))
    ORDER BY e.id, c.id
), taken AS (
    DELETE FROM campaigns_timer t USING told
    WHERE t.enrollment_id = told.id AND t.step_no = told.step_no
    RETURNING t.enrollment_id, t.step_no, told.outlets, told.outcome
)
SELECT k.enrollment_id, k.step_no, coalesce(array_position(k.outlets, k.outcome), cardinality(k.outlets)) AS outlet,
    'message_' || k.outcome AS reason
FROM taken k ORDER BY k.enrollment_id

-- name: wake_by_message_event
-- Whom a batch of reports wakes: those who wait to see their message opened or clicked. Bots do not
-- count. Takes the timers, as `wake`.
WITH told AS MATERIALIZED (
    SELECT DISTINCT ON (e.id) e.id, e.step_no, array_position(n.outlets, v.kind::text) AS outlet, v.kind
    FROM campaigns_delivery_event v
    JOIN campaigns_delivery d ON d.id = v.delivery_id
    JOIN campaigns_enrollment e ON e.id = d.enrollment_id AND e.step_no = d.step_no AND e.state = 'active'
    JOIN campaigns_journey_node n ON n.version_id = e.version_id AND n.node = e.node AND n.act = 'deliver'
    WHERE (v.xid, v.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (v.xid, v.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND NOT v.is_bot AND v.kind = ANY (n.outlets) AND v.kind IN ('opened', 'clicked')
    ORDER BY e.id, v.at, v.id
), taken AS (
    DELETE FROM campaigns_timer t USING told
    WHERE t.enrollment_id = told.id AND t.step_no = told.step_no
    RETURNING t.enrollment_id, t.step_no, told.outlet, told.kind
)
SELECT k.enrollment_id, k.step_no, k.outlet, 'message_' || k.kind AS reason FROM taken k ORDER BY k.enrollment_id
