-- name: count_errors
-- What failed in the versions of a journey, by step and reason: messages, also those that lacked a value, and
-- calls, also those still tried again; `inside` counts people still on their way, `stuck` those who stand at the
-- step because of it. Changes nothing. Leans on campaigns_delivery_error and campaigns_call_error.
SELECT f.kind, v.number AS version, n.name AS step, f.reason, count(*) AS times, count(DISTINCT e.customer_id) AS people,
    count(DISTINCT e.id) FILTER (WHERE e.state = 'active') AS inside,
    count(DISTINCT e.id) FILTER (WHERE e.state = 'active' AND f.is_tried AND e.step_no = f.step_no) AS stuck,
    max(f.at) AS last_at
FROM campaigns_journey_version v
CROSS JOIN LATERAL (
    SELECT 'message' AS kind, d.node, d.reason, d.enrollment_id, d.step_no, false AS is_tried, d.finished_at AS at
    FROM campaigns_delivery d
    WHERE d.journey_version_id = v.id AND (d.status = 'failed' AND d.reason <> 'skipped' OR d.status = 'held_back' AND d.reason LIKE 'missing\_value%%')
    UNION ALL
    SELECT 'call', k.node, k.error, k.enrollment_id, k.step_no, k.status = 'planned', coalesce(k.finished_at, k.claimed_at)
    FROM campaigns_call k
    WHERE k.version_id = v.id AND NOT (k.error = '') AND k.status IN ('planned', 'failed')
) f
JOIN campaigns_journey_node n ON n.version_id = v.id AND n.node = f.node
JOIN campaigns_enrollment e ON e.id = f.enrollment_id
WHERE v.journey_id = %(journey_id)s::bigint
GROUP BY f.kind, v.number, n.name, f.reason
ORDER BY max(f.at) DESC NULLS LAST, v.number DESC, n.name, f.reason
LIMIT 200

-- name: list_errors
-- One group of what failed, all or those named, the newest first, below an id. Changes nothing.
-- Leans on campaigns_delivery_error and campaigns_call_error.
WITH place AS (
    SELECT n.version_id, n.node FROM campaigns_journey_version v JOIN campaigns_journey_node n ON n.version_id = v.id
    WHERE v.journey_id = %(journey_id)s::bigint AND v.number = %(version)s::int AND n.name = %(step)s::text
)
SELECT f.id, f.key, f.enrollment_id, e.customer_id, e.state = 'active' AS is_inside, f.at
FROM (
    SELECT d.id, d.key, d.enrollment_id, d.finished_at AS at
    FROM campaigns_delivery d JOIN place p ON p.version_id = d.journey_version_id AND p.node = d.node
    WHERE %(kind)s::text = 'message' AND d.reason = %(reason)s::text
        AND (d.status = 'failed' AND d.reason <> 'skipped' OR d.status = 'held_back' AND d.reason LIKE 'missing\_value%%')
    UNION ALL
    SELECT k.id, k.key, k.enrollment_id, coalesce(k.finished_at, k.claimed_at)
    FROM campaigns_call k JOIN place p ON p.version_id = k.version_id AND p.node = k.node
    WHERE %(kind)s::text = 'call' AND k.error = %(reason)s::text AND NOT (k.error = '') AND k.status IN ('planned', 'failed')
) f
JOIN campaigns_enrollment e ON e.id = f.enrollment_id
WHERE (%(ids)s::bigint[] = '{}' OR f.id = ANY (%(ids)s::bigint[])) AND (%(before)s::bigint = 0 OR f.id < %(before)s::bigint)
ORDER BY f.id DESC LIMIT %(limit)s::int

-- name: call_again
-- Plans calls that failed, or are tried again later, to be made at once with all their tries. Changes rows;
-- a second call finds none with an error.
UPDATE campaigns_call k SET status = 'planned', attempts = 0, error = '', due_at = %(now)s::timestamptz
WHERE k.id = ANY (%(ids)s::bigint[]) AND k.status IN ('planned', 'failed') AND NOT (k.error = '')

-- name: skip_calls
-- Gives calls up. Takes the timers of who still stands there for them and returns these with the way they go
-- after an answer; `advance` must follow in the same transaction. Changes rows; a second call finds none.
WITH skipped AS (
    UPDATE campaigns_call k SET status = 'skipped', finished_at = coalesce(k.finished_at, %(now)s::timestamptz)
    FROM campaigns_call o
    WHERE o.id = k.id AND k.id = ANY (%(ids)s::bigint[]) AND k.status IN ('planned', 'failed') AND NOT (k.error = '')
    RETURNING k.enrollment_id, k.step_no, o.status AS former
), taken AS (
    DELETE FROM campaigns_timer t USING skipped s
    WHERE t.enrollment_id = s.enrollment_id AND t.step_no = s.step_no AND s.former = 'planned'
    RETURNING t.enrollment_id, t.step_no
)
SELECT k.enrollment_id, k.step_no, 1 AS outlet, 'call_skipped' AS reason FROM taken k ORDER BY k.enrollment_id
