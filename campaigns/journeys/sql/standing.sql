-- name: count_standing
-- How many people stand at a node, all or those named, and how many of them can be sent on: not who is
-- held in a paused journey, nor who waits for the outcome of a message or for a server. Changes nothing.
-- Leans on campaigns_enrollment_entered.
SELECT count(*) AS people, count(*) FILTER (
    WHERE n.act NOT IN ('deliver', 'call') AND t.enrollment_id IS NOT NULL) AS free
FROM campaigns_enrollment e
JOIN campaigns_journey_node n ON n.version_id = e.version_id AND n.node = e.node
LEFT JOIN campaigns_timer t ON t.enrollment_id = e.id AND t.step_no = e.step_no
WHERE e.journey_id = %(journey_id)s::bigint AND e.version_id = %(version_id)s::bigint AND e.node = %(node)s::smallint
    AND e.state = 'active' AND (%(ids)s::bigint[] = '{}' OR e.id = ANY (%(ids)s::bigint[]))

-- name: end_waits
-- Takes the timers of people who wait at a node, all or those named, with the way they go when nothing comes.
-- `advance` must follow in the same transaction. Changes rows; a second call finds nobody.
WITH taken AS (
    DELETE FROM campaigns_timer t USING campaigns_enrollment e, campaigns_journey_node n
    WHERE e.journey_id = %(journey_id)s::bigint AND e.version_id = %(version_id)s::bigint
        AND e.node = %(node)s::smallint AND e.state = 'active'
        AND (%(ids)s::bigint[] = '{}' OR e.id = ANY (%(ids)s::bigint[]))
        AND t.enrollment_id = e.id AND t.step_no = e.step_no
        AND n.version_id = e.version_id AND n.node = e.node AND n.act IN ('wait', 'until', 'hold')
    RETURNING e.id, e.step_no, CASE n.act WHEN 'hold' THEN cardinality(n.next) ELSE 1 END AS outlet
)
SELECT k.id AS enrollment_id, k.step_no, k.outlet, 'sent_on' AS reason FROM taken k ORDER BY k.id

-- name: move_people
-- Moves people from a node to another of the same version, all or those named; they arrive there now.
-- Changes rows; a second call finds nobody.
WITH taken AS (
    DELETE FROM campaigns_timer t USING campaigns_enrollment e, campaigns_journey_node o
    WHERE e.journey_id = %(journey_id)s::bigint AND e.version_id = %(version_id)s::bigint
        AND e.node = %(node)s::smallint AND e.state = 'active'
        AND (%(ids)s::bigint[] = '{}' OR e.id = ANY (%(ids)s::bigint[]))
        AND t.enrollment_id = e.id AND t.step_no = e.step_no
        AND o.version_id = e.version_id AND o.node = e.node AND o.act NOT IN ('deliver', 'call')
    RETURNING e.id
), moved AS (
    UPDATE campaigns_enrollment e SET node = n.node, step_no = e.step_no + 1
    FROM taken k, campaigns_journey_node n
    WHERE e.id = k.id AND n.version_id = e.version_id AND n.node = %(target)s::smallint
    RETURNING e.id, e.step_no, e.customer_id, e.entered_at, n.act, n.delay, n.params, n.version_id, n.node
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no, version_id, node)
    SELECT m.id, %(now)s::timestamptz + CASE m.act WHEN 'wait' THEN m.delay ELSE interval '0' END, m.step_no,
        CASE WHEN m.act IN ('ask', 'hold', 'until') THEN m.version_id END,
        CASE WHEN m.act IN ('ask', 'hold', 'until') THEN m.node END
    FROM moved m
), unwait AS (
    DELETE FROM campaigns_waiting w WHERE w.enrollment_id = ANY (ARRAY(SELECT k.id FROM taken k))
), waiting AS (
    INSERT INTO campaigns_waiting (enrollment_id, step_no, outlet, customer_id, version_id, node, event_name, since)
    SELECT m.id, m.step_no, b.place, m.customer_id, m.version_id, m.node, b.awaited ->> 'event',
        CASE m.params ->> 'since' WHEN 'entry' THEN m.entered_at ELSE %(now)s::timestamptz END
    FROM moved m
    CROSS JOIN LATERAL jsonb_array_elements(m.params -> 'branches') WITH ORDINALITY AS b (awaited, place)
    WHERE m.act = 'hold'
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT m.id, m.step_no, m.version_id, %(node)s::smallint, m.node, 'moved_by_staff', %(now)s::timestamptz FROM moved m
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT m.version_id, %(node)s::smallint, m.node, count(*), %(now)s::timestamptz FROM moved m GROUP BY m.version_id, m.node
)
SELECT count(*) FROM moved
