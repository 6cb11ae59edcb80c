-- name: roll_referral_changes
-- Adds a batch of referral moves to referral.started, referral.converted and so on, in all and by
-- program by the time of the move, and as a cohort by the time the referral started, so that a
-- funnel follows the same referrals. Runs once a batch: the cursor moves with it.
WITH fact AS (
    SELECT c.after, c.at, r.started_at, p.key::text AS program
    FROM referrals_referral_change c
    JOIN referrals_referral r ON r.id = c.referral_id
    JOIN referrals_program p ON p.id = r.program_id
    WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), counted AS (
    SELECT 'referral.' || f.after AS metric, m.breakdown, m.member, g.granularity,
        date_trunc(g.granularity, m.dated, %(zone)s::text) AS bucket_start, count(*) AS value
    FROM fact f
    CROSS JOIN LATERAL (VALUES
        ('', '', f.at), ('program', f.program, f.at),
        ('cohort', '', f.started_at), ('program_cohort', f.program, f.started_at)
    ) AS m (breakdown, member, dated)
    CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT metric, breakdown, member, granularity, bucket_start, value FROM counted
ORDER BY metric, breakdown, granularity, bucket_start, member
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: roll_visits
-- Adds a batch of visits of invitation pages to referral.visited, in all and by program.
-- Runs once a batch: the cursor moves in the same transaction.
WITH counted AS (
    SELECT m.breakdown, m.member, g.granularity,
        date_trunc(g.granularity, v.at, %(zone)s::text) AS bucket_start, count(*) AS value
    FROM referrals_visit v
    JOIN referrals_program p ON p.id = v.program_id
    CROSS JOIN LATERAL (VALUES ('', ''), ('program', p.key::text)) AS m (breakdown, member)
    CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    WHERE (v.xid, v.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (v.xid, v.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    GROUP BY 1, 2, 3, 4
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT 'referral.visited', breakdown, member, granularity, bucket_start, value FROM counted
ORDER BY breakdown, granularity, bucket_start, member
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: roll_ledger
-- Adds a batch of ledger entries to what members were granted and what was taken back, by unit:
-- a sum over units would mean nothing. Runs once a batch: the cursor moves with it.
WITH entry AS MATERIALIZED (
    SELECT e.account_id, e.posting_id, e.at, e.amount FROM referrals_ledger_entry e
    WHERE (e.xid, e.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (e.xid, e.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint) AND e.amount > 0
), fact AS (
    SELECT CASE g.kind WHEN 'release' THEN 'reward.granted' ELSE 'reward.reversed' END AS metric,
        a.unit, e.at, e.amount
    FROM entry e
    CROSS JOIN LATERAL (SELECT o.unit FROM referrals_account o WHERE o.id = e.account_id OFFSET 0) a
    CROSS JOIN LATERAL (SELECT o.kind FROM referrals_posting o WHERE o.id = e.posting_id OFFSET 0) g
    WHERE g.kind IN ('release', 'reverse')
), counted AS (
    SELECT f.metric, f.unit, g.granularity,
        date_trunc(g.granularity, f.at, %(zone)s::text) AS bucket_start, sum(f.amount) AS value
    FROM fact f CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    GROUP BY 1, 2, 3, 4
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT metric, 'unit', unit, granularity, bucket_start, value FROM counted
ORDER BY metric, granularity, bucket_start, unit
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value
