-- name: list_segment_entrants
-- Who entered a segment that starts a live journey, within a batch of the log. Changes nothing.
SELECT t.id AS trigger_id, c.customer_id, c.id AS cause_id, NULL::jsonb AS ctx
FROM profiles_segment_change c
JOIN campaigns_journey_trigger t ON t.kind = 'segment_entered' AND t.segment_id = c.segment_id
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND c.entered AND c.may_start_journeys
ORDER BY c.xid, c.id

-- name: list_touchpoint_entrants
-- Who did what starts a live journey, within a batch of the log. Changes nothing.
SELECT t.id AS trigger_id, p.customer_id, p.id AS cause_id, jsonb_build_object('event', p.properties) AS ctx
FROM profiles_touchpoint p
JOIN profiles_event e ON e.id = p.event_id
JOIN campaigns_journey_trigger t ON t.kind = 'touchpoint' AND t.event_name = e.name
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE (p.xid, p.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (p.xid, p.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND p.starts_journeys AND p.properties @? t.filter_path::jsonpath
ORDER BY p.xid, p.id

-- name: list_event_entrants
-- About whom an event was published that starts a live journey. Changes nothing.
SELECT t.id AS trigger_id, substring(e.subject FROM 10)::bigint AS customer_id, e.id AS cause_id,
    jsonb_build_object('event', e.payload) AS ctx
FROM kernel_event e
JOIN campaigns_journey_trigger t ON t.kind = 'event' AND t.event_name = e.type
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE (e.xid, e.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (e.xid, e.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND e.subject ~ '^customer:[0-9]+$' AND e.payload @? t.filter_path::jsonpath
ORDER BY e.xid, e.id

-- name: list_members
-- Who is in a segment now, a page by id. Changes nothing.
SELECT m.customer_id FROM profiles_segment_member m
WHERE m.segment_id = %(segment_id)s::bigint AND m.customer_id > %(after)s::bigint
ORDER BY m.customer_id LIMIT %(batch)s::int

-- name: enter
-- Lets people in: an enrollment, its first timer and its first step. Those in the holdout arm get
-- an enrollment and a step, and no timer: they are measured, never messaged. Changes rows; a second
-- call adds nobody who is inside, nor, unless the journey allows it, who ever was.
WITH wanted AS (
    SELECT DISTINCT ON (t.version_id, w.customer_id) t.version_id, t.kind, t.may_reenter, v.journey_id,
        w.customer_id, w.cause_id, w.ctx, c.key AS customer_key,
        kernel_bucket('journey:' || j.key::text, c.key::text)
            < 100 * (v.definition ->> 'holdout_percent')::numeric AS is_held_out
    FROM unnest(%(trigger_ids)s::bigint[], %(customer_ids)s::bigint[], %(cause_ids)s::bigint[], %(ctxs)s::jsonb[])
        WITH ORDINALITY AS w (trigger_id, customer_id, cause_id, ctx, place)
    JOIN campaigns_journey_trigger t ON t.id = w.trigger_id
    JOIN campaigns_journey_version v ON v.id = t.version_id
    JOIN campaigns_journey j ON j.id = v.journey_id
    JOIN profiles_customer c ON c.id = w.customer_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
    ORDER BY t.version_id, w.customer_id, w.place
), entered AS (
    INSERT INTO campaigns_enrollment (journey_id, version_id, customer_id, customer_key, arm, state, node,
        entered_at, finished_at, cause_kind, cause_id, ctx)
    SELECT w.journey_id, w.version_id, w.customer_id, w.customer_key,
        CASE WHEN w.is_held_out THEN 'holdout' ELSE 'treatment' END,
        CASE WHEN w.is_held_out THEN 'held_out' ELSE 'active' END, 0, %(now)s::timestamptz,
        CASE WHEN w.is_held_out THEN %(now)s::timestamptz END, w.kind, w.cause_id, w.ctx
    FROM wanted w
    WHERE NOT EXISTS (
        SELECT FROM campaigns_enrollment e
        WHERE e.customer_id = w.customer_id AND e.journey_id = w.journey_id
            AND (NOT w.may_reenter OR e.arm = 'holdout')
    )
    ON CONFLICT DO NOTHING
    RETURNING id, version_id, state
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no)
    SELECT e.id, %(now)s::timestamptz, 0 FROM entered e WHERE e.state = 'active'
), steps AS (
    INSERT INTO campaigns_step (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT e.id, 0, e.version_id, 0, NULL, CASE e.state WHEN 'held_out' THEN 'held_out' ELSE 'entered' END,
        %(now)s::timestamptz
    FROM entered e
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT e.version_id, CASE e.state WHEN 'held_out' THEN -2 ELSE -1 END, 0, count(*), %(now)s::timestamptz
    FROM entered e GROUP BY e.version_id, e.state
)
SELECT count(*) FROM entered
