-- name: lock_limits
-- Takes the volume limits in force for this transaction, so that nobody else counts meanwhile.
-- Changes nothing. Always by id, and after the shard.
SELECT l.id FROM campaigns_volume_limit l WHERE l.is_active ORDER BY l.id FOR UPDATE

-- name: admit
-- Lets the claimed messages go for which the locked limits have room and counts them; the others wait
-- or are held back, with a decision. Changes rows; in the transaction that claimed them. First the
-- limits at which messages wait, then, of the rest, those that hold back. A message that waits comes
-- back within the hour, or when `release_waiting` finds room. Returns those that do not go.
WITH asked AS MATERIALIZED (
    SELECT d.id, d.customer_id, d.channel, d.message_class, d.waits_for_id, d.gate, j.key::text AS journey, b.key::text AS broadcast,
        s.key::text AS sender, coalesce(s.kind, CASE d.channel WHEN 'email' THEN 'smtp' ELSE 'cards' END) AS provider,
        coalesce(s.price, 0) AS price, lower(split_part(d.address, '@', 2)) AS domain,
        row_number() OVER (ORDER BY d.message_class = 'transactional' DESC, d.priority DESC, d.due_at, d.id) AS turn
    FROM campaigns_delivery d
    LEFT JOIN campaigns_sender s
        ON s.id = coalesce(d.sender_id, (SELECT x.id FROM campaigns_sender x WHERE x.channel = d.channel AND x.is_default))
    LEFT JOIN campaigns_journey j ON j.id = d.journey_id LEFT JOIN campaigns_broadcast b ON b.id = d.broadcast_id
    WHERE d.id = ANY (%(ids)s::bigint[])
), room AS MATERIALIZED (
    SELECT l.*, w.slot, w.after, coalesce(u.used, 0) AS used FROM campaigns_volume_limit l
    CROSS JOIN LATERAL campaigns_volume_window(l.period, l.zone, %(now)s::timestamptz) w
    LEFT JOIN LATERAL (
        SELECT sum(x.used) AS used FROM campaigns_volume_use x WHERE x.limit_id = l.id AND x.slot > w.after) u ON true
    WHERE l.is_active
), subject AS (
    SELECT a.*, r.id AS limit_id, r.name, r.policy, r.amount, r.used, r.measure, r.period,
        CASE r.measure WHEN 'money' THEN a.price ELSE 1 END AS cost
    FROM asked a JOIN room r ON r.subject = CASE r.scope WHEN 'everything' THEN '' WHEN 'channel' THEN a.channel
        WHEN 'sender' THEN a.sender WHEN 'provider' THEN a.provider WHEN 'domain' THEN a.domain
        WHEN 'journey' THEN a.journey WHEN 'broadcast' THEN a.broadcast END
), waits AS MATERIALIZED (
    SELECT DISTINCT ON (x.id) x.* FROM (
        SELECT s.*, sum(s.cost) OVER (PARTITION BY s.limit_id ORDER BY s.turn) AS total FROM subject s WHERE s.policy = 'wait'
    ) x WHERE x.used + x.total > x.amount ORDER BY x.id, x.limit_id
), refused AS MATERIALIZED (
    SELECT DISTINCT ON (x.id) x.* FROM (
        SELECT s.*, sum(s.cost) OVER (PARTITION BY s.limit_id ORDER BY s.turn) AS total FROM subject s
        WHERE s.policy = 'hold_back' AND s.id NOT IN (SELECT w.id FROM waits w)
    ) x WHERE x.used + x.total > x.amount AND x.message_class = 'marketing' ORDER BY x.id, x.limit_id
), kept AS MATERIALIZED (
    SELECT w.*, 'delayed' AS outcome, 'throttled' AS reason FROM waits w
    UNION ALL SELECT r.*, 'held_back', 'budget_spent' FROM refused r
), decided AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT k.customer_id, k.id, k.outcome, k.reason, coalesce(k.gate, '{}') || jsonb_build_object('limit',
            jsonb_build_object('name', k.name, 'used', least(k.amount, k.used + k.total - k.cost), 'most', k.amount,
                'measure', k.measure, 'period', k.period)), %(now)s::timestamptz
    FROM kept k WHERE k.outcome = 'held_back' OR k.waits_for_id IS NULL
), counted AS (
    INSERT INTO campaigns_volume_use (limit_id, slot, used)
    SELECT s.limit_id, r.slot, sum(s.cost) FROM subject s JOIN room r ON r.id = s.limit_id
    WHERE s.id NOT IN (SELECT k.id FROM kept k) GROUP BY s.limit_id, r.slot
    ON CONFLICT (limit_id, slot) DO UPDATE SET used = campaigns_volume_use.used + excluded.used
), forgotten AS (
    DELETE FROM campaigns_volume_use u USING room r WHERE u.limit_id = r.id AND u.slot <= r.after
), moved AS (
    UPDATE campaigns_delivery d SET
        status = CASE k.outcome WHEN 'held_back' THEN 'held_back' ELSE 'planned' END,
        due_at = CASE k.outcome WHEN 'delayed' THEN %(now)s::timestamptz + interval '1 hour' ELSE d.due_at END,
        waits_for_id = CASE k.outcome WHEN 'delayed' THEN k.limit_id END, reason = k.reason,
        claimed_at = NULL, attempts = d.attempts - 1,
        finished_at = CASE k.outcome WHEN 'held_back' THEN %(now)s::timestamptz END
    FROM kept k WHERE d.id = k.id
), going AS (
    UPDATE campaigns_delivery d SET waits_for_id = NULL
    WHERE d.id = ANY (%(ids)s::bigint[]) AND d.waits_for_id IS NOT NULL AND d.id NOT IN (SELECT k.id FROM kept k)
)
SELECT k.id FROM kept k

