-- name: roll_decisions
-- Adds a batch of decisions to message.sent, message.held_back and so on: in all, by reason, by
-- channel and by journey. Runs once a batch: the cursor moves in the same transaction.
WITH fact AS (
    SELECT c.decided_at, c.outcome, c.reason, d.channel, j.key::text AS journey
    FROM campaigns_decision c
    JOIN campaigns_delivery d ON d.id = c.delivery_id
    LEFT JOIN campaigns_journey j ON j.id = d.journey_id
    WHERE (c.xid, c.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (c.xid, c.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), counted AS (
    SELECT 'message.' || f.outcome AS metric, m.breakdown, m.member, g.granularity,
        date_trunc(g.granularity, f.decided_at, %(zone)s::text) AS bucket_start, count(*) AS value
    FROM fact f
    CROSS JOIN LATERAL (VALUES
        ('', ''), ('reason', left(f.reason, 200)), ('channel', f.channel), ('journey', f.journey)
    ) AS m (breakdown, member)
    CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    WHERE m.member IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT metric, breakdown, member, granularity, bucket_start, value FROM counted
ORDER BY metric, breakdown, granularity, bucket_start, member
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value

-- name: roll_delivery_events
-- Adds a batch of reports about messages: each message counts once for each kind, reports of
-- machines not at all. Runs once a batch: the cursor moves in the same transaction.
WITH fact AS (
    SELECT DISTINCT ON (v.delivery_id, v.kind) v.kind, v.at, d.channel, j.key::text AS journey
    FROM campaigns_delivery_event v
    JOIN campaigns_delivery d ON d.id = v.delivery_id
    LEFT JOIN campaigns_journey j ON j.id = d.journey_id
    WHERE (v.xid, v.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (v.xid, v.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
        AND NOT v.is_bot AND v.kind IN (
            'delivered', 'opened', 'clicked', 'bounced', 'complained', 'unsubscribed'
        )
        AND NOT EXISTS (
            SELECT FROM campaigns_delivery_event seen
            WHERE seen.delivery_id = v.delivery_id AND seen.kind = v.kind AND NOT seen.is_bot
                AND (seen.xid, seen.id) <= (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        )
    ORDER BY v.delivery_id, v.kind, v.xid, v.id
), counted AS (
    SELECT 'message.' || f.kind AS metric, m.breakdown, m.member, g.granularity,
        date_trunc(g.granularity, f.at, %(zone)s::text) AS bucket_start, count(*) AS value
    FROM fact f
    CROSS JOIN LATERAL (VALUES ('', ''), ('channel', f.channel), ('journey', f.journey))
        AS m (breakdown, member)
    CROSS JOIN (VALUES ('hour'), ('day')) AS g (granularity)
    WHERE m.member IS NOT NULL
    GROUP BY 1, 2, 3, 4, 5
)
INSERT INTO analytics_rollup (metric, breakdown, member, granularity, bucket_start, value)
SELECT metric, breakdown, member, granularity, bucket_start, value FROM counted
ORDER BY metric, breakdown, granularity, bucket_start, member
ON CONFLICT (metric, breakdown, granularity, bucket_start, member)
DO UPDATE SET value = analytics_rollup.value + excluded.value
