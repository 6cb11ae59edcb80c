-- What a person said about the pace: until when they paused, and whether they got as many marketing
-- messages within seven days as they want. One row always.
CREATE FUNCTION campaigns_pace(customer bigint, at timestamptz)
RETURNS TABLE (paused_until timestamptz, is_enough boolean, pace jsonb) LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN p.paused_until > at THEN p.paused_until END,
        coalesce(n.count >= p.weekly_limit, false),
        CASE WHEN p.weekly_limit IS NOT NULL THEN jsonb_build_object('count', n.count, 'max', p.weekly_limit, 'days', 7) END
    FROM (SELECT max(f.paused_until) AS paused_until, min(f.weekly_limit) AS weekly_limit
        FROM profiles_preference f WHERE f.customer_id = customer) p
    LEFT JOIN LATERAL (
        SELECT count(*) FROM campaigns_delivery d
        WHERE p.weekly_limit IS NOT NULL AND d.customer_id = customer AND d.claimed_at > at - interval '7 days'
            AND d.message_class = 'marketing' AND d.status IN ('claimed', 'handed_over', 'confirmed', 'unknown')
    ) n ON true
$$;
