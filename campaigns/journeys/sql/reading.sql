-- name: list_journeys
-- All journeys, or those with a tag, with what happened in their live versions. Reads the tallies, never the enrollments.
SELECT j.key, j.name, j.status, j.tags, v.number AS version, v.published_at,
    coalesce(sum(t.moved) FILTER (WHERE t.node = -1), 0)::bigint AS entered,
    coalesce(sum(t.moved) FILTER (WHERE t.node = -2), 0)::bigint AS held_out,
    coalesce(sum(t.moved) FILTER (WHERE (n.act = 'exit' OR t.next_node IS NULL) AND t.node >= 0), 0)::bigint AS finished
FROM campaigns_journey j
LEFT JOIN campaigns_journey_version v ON v.id = j.live_version_id
LEFT JOIN campaigns_node_tally t ON t.version_id = v.id
LEFT JOIN campaigns_journey_node n ON n.version_id = t.version_id AND n.node = t.next_node
WHERE %(tag)s::text = '' OR j.tags @> ARRAY[%(tag)s::text]
GROUP BY j.id, v.id
ORDER BY j.name

-- name: count_nodes
-- For each node of a version: how many arrived, how many are there now, and the way they went on.
-- Reads the tallies. Leans on campaigns_node_tally_version.
SELECT n.node, n.name, n.type, n.params, n.outlets, n.next, n.delay,
    coalesce(a.arrived, 0)::bigint AS arrived,
    (coalesce(a.arrived, 0) - coalesce(l.gone, 0))::bigint AS inside
FROM campaigns_journey_node n
LEFT JOIN (
    SELECT t.next_node, sum(t.moved) AS arrived FROM campaigns_node_tally t
    WHERE t.version_id = %(version_id)s::bigint AND t.node <> -2 GROUP BY t.next_node
) a ON a.next_node = n.node
LEFT JOIN (
    SELECT t.node, sum(t.moved) AS gone FROM campaigns_node_tally t
    WHERE t.version_id = %(version_id)s::bigint GROUP BY t.node
) l ON l.node = n.node
WHERE n.version_id = %(version_id)s::bigint
ORDER BY n.node

-- name: list_steps
-- The newest steps of one person before an instant, each with its definition. Changes nothing. Leans on
-- campaigns_enrollment_customer and campaigns_step_log_enrollment.
SELECT s.at, s.step_no, s.reason, p.name AS template, j.name AS journey, j.key AS journey_key,
    e.id AS enrollment, jsonb_path_query_first(v.definition, '$.nodes[*] ? (@.id == $name)',
        jsonb_build_object('name', n.name)) AS definition
FROM campaigns_enrollment e
JOIN campaigns_step s ON s.enrollment_id = e.id
JOIN campaigns_journey j ON j.id = e.journey_id
JOIN campaigns_journey_version v ON v.id = s.version_id
JOIN campaigns_journey_node n ON n.version_id = s.version_id AND n.node = s.node
LEFT JOIN campaigns_template_version tv ON tv.id = n.template_version_id
LEFT JOIN campaigns_template p ON p.id = tv.template_id
WHERE e.customer_id = %(customer_id)s::bigint AND s.at < %(before)s::timestamptz
    AND NOT (s.node = 0 AND s.step_no > 0)
ORDER BY s.at DESC, e.id DESC, s.step_no DESC LIMIT %(limit)s::int

-- name: count_inside
-- How many people are inside each version of a journey, newest first. Reads the tallies.
SELECT v.number, (coalesce(sum(t.moved) FILTER (WHERE t.node = -1), 0)
    - coalesce(sum(t.moved) FILTER (WHERE (n.act = 'exit' OR t.next_node IS NULL) AND t.node >= 0), 0))::bigint AS inside
FROM campaigns_journey_version v
JOIN campaigns_node_tally t ON t.version_id = v.id
LEFT JOIN campaigns_journey_node n ON n.version_id = t.version_id AND n.node = t.next_node
WHERE v.journey_id = %(journey_id)s::bigint
GROUP BY v.id HAVING sum(t.moved) FILTER (WHERE t.node = -1)
    > coalesce(sum(t.moved) FILTER (WHERE (n.act = 'exit' OR t.next_node IS NULL) AND t.node >= 0), 0)
ORDER BY v.number DESC

-- name: list_people_at
-- Who stands at a node now, newest entrants first, among the latest 20,000 of the journey. Changes
-- nothing. Leans on campaigns_enrollment_entered.
SELECT e.id, e.customer_id, e.entered_at, t.due_at
FROM (
    SELECT * FROM campaigns_enrollment WHERE journey_id = %(journey_id)s::bigint
    ORDER BY entered_at DESC LIMIT 20000
) e
LEFT JOIN campaigns_timer t ON t.enrollment_id = e.id
WHERE e.version_id = %(version_id)s::bigint AND e.node = %(node)s::smallint AND e.state = 'active'
ORDER BY e.entered_at DESC, e.id DESC LIMIT %(limit)s::int

