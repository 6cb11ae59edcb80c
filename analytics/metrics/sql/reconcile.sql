-- name: recount_touchpoints
-- Counts touchpoints, revenue and people again from the facts, by day, up to where the reader of
-- the rollup has read. Reads every touchpoint of the days, and for customer.new every touchpoint:
-- for the nightly check and the command, never for a page.
WITH fact AS (
    SELECT t.customer_id, t.occurred_at, t.revenue, e.name AS event,
        date_trunc('day', t.occurred_at, %(zone)s::text) AS day
    FROM profiles_touchpoint t
    JOIN profiles_event e ON e.id = t.event_id
    JOIN kernel_cursor c ON c.name = 'analytics.roll_touchpoints'
    WHERE t.type <> 7 AND t.source_id <> ALL (ARRAY(SELECT s.id FROM profiles_source s WHERE s.kind = 'staff'))
        AND (t.xid, t.id) <= (c.fact_xid, c.fact_id)
), started AS (
    SELECT date_trunc('day', min(occurred_at), %(zone)s::text) AS day FROM fact GROUP BY customer_id
), counted AS (
    SELECT m.metric, m.breakdown, m.member, f.day, sum(m.amount) AS value
    FROM fact f
    CROSS JOIN LATERAL (VALUES
        ('touchpoint.count', '', '', 1::numeric),
        ('touchpoint.count', 'event', f.event, 1),
        ('touchpoint.revenue', '', '', f.revenue)
    ) AS m (metric, breakdown, member, amount)
    WHERE m.amount IS NOT NULL
    GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT 'customer.active', '', '', day, count(DISTINCT customer_id) FROM fact GROUP BY day
    UNION ALL
    SELECT 'customer.new', '', '', day, count(*) FROM started GROUP BY day
)
SELECT metric, breakdown, member, day, value FROM counted
WHERE day >= %(start)s::timestamptz AND day < %(end)s::timestamptz

-- name: recount_messages
-- Counts decisions and reports about messages again from the facts, by day, up to where the
-- readers of the rollup have read. For the nightly check and the command.
WITH message AS (
    SELECT d.id, d.channel, j.key::text AS journey
    FROM campaigns_delivery d LEFT JOIN campaigns_journey j ON j.id = d.journey_id
), decided AS (
    SELECT 'message.' || f.outcome AS metric, f.decided_at AS at, f.reason, f.delivery_id
    FROM campaigns_decision f
    JOIN kernel_cursor c ON c.name = 'analytics.roll_decisions'
    WHERE (f.xid, f.id) <= (c.fact_xid, c.fact_id)
), reported AS (
    SELECT DISTINCT ON (f.delivery_id, f.kind) 'message.' || f.kind AS metric, f.at, f.delivery_id
    FROM campaigns_delivery_event f
    JOIN kernel_cursor c ON c.name = 'analytics.roll_delivery_events'
    WHERE (f.xid, f.id) <= (c.fact_xid, c.fact_id) AND NOT f.is_bot AND f.kind IN (
        'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'
    )
    ORDER BY f.delivery_id, f.kind, f.xid, f.id
), fact AS (
    SELECT metric, at, reason, delivery_id FROM decided
    UNION ALL SELECT metric, at, NULL, delivery_id FROM reported
)
SELECT f.metric, m.breakdown, m.member, date_trunc('day', f.at, %(zone)s::text) AS day,
    count(*)::numeric AS value
FROM fact f
JOIN message d ON d.id = f.delivery_id
CROSS JOIN LATERAL (VALUES
    ('', ''), ('reason', left(f.reason, 200)), ('channel', d.channel), ('journey', d.journey)
) AS m (breakdown, member)
WHERE m.member IS NOT NULL
    AND f.at >= %(start)s::timestamptz AND f.at < %(end)s::timestamptz
GROUP BY 1, 2, 3, 4