-- name: release_waiting
-- Makes due again as many waiting messages as their limit has room for, the first planned first.
-- Changes rows; what turns out to be too much waits again. Leans on campaigns_delivery_waits.
WITH next AS (
    SELECT d.id FROM campaigns_volume_limit l
    CROSS JOIN LATERAL campaigns_volume_window(l.period, l.zone, %(now)s::timestamptz) w
    CROSS JOIN LATERAL (
        SELECT l.amount - coalesce(sum(x.used), 0) AS room FROM campaigns_volume_use x
        WHERE x.limit_id = l.id AND x.slot > w.after
    ) u
    CROSS JOIN LATERAL (
        SELECT x.id FROM campaigns_delivery x
        WHERE x.waits_for_id = l.id AND x.status = 'planned' AND x.due_at > %(now)s::timestamptz AND u.room > 0
        ORDER BY x.id LIMIT CASE l.measure WHEN 'money' THEN 500 ELSE least(ceil(u.room), 10000) END FOR UPDATE SKIP LOCKED
    ) d
    WHERE l.is_active AND l.policy = 'wait'
)
UPDATE campaigns_delivery d SET due_at = %(now)s::timestamptz FROM next n WHERE d.id = n.id

-- name: list_uses
-- How much of each volume limit is used in its running period, and how many messages wait for it.
-- Changes nothing. Leans on campaigns_volume_use_slot and campaigns_delivery_waits.
SELECT l.id, coalesce(u.used, 0) AS used, (
        SELECT count(*) FROM campaigns_delivery d WHERE d.waits_for_id = l.id AND d.status = 'planned') AS waiting
FROM campaigns_volume_limit l
CROSS JOIN LATERAL campaigns_volume_window(l.period, l.zone, %(now)s::timestamptz) w
LEFT JOIN LATERAL (
    SELECT sum(x.used) AS used FROM campaigns_volume_use x WHERE x.limit_id = l.id AND x.slot > w.after) u ON true

-- name: list_campaigns
-- The journeys and broadcasts that a volume limit may be for, by name. Changes nothing.
SELECT 'journey' AS scope, j.key::text AS subject, j.name FROM campaigns_journey j WHERE j.status <> 'ended'
UNION ALL
SELECT 'broadcast', b.key::text, b.name FROM campaigns_broadcast b WHERE b.status NOT IN ('finished', 'stopped')
ORDER BY 1, 3
