-- name: join_program
-- Makes each customer an advocate with the code given beside it, unless already one.
-- A code that another advocate has is skipped: the caller draws a new one and calls again.
-- Safe to run twice. Leans on referrals_advocate_once and the unique code.
INSERT INTO referrals_advocate (program_id, customer_id, recorded_for, code, joined_at)
SELECT %(program_id)s::bigint, w.customer_id, w.customer_id, w.code, %(now)s::timestamptz
FROM unnest(%(customer_ids)s::bigint[], %(codes)s::text[]) AS w (customer_id, code)
WHERE NOT EXISTS (
    SELECT FROM referrals_advocate a
    WHERE a.customer_id = w.customer_id AND a.program_id = %(program_id)s::bigint
)
ORDER BY w.customer_id
ON CONFLICT DO NOTHING

-- name: list_codes
-- The code of each customer that is an advocate of the program; the oldest after a merge.
-- Reads only. Leans on referrals_advocate_customer.
SELECT DISTINCT ON (customer_id) customer_id, code
FROM referrals_advocate
WHERE program_id = %(program_id)s::bigint AND customer_id = ANY(%(customer_ids)s::bigint[])
ORDER BY customer_id, id

-- name: count_statuses
-- How many referrals of each program that started since a moment stand in each state.
-- Leans on referrals_referral_list.
SELECT program_id, status, count(*)
FROM referrals_referral
WHERE program_id = ANY(%(program_ids)s::bigint[]) AND started_at >= %(since)s::timestamptz
GROUP BY program_id, status