-- name: recount_referrals
-- Counts moves of referrals, visits and ledger entries again from the facts, by day, up to where
-- the readers of the rollup have read. For the nightly check and the command.
WITH move AS (
    SELECT 'referral.' || f.after AS metric, f.at, r.started_at, p.key::text AS program
    FROM referrals_referral_change f
    JOIN kernel_cursor c ON c.name = 'analytics.roll_referral_changes'
    JOIN referrals_referral r ON r.id = f.referral_id
    JOIN referrals_program p ON p.id = r.program_id
    WHERE (f.xid, f.id) <= (c.fact_xid, c.fact_id)
), visit AS (
    SELECT f.at, p.key::text AS program
    FROM referrals_visit f
    JOIN kernel_cursor c ON c.name = 'analytics.roll_visits'
    JOIN referrals_program p ON p.id = f.program_id
    WHERE (f.xid, f.id) <= (c.fact_xid, c.fact_id)
), entry AS (
    SELECT CASE g.kind WHEN 'release' THEN 'reward.granted' ELSE 'reward.reversed' END AS metric,
        f.at, a.unit, f.amount
    FROM referrals_ledger_entry f
    JOIN kernel_cursor c ON c.name = 'analytics.roll_ledger'
    JOIN referrals_account a ON a.id = f.account_id
    JOIN referrals_posting g ON g.id = f.posting_id
    WHERE (f.xid, f.id) <= (c.fact_xid, c.fact_id)
        AND f.amount > 0 AND g.kind IN ('release', 'reverse')
), fact (metric, breakdown, member, at, amount) AS (
    SELECT metric, '', '', at, 1::numeric FROM move
    UNION ALL SELECT metric, 'program', program, at, 1 FROM move
    UNION ALL SELECT metric, 'cohort', '', started_at, 1 FROM move
    UNION ALL SELECT metric, 'program_cohort', program, started_at, 1 FROM move
    UNION ALL SELECT 'referral.visited', '', '', at, 1 FROM visit
    UNION ALL SELECT 'referral.visited', 'program', program, at, 1 FROM visit
    UNION ALL SELECT metric, 'unit', unit, at, amount FROM entry
)
SELECT metric, breakdown, member, date_trunc('day', at, %(zone)s::text) AS day, sum(amount) AS value
FROM fact
WHERE at >= %(start)s::timestamptz AND at < %(end)s::timestamptz
GROUP BY 1, 2, 3, 4

-- name: recount_journeys
-- Counts first entries into journeys and what came of them again from enrollments and
-- touchpoints, by day of entry. For the nightly check and the command.
WITH entry AS (
    SELECT DISTINCT ON (n.journey_id, n.customer_id) n.customer_id, n.entered_at, n.arm,
        j.key || ':' || n.arm AS member,
        coalesce(v.definition #>> '{goal,event}', %(goal_event)s::text) AS goal_event,
        n.entered_at + make_interval(
            days => coalesce((v.definition #>> '{goal,days}')::int, %(goal_days)s::int)
        ) AS window_ends_at
    FROM campaigns_enrollment n
    JOIN campaigns_journey j ON j.id = n.journey_id
    JOIN campaigns_journey_version v ON v.id = n.version_id
    ORDER BY n.journey_id, n.customer_id, n.entered_at, n.id
), judged AS (
    SELECT n.member, n.entered_at, n.window_ends_at <= %(now)s::timestamptz AS is_closed, EXISTS (
        SELECT FROM profiles_touchpoint t
        JOIN profiles_event e ON e.id = t.event_id AND e.name = n.goal_event
        WHERE t.customer_id = n.customer_id
            AND t.occurred_at >= n.entered_at AND t.occurred_at < n.window_ends_at
    ) AS is_converted
    FROM entry n
)
SELECT m.metric, 'arm' AS breakdown, member, date_trunc('day', entered_at, %(zone)s::text) AS day,
    sum(m.amount)::numeric AS value
FROM judged
CROSS JOIN LATERAL (VALUES
    ('journey.exposed', 1), ('journey.closed', is_closed::int),
    ('journey.converted', (is_closed AND is_converted)::int)
) AS m (metric, amount)
WHERE m.amount > 0
    AND entered_at >= %(start)s::timestamptz AND entered_at < %(end)s::timestamptz
GROUP BY 1, 2, 3, 4

-- name: list_rolled
-- What the rollups say for the same days, without the windows of active people, which are counts
-- of a moment and not sums. Leans on the primary key of the rollup.
SELECT metric, breakdown, member, bucket_start AS day, value
FROM analytics_rollup
WHERE granularity = 'day' AND breakdown <> 'window' AND value <> 0
    AND bucket_start >= %(start)s::timestamptz AND bucket_start < %(end)s::timestamptz
