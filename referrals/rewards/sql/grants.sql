-- name: release_grants
-- Takes up to `batch` held grants whose hold is over, oldest first, and grants them. Grants of a
-- referral with an open finding stay held. Safe for many workers at once and to run twice.
-- Leans on referrals_grant_due and referrals_finding_open_hold.
WITH due AS (
    SELECT g.id FROM referrals_grant g
    WHERE g.status = 'held' AND g.release_at <= %(now)s::timestamptz
        AND NOT EXISTS (
            SELECT FROM referrals_finding f
            WHERE f.referral_id = g.referral_id AND f.resolved_at IS NULL AND f.severity = 'hold'
        )
    ORDER BY g.release_at, g.id
    LIMIT %(batch)s::int
    FOR UPDATE OF g SKIP LOCKED
), granted AS (
    UPDATE referrals_grant g SET status = 'granted', granted_at = %(now)s::timestamptz
    FROM due WHERE g.id = due.id
    RETURNING g.id, g.key, g.rule, g.referral_id, g.customer_id, g.amount, g.unit, g.program_id
)
SELECT g.id AS grant_id, g.key, g.rule AS side, g.referral_id, g.customer_id, g.amount, g.unit,
    p.name AS program, p.key AS program_key, r.key AS referral_key
FROM granted g
JOIN referrals_program p ON p.id = g.program_id
LEFT JOIN referrals_referral r ON r.id = g.referral_id
ORDER BY g.id

-- name: reverse_grants
-- Reverses held and granted grants and says in which state each was. Others stay as they are.
-- Safe to run twice. Locks the grants in the order of their ids.
WITH target AS (
    SELECT id, status AS before FROM referrals_grant
    WHERE id = ANY(%(grant_ids)s::bigint[]) AND status IN ('held', 'granted')
    ORDER BY id
    FOR UPDATE
)
UPDATE referrals_grant g SET status = 'reversed', reversed_at = %(now)s::timestamptz,
    reversal_reason = %(reason)s::text
FROM target t WHERE g.id = t.id
RETURNING g.id AS grant_id, t.before, g.referral_id, g.customer_id, g.amount, g.unit

-- name: promise_rewards
-- Promises a reward without a referral to the customer of each cause, due at once. Returns the grants
-- that are new. Safe to run twice. Leans on referrals_grant_once.
INSERT INTO referrals_grant (
    key, program_id, rule, cause, customer_id, recorded_for, amount, unit, status, earned_at, release_at
)
SELECT w.key, %(program_id)s::bigint, 'member', w.cause, w.customer_id, w.customer_id,
    %(amount)s::numeric, %(unit)s::text, 'held', %(now)s::timestamptz, %(now)s::timestamptz
FROM unnest(%(keys)s::uuid[], %(causes)s::text[], %(customer_ids)s::bigint[]) AS w (key, cause, customer_id)
ORDER BY w.cause
ON CONFLICT (program_id, rule, cause) DO NOTHING
RETURNING id
