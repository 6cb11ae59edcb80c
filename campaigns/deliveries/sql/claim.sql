-- name: lock_shard
-- Takes the shard for this transaction, or says that another worker has it. Changes nothing.
SELECT pg_try_advisory_xact_lock(hashtextextended('campaigns_delivery', 0) + %(shard)s::int) AS is_ours

-- name: list_due_shards
-- The shards with something due that may leave: not while all sending or the sender is paused.
-- Sixteen probes of campaigns_delivery_due. Changes nothing.
SELECT s.shard FROM generate_series(0, %(shards)s::int - 1) AS s (shard)
WHERE NOT EXISTS (SELECT FROM campaigns_sending_pause) AND EXISTS (
    SELECT FROM campaigns_delivery d
    WHERE d.shard = s.shard AND d.status = 'planned' AND d.due_at <= %(now)s::timestamptz
        AND NOT EXISTS (
            SELECT FROM campaigns_sender s WHERE s.is_paused
                AND (s.id = d.sender_id OR d.sender_id IS NULL AND s.is_default AND s.channel = d.channel))
        AND NOT EXISTS (
            SELECT FROM campaigns_journey j
            WHERE j.id = d.journey_id AND j.status = 'paused' AND j.people_inside = 'hold')
)
ORDER BY s.shard

