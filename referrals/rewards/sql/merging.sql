-- name: move_rows
-- Gives the losers' codes, rewards, accounts, findings and referrals to the winners. A referral
-- stays behind when the winner has one in the same program already: the first that was taken over
-- counts. Returns the referrals that moved or stayed. Safe to run twice.
WITH pair AS (
    SELECT w.winner_id, w.loser_id
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS w (winner_id, loser_id)
), advocates AS (
    UPDATE referrals_advocate a SET customer_id = p.winner_id
    FROM pair p WHERE a.customer_id = p.loser_id RETURNING a.id
), grants AS (
    UPDATE referrals_grant g SET customer_id = p.winner_id
    FROM pair p WHERE g.customer_id = p.loser_id
), accounts AS (
    UPDATE referrals_account c SET customer_id = p.winner_id
    FROM pair p WHERE c.customer_id = p.loser_id
), candidate AS (
    SELECT r.id, p.winner_id, r.status = 'rejected' OR (
        row_number() OVER (
            PARTITION BY p.winner_id, r.program_id ORDER BY r.status = 'rejected', r.started_at, r.id
        ) = 1 AND NOT EXISTS (
            SELECT FROM referrals_referral own
            WHERE own.friend_id = p.winner_id AND own.program_id = r.program_id
                AND own.status <> 'rejected'
        )
    ) AS may_move
    FROM pair p JOIN referrals_referral r ON r.friend_id = p.loser_id
), moved AS (
    UPDATE referrals_referral r SET friend_id = c.winner_id
    FROM candidate c WHERE r.id = c.id AND c.may_move
    RETURNING r.id
)
SELECT r.id, 'moved' FROM moved r
UNION ALL SELECT c.id, 'stayed' FROM candidate c WHERE NOT c.may_move
UNION ALL
SELECT r.id, 'moved' FROM referrals_referral r JOIN advocates a ON a.id = r.advocate_id

-- name: return_rows
-- Gives a former loser back what was recorded for it or for people it had taken over.
-- Safe to run twice.
WITH own AS (
    SELECT %(loser_id)s::bigint AS id
    UNION ALL
    SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = %(loser_id)s::bigint
), advocates AS (
    UPDATE referrals_advocate a SET customer_id = %(loser_id)s::bigint
    FROM own WHERE a.recorded_for = own.id AND a.customer_id = %(winner_id)s::bigint
), grants AS (
    UPDATE referrals_grant g SET customer_id = %(loser_id)s::bigint
    FROM own WHERE g.recorded_for = own.id AND g.customer_id = %(winner_id)s::bigint
), accounts AS (
    UPDATE referrals_account c SET customer_id = %(loser_id)s::bigint
    FROM own WHERE c.recorded_for = own.id AND c.customer_id = %(winner_id)s::bigint
)
UPDATE referrals_referral r SET friend_id = %(loser_id)s::bigint
FROM own WHERE r.friend_recorded_for = own.id AND r.friend_id = %(winner_id)s::bigint

-- name: find_broken
-- Referrals that a merge broke, among those it touched: advocate and friend became one person, a
-- loop closed, or the friend was referred twice. Walks at most 64 referrals up from each.
WITH RECURSIVE touched AS (
    SELECT r.id, r.program_id, r.friend_id, a.customer_id AS advocate_customer_id
    FROM referrals_referral r
    JOIN referrals_advocate a ON a.id = r.advocate_id
    WHERE r.id = ANY(%(referral_ids)s::bigint[]) AND r.status <> 'rejected'
), above AS (
    SELECT id AS start_id, program_id, friend_id AS goal_id, advocate_customer_id AS at_id, 1 AS depth
    FROM touched WHERE advocate_customer_id <> friend_id
    UNION
    SELECT u.start_id, u.program_id, u.goal_id, a.customer_id, u.depth + 1
    FROM above u
    JOIN referrals_referral r ON r.friend_id = u.at_id AND r.program_id = u.program_id
        AND r.status <> 'rejected'
    JOIN referrals_advocate a ON a.id = r.advocate_id
    WHERE u.depth < 64 AND u.at_id <> u.goal_id
)
SELECT id, CASE
    WHEN advocate_customer_id = friend_id THEN 'self_referral'
    WHEN id = ANY(%(stayed_ids)s::bigint[]) THEN 'already_referred'
    ELSE 'referral_loop' END AS kind
FROM touched
WHERE advocate_customer_id = friend_id OR id = ANY(%(stayed_ids)s::bigint[])
    OR EXISTS (SELECT FROM above u WHERE u.start_id = touched.id AND u.at_id = u.goal_id)
ORDER BY id

-- name: hold_broken
-- Records a finding that holds the rewards of each broken referral until a person has decided.
-- Safe to run twice. Leans on referrals_finding_once.
INSERT INTO referrals_finding (
    program_id, advocate_id, friend_id, referral_id, kind, severity, evidence, found_at
)
SELECT r.program_id, r.advocate_id, r.friend_id, r.id, w.kind, 'hold',
    jsonb_build_object('after_merge', true), %(now)s::timestamptz
FROM unnest(%(referral_ids)s::bigint[], %(kinds)s::text[]) AS w (id, kind)
JOIN referrals_referral r ON r.id = w.id
ORDER BY r.id
ON CONFLICT DO NOTHING
