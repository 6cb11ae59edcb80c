-- name: plan_calls
-- Plans one call for each visit. Changes rows; a visit that has one gets no second.
INSERT INTO campaigns_call (enrollment_id, step_no, version_id, node, due_at)
SELECT v.enrollment_id, v.step_no, %(version_id)s::bigint, %(node)s::smallint, %(now)s::timestamptz
FROM unnest(%(ids)s::bigint[], %(step_nos)s::int[]) AS v (enrollment_id, step_no)
ON CONFLICT (enrollment_id, step_no) DO NOTHING

-- name: claim_calls
-- Takes calls that are due, or whose worker is gone, and puts them off, so that a lost worker's call is
-- tried again. What was left or ended meanwhile is not called, unless staff asked for it after it failed. Changes rows. Leans on campaigns_call_due.
WITH due AS MATERIALIZED (
    SELECT k.id FROM campaigns_call k
    WHERE k.status = 'planned' AND k.due_at <= %(now)s::timestamptz
    ORDER BY k.due_at, k.id LIMIT %(batch)s::int FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE campaigns_call k SET attempts = k.attempts + 1, claimed_at = %(now)s::timestamptz,
        due_at = %(now)s::timestamptz + %(lease)s::interval
    FROM due WHERE k.id = due.id
    RETURNING k.id, k.key, k.enrollment_id, k.step_no, k.version_id, k.node, k.attempts, k.finished_at
)
SELECT t.id, t.key, t.enrollment_id, t.step_no, t.attempts, n.name AS node, n.params, c.key AS customer_key, c.traits,
    coalesce(e.ctx, '{}') AS ctx, j.key AS journey_key,
    t.finished_at IS NOT NULL OR e.state = 'active' AND e.step_no = t.step_no AS is_wanted
FROM taken t
JOIN campaigns_enrollment e ON e.id = t.enrollment_id
JOIN campaigns_journey j ON j.id = e.journey_id
JOIN campaigns_journey_node n ON n.version_id = t.version_id AND n.node = t.node
JOIN profiles_customer c ON c.id = e.customer_id
ORDER BY t.id

-- name: put_off_call
-- Notes a try that may mend and when the next follows. Changes a row.
UPDATE campaigns_call SET due_at = %(due_at)s::timestamptz, error = %(error)s::text, answer_status = %(answer_status)s::smallint
WHERE id = %(id)s::bigint AND status = 'planned'

-- name: finish_call
-- Writes the end of a call, keeps the answer on the enrollment, and takes its timer: whoever takes it
-- moves the person. Changes rows; a second call finds the call finished and returns nothing.
WITH finished AS (
    UPDATE campaigns_call k SET status = %(status)s::text, answer_status = %(answer_status)s::smallint,
        answer = %(answer)s::jsonb, error = %(error)s::text, finished_at = %(now)s::timestamptz
    WHERE k.id = %(id)s::bigint AND k.status = 'planned'
    RETURNING k.enrollment_id, k.step_no, k.status, k.answer
), taken AS (
    DELETE FROM campaigns_timer t USING finished f
    WHERE t.enrollment_id = f.enrollment_id AND t.step_no = f.step_no
    RETURNING t.enrollment_id, t.step_no, f.status, f.answer
), kept AS (
    UPDATE campaigns_enrollment e SET ctx = jsonb_set(coalesce(e.ctx, '{}'), '{answers}',
        coalesce(e.ctx -> 'answers', '{}') || jsonb_build_object(%(node)s::text, t.answer))
    FROM taken t WHERE e.id = t.enrollment_id AND t.answer IS NOT NULL
)
SELECT t.enrollment_id, t.step_no, CASE t.status WHEN 'answered' THEN 1 ELSE 2 END AS outlet, 'call_' || t.status AS reason
FROM taken t