-- name: list_left
-- Who left a journey, those who entered last first, among the 20,000 who entered before somebody; how each
-- left is the reason of the last step. Changes nothing. Leans on campaigns_enrollment_entered.
SELECT e.id, e.customer_id, e.state, e.entered_at, e.finished_at, v.number AS version, l.reason, l.name AS node
FROM (
    SELECT x.* FROM campaigns_enrollment x
    WHERE x.journey_id = %(journey_id)s::bigint AND (%(before)s::bigint = 0 OR (x.entered_at, x.id) <
        (SELECT b.entered_at, b.id FROM campaigns_enrollment b WHERE b.id = %(before)s::bigint))
    ORDER BY x.entered_at DESC, x.id DESC LIMIT 20000
) e
JOIN campaigns_journey_version v ON v.id = e.version_id
LEFT JOIN LATERAL (
    SELECT s.reason, n.name FROM campaigns_step s
    JOIN campaigns_journey_node n ON n.version_id = s.version_id AND n.node = coalesce(s.next_node, s.node)
    WHERE s.enrollment_id = e.id ORDER BY s.step_no DESC LIMIT 1
) l ON true
WHERE e.state <> 'active' AND (%(state)s::text = '' OR e.state = %(state)s::text)
ORDER BY e.entered_at DESC, e.id DESC LIMIT %(limit)s::int

-- name: list_run
-- Every step of one enrollment, in order. Changes nothing. Leans on campaigns_step_log_enrollment.
SELECT s.at, s.step_no, s.reason, n.type, n.name AS node, m.name AS next_node
FROM campaigns_step s
JOIN campaigns_journey_node n ON n.version_id = s.version_id AND n.node = s.node
LEFT JOIN campaigns_journey_node m ON m.version_id = s.version_id AND m.node = s.next_node
WHERE s.enrollment_id = %(enrollment_id)s::bigint
ORDER BY s.step_no

-- name: count_broken
-- Active enrollments that nothing will ever move, or that two things would: no timer, two, or one of
-- another step; one that stands at a hold and waits for nothing, or that awaits the outcome of a
-- message that was never planned. Paged by id, so that a check of all holds no lock and no long
-- snapshot. Changes nothing.
WITH page AS (
    SELECT e.id, e.state = 'active' AS is_active, num_nonnulls(t.step_no, h.step_no) AS timers,
        coalesce(t.step_no, h.step_no) <> e.step_no AS is_stale, CASE n.act
            WHEN 'hold' THEN NOT EXISTS (SELECT FROM campaigns_waiting w
                WHERE w.enrollment_id = e.id AND w.step_no = e.step_no)
            WHEN 'deliver' THEN NOT EXISTS (SELECT FROM campaigns_delivery d
                WHERE d.enrollment_id = e.id AND d.node = e.node AND d.step_no = e.step_no)
            ELSE false END AS is_deaf
    FROM (SELECT * FROM campaigns_enrollment WHERE id > %(after)s::bigint ORDER BY id LIMIT %(batch)s::int) e
    JOIN campaigns_journey_node n ON n.version_id = e.version_id AND n.node = e.node
    LEFT JOIN campaigns_timer t ON t.enrollment_id = e.id
    LEFT JOIN campaigns_held_timer h ON h.enrollment_id = e.id
), judged AS (
    SELECT p.id, CASE
        WHEN NOT p.is_active THEN CASE WHEN p.timers > 0 THEN 'idle' END
        WHEN p.timers = 0 THEN 'stuck'
        WHEN p.timers > 1 THEN 'doubled'
        WHEN p.is_stale THEN 'stale'
        WHEN p.is_deaf THEN 'deaf' END AS fault
    FROM page p
)
SELECT count(*) AS checked, max(j.id) AS last_id,
    count(*) FILTER (WHERE j.fault = 'stuck') AS stuck, count(*) FILTER (WHERE j.fault = 'doubled') AS doubled,
    count(*) FILTER (WHERE j.fault = 'stale') AS stale, count(*) FILTER (WHERE j.fault = 'deaf') AS deaf,
    count(*) FILTER (WHERE j.fault = 'idle') AS idle,
    (array_agg(j.id ORDER BY j.id) FILTER (WHERE j.fault IS NOT NULL))[1:20] AS examples
FROM judged j

-- name: count_refused
-- How many a version did not let in, by the number of the reason. Reads the tallies.
SELECT (-10 - t.node)::int AS reason, sum(t.moved)::bigint AS people FROM campaigns_node_tally t
WHERE t.version_id = %(version_id)s::bigint AND t.node < -10 GROUP BY t.node ORDER BY sum(t.moved) DESC, t.node DESC

-- name: list_started_by
-- Which ways of one person a touchpoint began, by itself or through changes of segments. Leans on
-- campaigns_enrollment_customer.
SELECT j.name AS journey, j.key AS journey_key, e.id AS enrollment, e.entered_at AS at,
    e.arm = 'holdout' AS is_held_out,
    CASE e.cause_kind WHEN 'touchpoint' THEN 'by the event itself' ELSE 'by a segment' END AS cause
FROM campaigns_enrollment e JOIN campaigns_journey j ON j.id = e.journey_id
WHERE e.customer_id = %(customer_id)s::bigint
  AND ((e.cause_kind = 'touchpoint' AND e.cause_id = %(touchpoint_id)s::bigint)
       OR (e.cause_kind IN ('segment_entered', 'segment_left')
           AND e.cause_id = ANY (%(change_ids)s::bigint[])))
ORDER BY e.entered_at, e.id
