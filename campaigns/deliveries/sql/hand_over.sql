-- name: begin_hand_over
-- Marks claimed deliveries as on their way to the provider and returns those still ours: a claim
-- that was taken back in the meantime is not. Changes rows; a second call returns nothing.
UPDATE campaigns_delivery d SET handing_over_at = %(now)s::timestamptz, wording = l.wording, locale = l.locale
FROM unnest(%(ids)s::bigint[], %(wordings)s::jsonb[], %(locales)s::text[]) AS l (id, wording, locale)
WHERE d.id = l.id AND d.status = 'claimed'
    AND d.claimed_at = %(claimed_at)s::timestamptz AND d.handing_over_at IS NULL
RETURNING d.id

-- name: record_results
-- Writes what became of each hand-over, with its decision. Changes rows; a second call changes
-- nothing, as the rows are no longer claimed. What may mend is planned again, later each time and
-- not before the provider asked for. The sender it left by stays named, for reports and questions.
WITH result AS (
    SELECT r.id, r.outcome, r.reason, r.provider_id, r.wait, r.sender_id, coalesce(r.locale, d.locale) AS locale,
        d.attempts, d.customer_id, d.gate
    FROM unnest(
        %(ids)s::bigint[], %(outcomes)s::text[], %(reasons)s::text[], %(provider_ids)s::text[],
        %(waits)s::float8[], %(sender_ids)s::bigint[], %(locales)s::text[]
    ) AS r (id, outcome, reason, provider_id, wait, sender_id, locale)
    JOIN campaigns_delivery d ON d.id = r.id AND d.status IN ('claimed', 'unknown')
), verdict AS (
    SELECT r.*, CASE
        WHEN r.outcome = 'accepted' THEN 'handed_over'
        WHEN r.outcome = 'unsayable' THEN 'held_back'
        WHEN r.outcome = 'uncertain' THEN 'unknown'
        WHEN r.outcome = 'retry' AND r.attempts < %(max_attempts)s::int THEN 'planned'
        ELSE 'failed' END AS status,
        %(now)s::timestamptz + make_interval(secs => greatest(r.wait,
            30 * 4 ^ (r.attempts - 1) * (1 + mod(r.id * 7919, 1000) / 2000.0))) AS retry_at
    FROM result r
), decided AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT v.customer_id, v.id,
        CASE v.status WHEN 'handed_over' THEN 'sent' WHEN 'planned' THEN 'delayed' ELSE v.status END,
        v.reason, coalesce(v.gate, '{}') || jsonb_strip_nulls(jsonb_build_object(
            'attempt', v.attempts, 'locale', nullif(v.locale, ''))), %(now)s::timestamptz
    FROM verdict v
)
UPDATE campaigns_delivery d SET
    status = v.status, reason = v.reason, provider_id = v.provider_id, locale = v.locale,
    sender_id = CASE WHEN v.status IN ('handed_over', 'unknown') THEN coalesce(v.sender_id, d.sender_id) ELSE d.sender_id END,
    due_at = CASE v.status WHEN 'planned' THEN v.retry_at ELSE d.due_at END,
    claimed_at = CASE WHEN v.status IN ('handed_over', 'unknown') THEN d.claimed_at END,
    handed_over_at = CASE v.status WHEN 'handed_over' THEN %(now)s::timestamptz END,
    finished_at = CASE WHEN v.status IN ('held_back', 'failed') THEN %(now)s::timestamptz END
FROM verdict v WHERE d.id = v.id
RETURNING d.id, d.status

-- name: settle_failed
-- Plans failed deliveries again, and those that lacked a value, at once and with all their tries, or gives
-- them up, and says so in a decision each. Changes rows; what is neither, or was given up, is left alone.
WITH settled AS (
    UPDATE campaigns_delivery d SET
        status = CASE WHEN %(is_again)s::bool THEN 'planned' ELSE d.status END,
        reason = %(reason)s::text, address = '',
        due_at = CASE WHEN %(is_again)s::bool THEN %(now)s::timestamptz ELSE d.due_at END,
        attempts = CASE WHEN %(is_again)s::bool THEN 0 ELSE d.attempts END,
        finished_at = CASE WHEN %(is_again)s::bool THEN NULL ELSE d.finished_at END
    WHERE d.key = ANY (%(keys)s::uuid[]) AND (d.status = 'failed' AND d.reason <> 'skipped'
        OR d.status = 'held_back' AND d.reason LIKE 'missing\_value%%')
    RETURNING d.id, d.customer_id, d.status
)
INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
SELECT s.customer_id, s.id, CASE WHEN %(is_again)s::bool THEN 'delayed' ELSE s.status END,
    %(reason)s::text, '{}', %(now)s::timestamptz
FROM settled s

-- name: take_back_stale
-- Claims whose worker is gone: those that never left are planned again, those that may have left
-- become unknown. Changes rows; a second call finds nothing. Leans on campaigns_delivery_claimed.
WITH stale AS (
    SELECT d.id, d.customer_id, d.gate, d.handing_over_at FROM campaigns_delivery d
    WHERE d.status = 'claimed' AND d.claimed_at < %(before)s::timestamptz
    ORDER BY d.id LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
), decided AS (
    INSERT INTO campaigns_decision (customer_id, delivery_id, outcome, reason, numbers, decided_at)
    SELECT s.customer_id, s.id, 'unknown', 'worker_lost', coalesce(s.gate, '{}'), %(now)s::timestamptz
    FROM stale s WHERE s.handing_over_at IS NOT NULL
)
UPDATE campaigns_delivery d SET
    status = CASE WHEN s.handing_over_at IS NULL THEN 'planned' ELSE 'unknown' END,
    reason = CASE WHEN s.handing_over_at IS NULL THEN '' ELSE 'worker_lost' END,
    claimed_at = CASE WHEN s.handing_over_at IS NOT NULL THEN d.claimed_at END
FROM stale s WHERE d.id = s.id
RETURNING d.id, d.status

-- name: list_unknown
-- Deliveries that may have left, claimed before an instant, a page by id. Changes nothing. Leans on
-- campaigns_delivery_unknown, which holds only these.
SELECT d.id, d.key, d.channel, d.sender_id FROM campaigns_delivery d
WHERE d.status = 'unknown' AND d.id > %(after)s::bigint AND d.claimed_at < %(before)s::timestamptz
ORDER BY d.id LIMIT %(batch)s::int
