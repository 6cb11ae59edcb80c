-- name: lock_among
-- Lets this transaction move people beside others that do, and beside nobody who takes people out. A
-- statement of its own, so that what follows sees what those wrote. Changes nothing.
SELECT pg_advisory_xact_lock_shared(hashtextextended('campaigns_moves', 0))

-- name: lock_alone
-- Waits for everybody who moves people and keeps them waiting until this transaction ends: whoever is
-- taken out leaves no timer behind, and nobody waits for each other. Changes nothing.
SELECT pg_advisory_xact_lock(hashtextextended('campaigns_moves', 0))

-- name: lock_paused
-- Locks the journeys that hold their people, so that none is resumed meanwhile. Changes nothing.
SELECT j.id FROM campaigns_journey j WHERE j.status = 'paused' AND j.people_inside = 'hold' ORDER BY j.id FOR SHARE

-- name: hold_timers
-- Puts away the timers of people inside journeys that are paused and hold them. Who waits for an outcome
-- or a server keeps theirs and is held at the next step. Changes rows; safe to run again.
WITH taken AS (
    DELETE FROM campaigns_timer t
    USING campaigns_enrollment e, campaigns_journey_node n
    WHERE e.journey_id = ANY (%(journey_ids)s::bigint[]) AND e.state = 'active'
        AND t.enrollment_id = e.id AND n.version_id = e.version_id AND n.node = e.node
        AND n.act NOT IN ('deliver', 'call')
    RETURNING t.enrollment_id, t.due_at, t.step_no, t.version_id, t.node
)
INSERT INTO campaigns_held_timer (enrollment_id, due_at, step_no, version_id, node)
SELECT k.enrollment_id, k.due_at, k.step_no, k.version_id, k.node FROM taken k
ON CONFLICT (enrollment_id) DO NOTHING

-- name: count_overdue
-- How many of the people who are held in a journey would have gone on already. Changes nothing.
SELECT count(*) FROM campaigns_held_timer h JOIN campaigns_enrollment e ON e.id = h.enrollment_id
WHERE e.journey_id = %(journey_id)s::bigint AND h.due_at <= %(now)s::timestamptz

-- name: release_timers
-- Gives the people who are held their timers back. Who waits for an event looks again for what came
-- meanwhile, with the same deadline. Changes rows; a second call finds nobody.
WITH back AS (
    DELETE FROM campaigns_held_timer h USING campaigns_enrollment e, campaigns_journey_node n
    WHERE e.id = h.enrollment_id AND e.journey_id = %(journey_id)s::bigint AND e.state = 'active'
        AND e.step_no = h.step_no AND n.version_id = e.version_id AND n.node = e.node
    RETURNING h.enrollment_id, h.due_at, h.step_no, h.version_id, h.node,
        e.version_id AS own_version, e.node AS own_node, n.act = 'hold' AND h.node IS NULL AS looks_again, n.delay
)
INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
SELECT b.enrollment_id, CASE WHEN b.looks_again THEN b.due_at - b.delay ELSE b.due_at END, b.step_no,
    CASE WHEN b.looks_again THEN b.own_version ELSE b.version_id END,
    CASE WHEN b.looks_again THEN b.own_node ELSE b.node END
FROM back b

-- name: take_out
-- Takes people out of a journey: everybody inside, those who are held and overdue, those chosen, or those at
-- a node of a version. No timer, no waiting; messages still planned are held back. Changes rows; a second call
-- finds nobody. Leans on campaigns_enrollment_entered.
WITH gone AS (
    UPDATE campaigns_enrollment e SET state = 'removed', step_no = e.step_no + 1, finished_at = %(now)s::timestamptz
    WHERE e.journey_id = %(journey_id)s::bigint AND e.state = 'active' AND CASE %(who)s::text
        WHEN 'everybody' THEN true
        WHEN 'overdue' THEN EXISTS (SELECT FROM campaigns_held_timer h
            WHERE h.enrollment_id = e.id AND h.due_at <= %(now)s::timestamptz)
        WHEN 'chosen' THEN e.id = ANY (%(ids)s::bigint[])
        ELSE e.version_id = %(version_id)s::bigint AND e.node = %(node)s::smallint
            AND (%(ids)s::bigint[] = '{}' OR e.id = ANY (%(ids)s::bigint[])) END
    RETURNING e.id, e.step_no, e.version_id, e.node
), timers AS (
    DELETE FROM campaigns_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), held_timers AS (
    DELETE FROM campaigns_held_timer t WHERE t.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), waiting AS (
    DELETE FROM campaigns_waiting w WHERE w.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g))
), held AS (
    UPDATE campaigns_delivery d SET status = 'held_back', reason = 'enrollment_stopped', finished_at = %(now)s::timestamptz
    WHERE d.enrollment_id = ANY (ARRAY(SELECT g.id FROM gone g)) AND d.status = 'planned'
    RETURNING d.id, d.customer_id
), decisions AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT h.customer_id, h.id, 'held_back', 'enrollment_stopped', '{}', %(now)s::timestamptz FROM held h
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT g.id, g.step_no, g.version_id, g.node, NULL, %(reason)s::text, %(now)s::timestamptz FROM gone g
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT g.version_id, g.node, NULL, count(*), %(now)s::timestamptz FROM gone g GROUP BY g.version_id, g.node
)
SELECT count(*) FROM gone