-- name: claim_due
-- The gate: decides about one due delivery of each person of a locked shard and claims the allowed.
-- Changes rows; nothing twice, as only planned ones are taken. Leans on campaigns_delivery_due and
-- campaigns_delivery_customer. Caps hold because the shard is locked before this statement takes
-- its snapshot, and because a person appears once. What is paused is not taken: it waits, undecided.
WITH due AS MATERIALIZED (
    SELECT d.* FROM campaigns_delivery d
    WHERE d.shard = %(shard)s::smallint AND d.status = 'planned' AND d.due_at <= %(now)s::timestamptz
        AND NOT EXISTS (SELECT FROM campaigns_sending_pause)
        AND NOT EXISTS (
            SELECT FROM campaigns_sender s WHERE s.is_paused
                AND (s.id = d.sender_id OR d.sender_id IS NULL AND s.is_default AND s.channel = d.channel))
        AND NOT EXISTS (
            SELECT FROM campaigns_journey j
            WHERE j.id = d.journey_id AND j.status = 'paused' AND j.people_inside = 'hold')
    ORDER BY d.due_at, d.id LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
), one AS (
    SELECT DISTINCT ON (due.customer_id) due.* FROM due
    ORDER BY due.customer_id, (due.message_class = 'transactional') DESC, due.priority DESC, due.due_at, due.id
), facts AS (
    SELECT o.id, o.customer_id, o.message_class, o.priority, o.due_at, c.erased_at, a.address, s.reason AS suppression,
        k.consent, p.counts, p.hit, p.slot, q.until, q.clock, q.policy, w.paused_until, w.is_enough, w.pace, g.is_held_out,
        g.gap_until, g.gap_minutes, o.channel NOT IN ('inapp', 'webhook', 'task') AS needs_consent,
        e.state AS way, b.status AS broadcast, j.status AS journey, j.people_inside,
        CASE WHEN EXISTS (SELECT FROM campaigns_journey_leave l WHERE l.version_id = e.version_id) THEN
            campaigns_has_left(e.version_id, o.customer_id, e.entered_at, e.instance_key) ELSE false END AS has_left
    FROM one o
    LEFT JOIN campaigns_enrollment e ON e.id = o.enrollment_id LEFT JOIN campaigns_journey j ON j.id = o.journey_id
    LEFT JOIN campaigns_broadcast b ON b.id = o.broadcast_id
    JOIN profiles_customer c ON c.id = o.customer_id
    CROSS JOIN LATERAL campaigns_address(c.id, c.key, c.traits, o.channel, o.address) a
    LEFT JOIN profiles_suppression s ON s.channel = o.channel AND s.address = a.address AND s.released_at IS NULL
    CROSS JOIN LATERAL profiles_may_contact(o.customer_id, o.channel, o.topic, a.address) k
    CROSS JOIN LATERAL campaigns_pressure(
        o.customer_id, o.channel, o.message_class, o.topic, o.tags, c.time_zone, %(now)s::timestamptz) p
    CROSS JOIN LATERAL campaigns_spacing(o.customer_id, c.key, %(now)s::timestamptz) g
    CROSS JOIN LATERAL campaigns_silence(o.channel, c.time_zone, %(now)s::timestamptz) q
    CROSS JOIN LATERAL campaigns_pace(o.customer_id, %(now)s::timestamptz) w
), verdict AS (
    SELECT f.*, CASE
        WHEN f.erased_at IS NOT NULL THEN 'erased'
        WHEN f.way = 'removed' THEN 'enrollment_stopped'
        WHEN f.has_left THEN 'left_journey'
        WHEN f.broadcast = 'stopped' THEN 'broadcast_stopped'
        WHEN f.journey = 'ended' AND f.people_inside = 'leave' THEN 'journey_ended'
        WHEN f.address = '' THEN 'no_address'
        WHEN f.suppression IS NOT NULL THEN 'suppressed'
        WHEN f.message_class = 'marketing' AND f.consent = 'withdrawn' THEN 'consent_withdrawn'
        WHEN f.message_class = 'marketing' AND f.needs_consent AND f.consent <> 'granted' THEN 'no_consent'
        WHEN f.message_class = 'marketing' AND f.is_held_out THEN 'held_out'
        WHEN f.message_class = 'marketing' AND f.paused_until IS NOT NULL THEN 'paused'
        WHEN f.message_class = 'marketing' AND f.is_enough THEN 'weekly_limit'
        WHEN f.message_class = 'marketing' AND f.until IS NOT NULL AND f.policy = 'drop' THEN 'quiet_dropped'
        WHEN f.message_class = 'marketing' AND f.until IS NOT NULL THEN 'quiet_hours'
        WHEN f.hit IS NOT NULL THEN 'frequency_cap'
        WHEN f.message_class = 'marketing' AND f.gap_until IS NOT NULL THEN 'minimum_gap'
        ELSE 'allowed' END AS reason,
        jsonb_strip_nulls(jsonb_build_object('consent', f.consent, 'suppression', f.suppression,
            'caps', f.counts, 'cap', f.hit, 'clock', f.clock, 'until', f.until,
            'paused_until', f.paused_until, 'pace', f.pace, 'gap_until', f.gap_until, 'gap_minutes', f.gap_minutes,
            'slot', CASE WHEN f.hit IS NOT NULL THEN campaigns_slot(f.slot, f.priority, f.due_at) END)) AS numbers
    FROM facts f
), refused AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT v.customer_id, v.id, CASE WHEN v.reason IN ('quiet_hours', 'minimum_gap') THEN 'delayed' ELSE 'held_back' END,
        v.reason, v.numbers, %(now)s::timestamptz
    FROM verdict v WHERE v.reason <> 'allowed'
), moved AS (
    UPDATE campaigns_delivery d SET
        status = CASE WHEN v.reason = 'allowed' THEN 'claimed' WHEN v.reason IN ('quiet_hours', 'minimum_gap') THEN 'planned' ELSE 'held_back' END,
        due_at = CASE v.reason WHEN 'quiet_hours' THEN v.until WHEN 'minimum_gap' THEN v.gap_until ELSE d.due_at END,
        claimed_at = CASE v.reason WHEN 'allowed' THEN %(now)s::timestamptz END,
        finished_at = CASE WHEN v.reason NOT IN ('allowed', 'quiet_hours', 'minimum_gap') THEN %(now)s::timestamptz END,
        handing_over_at = NULL, attempts = d.attempts + (v.reason = 'allowed')::int,
        address = v.address, gate = v.numbers, reason = v.reason
    FROM verdict v WHERE d.id = v.id
    RETURNING d.id, d.key, d.customer_id, d.channel, d.message_class, d.topic, d.address, d.sender_id,
        d.template_version_id, d.ctx, d.status
)
SELECT m.*, c.traits, c.locale, c.time_zone FROM moved m LEFT JOIN profiles_customer c ON c.id = m.customer_id AND m.status = 'claimed'
ORDER BY m.id
