-- name: open_accounts
-- Opens the accounts that a posting of these grants needs. Safe to run twice.
-- Leans on referrals_account_once.
INSERT INTO referrals_account (program_id, kind, unit, customer_id, recorded_for)
SELECT DISTINCT g.program_id, w.kind, g.unit,
    CASE WHEN w.kind IN ('pending', 'available') THEN g.customer_id END,
    CASE WHEN w.kind IN ('pending', 'available') THEN g.recorded_for ELSE 0 END
FROM referrals_grant g
CROSS JOIN (VALUES (%(source)s::text), (%(target)s::text)) AS w (kind)
WHERE g.id = ANY(%(grant_ids)s::bigint[])
ON CONFLICT DO NOTHING

-- name: post_grants
-- Moves each grant's amount from its source account to its target account: one posting with two
-- entries. A reversal points at the posting before it. Safe to run twice: a grant has at most one
-- posting of a kind. Leans on referrals_posting_once and referrals_account_once.
WITH posting AS (
    INSERT INTO referrals_posting (kind, grant_id, corrects_id, reason, at)
    SELECT %(kind)s::text, g.id,
        CASE WHEN %(kind)s::text = 'reverse' THEN (
            SELECT max(earlier.id) FROM referrals_posting earlier WHERE earlier.grant_id = g.id
        ) END,
        %(reason)s::text, %(now)s::timestamptz
    FROM referrals_grant g
    WHERE g.id = ANY(%(grant_ids)s::bigint[])
    ORDER BY g.id
    ON CONFLICT (grant_id, kind) DO NOTHING
    RETURNING id, grant_id
), line AS MATERIALIZED (
    SELECT p.id AS posting_id, g.program_id, g.unit, w.kind, w.sign * g.amount AS amount,
        CASE WHEN w.kind IN ('pending', 'available') THEN g.recorded_for ELSE 0 END AS owner
    FROM posting p
    CROSS JOIN LATERAL (SELECT * FROM referrals_grant o WHERE o.id = p.grant_id OFFSET 0) g
    CROSS JOIN (VALUES (%(source)s::text, -1), (%(target)s::text, 1)) AS w (kind, sign)
)
INSERT INTO referrals_ledger_entry (posting_id, account_id, amount, at)
SELECT l.posting_id, a.id, l.amount, %(now)s::timestamptz
FROM line l
CROSS JOIN LATERAL (
    SELECT o.id FROM referrals_account o
    WHERE o.program_id = l.program_id AND o.recorded_for = l.owner AND o.kind = l.kind AND o.unit = l.unit OFFSET 0
) a
ORDER BY a.id, l.posting_id

-- name: list_balances
-- Pending and available of the customers at a past or present moment, in each unit.
-- Reads only. Leans on referrals_account_customer and referrals_ledger_account.
SELECT a.customer_id, a.unit,
    coalesce(sum(e.amount) FILTER (WHERE a.kind = 'pending'), 0) AS pending,
    coalesce(sum(e.amount) FILTER (WHERE a.kind = 'available'), 0) AS available
FROM referrals_account a
JOIN referrals_ledger_entry e ON e.account_id = a.id AND e.at <= %(at)s::timestamptz
WHERE a.customer_id = ANY(%(customer_ids)s::bigint[])
GROUP BY a.customer_id, a.unit
ORDER BY a.customer_id, a.unit
