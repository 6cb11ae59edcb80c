-- name: start_referral
-- Starts one referral and logs it, unless the friend is already referred in the program.
-- Safe to run twice. Leans on referrals_referral_friend_once.
WITH started AS (
    INSERT INTO referrals_referral (
        key, program_id, program_version_id, advocate_id, friend_id, friend_recorded_for,
        friend_print, method, status, started_at, window_ends_at
    )
    VALUES (
        %(key)s::uuid, %(program_id)s::bigint, %(program_version_id)s::bigint,
        %(advocate_id)s::bigint, %(friend_id)s::bigint, %(friend_id)s::bigint,
        %(friend_print)s::bytea, %(method)s::text, 'started',
        %(now)s::timestamptz, %(window_ends_at)s::timestamptz
    )
    ON CONFLICT DO NOTHING
    RETURNING id
), logged AS (
    INSERT INTO referrals_referral_change (referral_id, before, after, reason, at)
    SELECT id, '', 'started', %(method)s::text, %(now)s::timestamptz FROM started
)
SELECT id FROM started

-- name: move_referrals
-- Moves referrals from an expected state to another and logs each move.
-- Referrals in another state stay as they are. Safe to run twice.
WITH moved AS (
    UPDATE referrals_referral SET status = %(after)s::text, reason = %(reason)s::text
    WHERE id = ANY(%(referral_ids)s::bigint[]) AND status = %(before)s::text
    RETURNING id
), logged AS (
    INSERT INTO referrals_referral_change (referral_id, before, after, reason, at)
    SELECT id, %(before)s::text, %(after)s::text, %(reason)s::text, %(now)s::timestamptz
    FROM moved ORDER BY id
)
SELECT id FROM moved

-- name: closes_loop
-- Says whether the friend is an ancestor of the advocate in the program, so that the new edge
-- would close a loop. Walks up at most 64 referrals; one index look-up each.
WITH RECURSIVE ancestor AS (
    SELECT %(advocate_customer_id)s::bigint AS customer_id, 0 AS depth
    UNION
    SELECT a.customer_id, above.depth + 1
    FROM ancestor above
    JOIN referrals_referral r ON r.friend_id = above.customer_id
        AND r.program_id = %(program_id)s::bigint AND r.status <> 'rejected'
    JOIN referrals_advocate a ON a.id = r.advocate_id
    WHERE above.depth < 64
)
SELECT EXISTS (
    SELECT FROM ancestor WHERE customer_id = %(friend_id)s::bigint AND depth > 0
)

-- name: record_visit
-- Counts a visitor once an hour for an advocate. Safe to run twice.
-- Leans on referrals_visit_once_an_hour.
INSERT INTO referrals_visit (advocate_id, program_id, visitor, hour, at)
VALUES (
    %(advocate_id)s::bigint, %(program_id)s::bigint, %(visitor)s::bytea,
    date_trunc('hour', %(now)s::timestamptz, 'UTC'), %(now)s::timestamptz
)
ON CONFLICT DO NOTHING