-- name: move_to_version
-- Moves the people at a node of one version to a node of another. At the same step a wait or a hold keeps
-- its arrival, so that a changed length counts from there; elsewhere they arrive now. Who moves in this
-- moment is left where they are. Changes rows; a second call finds nobody.
WITH taken AS (
    DELETE FROM campaigns_timer t USING campaigns_enrollment e, campaigns_journey_node o
    WHERE e.journey_id = %(journey_id)s::bigint AND e.version_id = %(from_version)s::bigint
        AND e.node = %(from_node)s::smallint AND e.state = 'active' AND t.enrollment_id = e.id AND t.step_no = e.step_no
        AND o.version_id = e.version_id AND o.node = e.node AND o.act NOT IN ('deliver', 'call')
    RETURNING e.id, CASE WHEN t.node IS NULL THEN t.due_at - coalesce(o.delay, interval '0') ELSE t.due_at END AS arrived_at
), moved AS (
    UPDATE campaigns_enrollment e SET version_id = n.version_id, node = n.node, step_no = e.step_no + 1
    FROM taken k, campaigns_journey_node n
    WHERE e.id = k.id AND n.version_id = %(version_id)s::bigint AND n.node = %(node)s::smallint
    RETURNING e.id, e.step_no, e.customer_id, e.entered_at, n.act, n.delay, n.params, n.version_id, n.node,
        CASE WHEN %(is_same)s::bool THEN least(k.arrived_at, %(now)s::timestamptz) ELSE %(now)s::timestamptz END AS arrived_at
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
    SELECT m.id, CASE m.act WHEN 'wait' THEN m.arrived_at + m.delay ELSE m.arrived_at END, m.step_no,
        CASE WHEN m.act IN ('ask', 'hold', 'until') THEN m.version_id END,
        CASE WHEN m.act IN ('ask', 'hold', 'until') THEN m.node END
    FROM moved m
), unwait AS (
    DELETE FROM campaigns_waiting w WHERE w.enrollment_id = ANY (ARRAY(SELECT m.id FROM moved m))
), waiting AS (
    INSERT INTO campaigns_waiting (enrollment_id, step_no, outlet, customer_id, version_id, node, event_name, since)
    SELECT m.id, m.step_no, b.place, m.customer_id, m.version_id, m.node, b.awaited ->> 'event',
        CASE m.params ->> 'since' WHEN 'entry' THEN m.entered_at ELSE m.arrived_at END
    FROM moved m
    CROSS JOIN LATERAL jsonb_array_elements(m.params -> 'branches') WITH ORDINALITY AS b (awaited, place)
    WHERE m.act = 'hold'
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT m.id, m.step_no, %(from_version)s::bigint, %(from_node)s::smallint, NULL, 'moved_to_version',
        %(now)s::timestamptz FROM moved m
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT v.version_id, v.node, v.next_node, c.people, %(now)s::timestamptz
    FROM (SELECT count(*) AS people FROM moved) c
    CROSS JOIN LATERAL (VALUES (%(from_version)s::bigint, %(from_node)s::smallint, NULL::smallint),
        (%(version_id)s::bigint, -1::smallint, %(node)s::smallint)) AS v (version_id, node, next_node)
    WHERE c.people > 0
)
SELECT count(*) FROM moved
