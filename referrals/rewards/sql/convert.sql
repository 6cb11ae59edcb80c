-- name: convert_referrals
-- Converts started referrals whose friend has a qualifying touchpoint in the batch: the first one
-- that happened inside the attribution window and reached the minimum revenue.
-- Changes rows and logs them. Safe to run twice: a converted referral is not started any more.
-- Leans on the (xid, id) index of touchpoints and referrals_referral_friend.
WITH fact AS MATERIALIZED (
    SELECT t.id, t.customer_id, t.event_id, t.occurred_at, t.revenue, t.properties FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), purchase AS MATERIALIZED (
    SELECT DISTINCT ON (r.id) r.id AS referral_id, t.occurred_at, t.revenue,
        coalesce(left(t.properties ->> (v.terms ->> 'order_property'), 200), '') AS order_key
    FROM fact t
    JOIN profiles_event e ON e.id = t.event_id
    CROSS JOIN LATERAL (
        SELECT o.* FROM referrals_referral o WHERE o.friend_id = t.customer_id AND o.status = 'started' OFFSET 0
    ) r
    JOIN referrals_program_version v ON v.id = r.program_version_id
    WHERE e.name = v.terms ->> 'qualifying_event'
        AND t.occurred_at >= r.started_at AND t.occurred_at < r.window_ends_at
        AND coalesce(t.revenue, 0) >= (v.terms ->> 'minimum_revenue')::numeric
    ORDER BY r.id, t.occurred_at, t.id
), converted AS (
    UPDATE referrals_referral r SET status = 'converted', converted_at = p.occurred_at,
        order_key = p.order_key, revenue = p.revenue
    FROM purchase p WHERE r.id = p.referral_id AND CASE r.status WHEN 'started' THEN true ELSE false END
    RETURNING r.id, r.key, r.program_id, r.advocate_id, r.friend_id, r.converted_at, r.revenue
), logged AS (
    INSERT INTO referrals_referral_change (referral_id, before, after, reason, at)
    SELECT id, 'started', 'converted', 'qualifying_event', converted_at FROM converted ORDER BY id
)
SELECT c.id AS referral_id, c.key, p.name AS program, a.customer_id AS advocate_customer_id,
    c.friend_id, c.converted_at, c.revenue
FROM converted c
JOIN referrals_advocate a ON a.id = c.advocate_id
JOIN referrals_program p ON p.id = c.program_id
ORDER BY c.id

-- name: hold_grants
-- Promises the rewards of converted referrals to both sides, held until the hold is over. An
-- advocate above the cap gets a capped grant, so that nothing is lost from sight; friends never
-- count against it. Safe to run twice. Leans on referrals_grant_once.
WITH side AS (
    SELECT r.id, r.program_id, 'referral:' || r.key AS cause, r.converted_at, v.terms,
        s.rule, s.customer_id, v.terms -> s.reward AS reward, s.grant_key
    FROM unnest(%(referral_ids)s::bigint[], %(advocate_keys)s::uuid[], %(friend_keys)s::uuid[])
        AS w (referral_id, advocate_key, friend_key)
    JOIN referrals_referral r ON r.id = w.referral_id
    JOIN referrals_program_version v ON v.id = r.program_version_id
    JOIN referrals_advocate a ON a.id = r.advocate_id
    CROSS JOIN LATERAL (VALUES
        ('advocate', a.customer_id, 'advocate_reward', w.advocate_key),
        ('friend', r.friend_id, 'friend_reward', w.friend_key)
    ) AS s (rule, customer_id, reward, grant_key)
    WHERE jsonb_typeof(v.terms -> s.reward) = 'object'
), ranked AS (
    SELECT side.*, row_number() OVER (
        PARTITION BY program_id, rule, customer_id ORDER BY converted_at, id
    ) + (
        SELECT count(*) FROM referrals_grant g
        WHERE g.program_id = side.program_id AND g.rule = side.rule
            AND g.customer_id = side.customer_id AND g.status IN ('held', 'granted')
    ) AS nth
    FROM side
)
INSERT INTO referrals_grant (
    key, program_id, rule, cause, referral_id, customer_id, recorded_for, amount, unit, status,
    earned_at, release_at
)
SELECT grant_key, program_id, rule, cause, id, customer_id, customer_id,
    (reward ->> 'amount')::numeric, reward ->> 'unit',
    CASE WHEN rule = 'advocate' AND nth > (terms ->> 'advocate_cap')::int
        THEN 'capped' ELSE 'held' END,
    converted_at, converted_at + make_interval(secs => (terms ->> 'hold_seconds')::int)
FROM ranked
ORDER BY id, rule
ON CONFLICT (program_id, rule, cause) DO NOTHING
RETURNING id, status

-- name: record_refunds
-- Records the refunds in the batch that belong to orders which converted a referral, and the
-- earlier ones of orders that arrived after their refund. Returns the referrals touched.
-- Safe to run twice: the refund's key is unique. Leans on the (xid, id) index of touchpoints
-- and its index by customer and event.
WITH candidate AS (
    SELECT t.message_id, t.customer_id, t.event_id, t.properties, t.revenue, t.occurred_at
    FROM profiles_touchpoint t
    WHERE (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    UNION ALL
    SELECT t.message_id, t.customer_id, t.event_id, t.properties, t.revenue, t.occurred_at
    FROM referrals_referral r
    JOIN profiles_touchpoint t ON t.customer_id = r.friend_id
    WHERE r.id = ANY(%(converted_ids)s::bigint[]) AND r.order_key <> ''
), refund AS (
    SELECT r.id AS referral_id, abs(c.revenue) AS amount, c.occurred_at,
        coalesce(left(nullif(c.properties ->> 'refund_id', ''), 200), c.message_id::text) AS refund_key
    FROM candidate c
    JOIN profiles_event e ON e.id = c.event_id
    JOIN referrals_referral r ON r.friend_id = c.customer_id
        AND r.status IN ('converted', 'rewarded')
    JOIN referrals_program_version v ON v.id = r.program_version_id
    WHERE e.name = v.terms ->> 'refund_event'
        AND coalesce(left(c.properties ->> (v.terms ->> 'order_property'), 200), '') = r.order_key
        AND (r.order_key <> '' OR c.occurred_at >= r.converted_at)
), recorded AS (
    INSERT INTO referrals_refund (referral_id, refund_key, amount, occurred_at)
    SELECT referral_id, refund_key, amount, occurred_at FROM refund
    ORDER BY referral_id, occurred_at
    ON CONFLICT (referral_id, refund_key) DO NOTHING
    RETURNING referral_id
)
SELECT DISTINCT referral_id FROM recorded ORDER BY referral_id

-- name: list_refunded
-- What was refunded of each order: the sum, or null when one refund names no amount.
-- Reads only.
SELECT r.id AS referral_id, r.status, r.revenue, (v.terms ->> 'minimum_revenue')::numeric AS minimum,
    CASE WHEN bool_or(f.amount IS NULL) THEN NULL ELSE sum(f.amount) END AS refunded
FROM referrals_referral r
JOIN referrals_program_version v ON v.id = r.program_version_id
JOIN referrals_refund f ON f.referral_id = r.id
WHERE r.id = ANY(%(referral_ids)s::bigint[])
GROUP BY r.id, v.id
ORDER BY r.id
