-- name: list_segment_entrants
-- Who entered or left a segment that starts a live journey, within a batch of the log. Changes nothing.
SELECT t.id AS trigger_id, c.customer_id, c.id AS cause_id, NULL::jsonb AS ctx, NULL::timestamptz AS happened_at
FROM profiles_segment_change c
JOIN campaigns_journey_trigger t ON t.kind = CASE WHEN c.entered THEN 'segment_entered' ELSE 'segment_left' END
    AND t.segment_id = c.segment_id AND t.is_open
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND c.may_start_journeys
ORDER BY c.xid, c.id

-- name: list_touchpoint_entrants
-- Who did what starts a live journey, within a batch of the log. Changes nothing.
SELECT t.id AS trigger_id, p.customer_id, p.id AS cause_id, jsonb_build_object('event', p.properties) AS ctx,
    p.occurred_at AS happened_at
FROM profiles_touchpoint p
JOIN profiles_event e ON e.id = p.event_id
JOIN campaigns_journey_trigger t ON t.kind = 'touchpoint' AND t.event_name = e.name AND t.is_open
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE (p.xid, p.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (p.xid, p.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND p.starts_journeys AND p.properties @? t.filter_path::jsonpath
ORDER BY p.xid, p.id

-- name: list_event_entrants
-- About whom an event was published that starts a live journey. Changes nothing.
SELECT t.id AS trigger_id, substring(e.subject FROM 10)::bigint AS customer_id, e.id AS cause_id,
    jsonb_build_object('event', e.payload) AS ctx, e.occurred_at AS happened_at
FROM kernel_event e
JOIN campaigns_journey_trigger t ON t.kind = 'event' AND t.event_name = e.type AND t.is_open
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

-- name: lock_entries
-- Lets one worker at a time decide who enters the journeys of some triggers, so that the limits of
-- one person hold whatever lets them in. Locks in the order of journeys; changes nothing.
SELECT pg_advisory_xact_lock(hashtextextended('campaigns_enter', j.journey_id)) FROM (
    SELECT DISTINCT v.journey_id FROM campaigns_journey_trigger t
    JOIN campaigns_journey_version v ON v.id = t.version_id
    WHERE t.id = ANY (%(trigger_ids)s::bigint[]) ORDER BY v.journey_id
) j

-- name: enter
-- Lets people in: an enrollment, its first timer and its first step. Those in the holdout arm get
-- an enrollment and a step, and no timer: they are measured, never messaged. Who may not enter is
-- counted by the reason, at nodes below -10, and noted. Changes rows; a second call adds nobody who is inside,
-- nor, unless the journey allows it, who ever was. `lock_entries` must come before.
WITH asked AS (
    SELECT w.place, w.customer_id, w.cause_id, w.ctx, t.version_id, t.kind, t.may_reenter, t.max_entries,
        t.min_gap, t.at_once, v.journey_id, c.key AS customer_key,
        w.happened_at < %(now)s::timestamptz - t.max_age AS is_old,
        CASE WHEN t.key_path = '{}' THEN '' ELSE nullif(w.ctx -> 'event' #>> t.key_path, '') END AS instance_key,
        kernel_bucket('journey:' || j.key::text, c.key::text)
            < 100 * (v.definition ->> 'holdout_percent')::numeric AS is_held_out
    FROM unnest(%(trigger_ids)s::bigint[], %(customer_ids)s::bigint[], %(cause_ids)s::bigint[], %(ctxs)s::jsonb[],
        %(happened)s::timestamptz[]) WITH ORDINALITY AS w (trigger_id, customer_id, cause_id, ctx, happened_at, place)
    JOIN campaigns_journey_trigger t ON t.id = w.trigger_id
    JOIN campaigns_journey_version v ON v.id = t.version_id
    JOIN campaigns_journey j ON j.id = v.journey_id
    JOIN profiles_customer c ON c.id = w.customer_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
), known AS (
    SELECT a.*, h.entries, h.lately, h.active, h.last_at, CASE
        WHEN a.instance_key IS NULL THEN 'no_key'
        WHEN a.is_old THEN 'too_old'
        WHEN h.was_held_out THEN 'been_here'
        WHEN h.is_inside OR row_number() OVER (
            PARTITION BY a.version_id, a.customer_id, a.instance_key ORDER BY a.place) > 1 THEN 'inside'
        WHEN NOT a.may_reenter AND h.same_key > 0 THEN 'been_here' END AS refusal
    FROM asked a
    CROSS JOIN LATERAL (
        SELECT count(*) AS entries, count(*) FILTER (WHERE e.state = 'active') AS active, max(e.entered_at) AS last_at,
            count(*) FILTER (WHERE e.entered_at > %(now)s::timestamptz - interval '1 hour') AS lately,
            count(*) FILTER (WHERE e.instance_key = a.instance_key) AS same_key,
            coalesce(bool_or(e.instance_key = a.instance_key AND e.state = 'active'), false) AS is_inside,
            coalesce(bool_or(e.arm = 'holdout'), false) AS was_held_out
        FROM (SELECT * FROM campaigns_enrollment o WHERE o.customer_id = a.customer_id OFFSET 0) e
        WHERE e.journey_id = a.journey_id
    ) h
), judged AS (
    SELECT k.*, CASE
        WHEN k.refusal IS NOT NULL THEN k.refusal
        WHEN k.is_held_out AND k.before > 0 THEN 'been_here'
        WHEN k.entries + k.before >= k.max_entries THEN 'max_entries'
        WHEN k.instance_key = '' AND k.lately + k.before >= 50 THEN 'going_round'
        WHEN k.min_gap > interval '0' AND (k.before > 0 OR k.last_at > %(now)s::timestamptz - k.min_gap) THEN 'too_soon'
        WHEN k.active + k.before >= k.at_once THEN 'too_many' END AS verdict
    FROM (SELECT known.*, count(*) FILTER (WHERE refusal IS NULL) OVER (
            PARTITION BY version_id, customer_id ORDER BY place
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before FROM known) k
), entered AS (
    INSERT INTO campaigns_enrollment (journey_id, version_id, customer_id, customer_key, instance_key, arm, state,
        node, entered_at, finished_at, cause_kind, cause_id, ctx)
    SELECT w.journey_id, w.version_id, w.customer_id, w.customer_key, w.instance_key,
        CASE WHEN w.is_held_out THEN 'holdout' ELSE 'treatment' END,
        CASE WHEN w.is_held_out THEN 'held_out' ELSE 'active' END, 0, %(now)s::timestamptz,
        CASE WHEN w.is_held_out THEN %(now)s::timestamptz END, w.kind, w.cause_id, nullif(w.ctx, 'null')
    FROM judged w WHERE w.verdict IS NULL
    ON CONFLICT DO NOTHING
    RETURNING id, version_id, state
), timers AS (
    INSERT INTO campaigns_timer (enrollment_id, due_at, step_no)
    SELECT e.id, %(now)s::timestamptz, 0 FROM entered e WHERE e.state = 'active'
), steps AS (
    INSERT INTO campaigns_step_log (enrollment_id, step_no, version_id, node, next_node, reason, at)
    SELECT e.id, 0, e.version_id, 0, NULL, CASE e.state WHEN 'held_out' THEN 'held_out' ELSE 'entered' END,
        %(now)s::timestamptz
    FROM entered e
), refused AS (
    INSERT INTO campaigns_refusal (customer_id, version_id, reason, times, first_at, last_at, cause_kind, cause_id)
    SELECT w.customer_id, w.version_id, w.verdict, count(*), %(now)s::timestamptz, %(now)s::timestamptz, min(w.kind),
        max(w.cause_id)
    FROM judged w WHERE w.verdict IS NOT NULL GROUP BY w.customer_id, w.version_id, w.verdict
    ON CONFLICT (customer_id, version_id, reason) DO UPDATE SET times = campaigns_refusal.times + excluded.times,
        last_at = excluded.last_at, cause_kind = excluded.cause_kind, cause_id = excluded.cause_id
), tallies AS (
    INSERT INTO campaigns_node_tally (version_id, node, next_node, moved, at)
    SELECT e.version_id, CASE e.state WHEN 'held_out' THEN -2 ELSE -1 END, 0, count(*), %(now)s::timestamptz
    FROM entered e GROUP BY e.version_id, e.state
    UNION ALL
    SELECT w.version_id, -10 - array_position(%(refusals)s::text[], w.verdict), NULL, count(*), %(now)s::timestamptz
    FROM judged w WHERE w.verdict IS NOT NULL GROUP BY w.version_id, w.verdict
)
SELECT count(*) FROM entered
