-- name: erase_people
-- Retires the codes of people, so that their links lead nowhere, and blanks what could name them in
-- referrals, refunds, rewards and findings. Referrals, rewards and the ledger stay. Safe to run twice.
WITH codes AS (
    UPDATE referrals_advocate SET code = '-' || id WHERE customer_id = ANY (%(ids)s::bigint[])
), referral AS (
    UPDATE referrals_referral SET order_key = '' WHERE friend_id = ANY (%(ids)s::bigint[]) RETURNING id
), refunds AS (
    UPDATE referrals_refund r SET refund_key = '-' || r.id FROM referral WHERE r.referral_id = referral.id
), rewards AS (
    UPDATE referrals_grant SET reversal_reason = '' WHERE customer_id = ANY (%(ids)s::bigint[])
)
UPDATE referrals_finding SET evidence = '{}', resolution_reason = ''
WHERE friend_id = ANY (%(ids)s::bigint[])
   OR advocate_id IN (SELECT id FROM referrals_advocate WHERE customer_id = ANY (%(ids)s::bigint[]))

-- name: export_codes
-- Returns the codes of one person as JSON.
SELECT jsonb_build_object('program', p.name, 'code', a.code, 'joined_at', a.joined_at)
FROM referrals_advocate a JOIN referrals_program p ON p.id = a.program_id
WHERE a.customer_id = %(customer_id)s::bigint ORDER BY a.id

-- name: export_referrals
-- Returns the referrals of one person on either side as JSON, without naming the other.
SELECT jsonb_build_object('program', p.name, 'side', CASE WHEN r.friend_id = %(customer_id)s::bigint
        THEN 'friend' ELSE 'advocate' END, 'status', r.status, 'reason', r.reason, 'method', r.method,
    'started_at', r.started_at, 'converted_at', r.converted_at,
    'order', CASE WHEN r.friend_id = %(customer_id)s::bigint THEN r.order_key END)
FROM referrals_referral r
JOIN referrals_program p ON p.id = r.program_id
JOIN referrals_advocate a ON a.id = r.advocate_id
WHERE r.friend_id = %(customer_id)s::bigint OR a.customer_id = %(customer_id)s::bigint ORDER BY r.id

-- name: export_rewards
-- Returns the rewards of one person as JSON.
SELECT jsonb_build_object('program', p.name, 'amount', g.amount, 'unit', g.unit, 'status', g.status,
    'earned_at', g.earned_at, 'granted_at', g.granted_at, 'reversed_at', g.reversed_at,
    'reversal_reason', g.reversal_reason)
FROM referrals_grant g JOIN referrals_program p ON p.id = g.program_id
WHERE g.customer_id = %(customer_id)s::bigint ORDER BY g.id

-- name: export_findings
-- Returns what was suspected of one person as JSON.
SELECT jsonb_build_object('kind', f.kind, 'severity', f.severity, 'evidence', f.evidence, 'found_at', f.found_at,
    'resolution', f.resolution, 'resolution_reason', f.resolution_reason)
FROM referrals_finding f JOIN referrals_advocate a ON a.id = f.advocate_id
WHERE f.friend_id = %(customer_id)s::bigint OR a.customer_id = %(customer_id)s::bigint ORDER BY f.id
