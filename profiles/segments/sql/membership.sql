-- name: lock_lane
-- Waits until nobody else changes memberships, and keeps others out to the end of the transaction.
-- The lane is the cursor row of the subscriber, so that changes of one person get into the log in
-- the order in which they happened.
SELECT 1 FROM kernel_cursor WHERE name = 'profiles.segment_refresh' FOR UPDATE

-- name: apply_verdicts
-- Brings membership, due times and the change log in line with the verdicts on the picked people.
-- Who is held back stays out, until a verdict says that they do not match any more. The compiled rule
-- takes the place of the line marked “rule”. Safe to run twice. Deletes go by an array, so that the
-- plan stays right while the statistics of a young table are wrong.
WITH picked AS MATERIALIZED (
    SELECT customer_id, cause_kind, cause_id, may_start_journeys FROM unnest(
        %(customer_ids)s::bigint[], %(cause_kinds)s::text[], %(cause_ids)s::bigint[],
        %(may_start)s::boolean[]
    ) AS k (customer_id, cause_kind, cause_id, may_start_journeys)
), verdict AS MATERIALIZED (
    SELECT 0::bigint AS customer_id, false AS matches, NULL::timestamptz AS changes_at -- rule
), held AS MATERIALIZED (
    SELECT h.customer_id FROM profiles_segment_held h JOIN verdict v USING (customer_id)
    WHERE %(holds_back)s::boolean AND h.segment_id = %(segment_id)s::bigint AND v.matches
), released AS (
    DELETE FROM profiles_segment_held h
    WHERE %(holds_back)s::boolean AND h.segment_id = %(segment_id)s::bigint
      AND h.customer_id = ANY (ARRAY(SELECT v.customer_id FROM verdict v WHERE NOT v.matches))
      AND NOT EXISTS (SELECT FROM profiles_customer c
                      WHERE c.id = h.customer_id AND c.merged_into_id IS NOT NULL)
), gone AS (
    DELETE FROM profiles_segment_member m
    WHERE m.segment_id = %(segment_id)s::bigint AND m.customer_id = ANY (ARRAY(
        SELECT v.customer_id FROM verdict v WHERE NOT v.matches UNION ALL SELECT * FROM held))
    RETURNING m.customer_id
), came AS (
    INSERT INTO profiles_segment_member (segment_id, customer_id, since)
    SELECT %(segment_id)s::bigint, v.customer_id, %(now)s::timestamptz FROM verdict v
    WHERE v.matches AND v.customer_id NOT IN (SELECT * FROM held)
    ON CONFLICT DO NOTHING RETURNING customer_id
), settled AS (
    DELETE FROM profiles_segment_due d
    WHERE d.segment_id = %(segment_id)s::bigint AND d.customer_id = ANY (ARRAY(
        SELECT v.customer_id FROM verdict v WHERE v.changes_at IS NULL))
), planned AS (
    INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
    SELECT %(segment_id)s::bigint, v.customer_id, v.changes_at, 'timer' FROM verdict v
    WHERE v.changes_at IS NOT NULL
    ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = 'timer',
        may_start_journeys = true WHERE profiles_segment_due.due_at <> excluded.due_at
), counted AS (
    UPDATE profiles_segment SET member_count = member_count
        + (SELECT count(*) FROM came) - (SELECT count(*) FROM gone)
    WHERE id = %(segment_id)s::bigint
      AND (EXISTS (SELECT 1 FROM came) OR EXISTS (SELECT 1 FROM gone))
), moved AS (
    SELECT customer_id, true AS entered FROM came
    UNION ALL SELECT customer_id, false FROM gone
)
INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                     cause_kind, cause_id, may_start_journeys)
SELECT %(segment_id)s::bigint, %(version_id)s::bigint, m.customer_id, m.entered,
       %(now)s::timestamptz, k.cause_kind, k.cause_id, k.may_start_journeys
FROM moved m JOIN picked k USING (customer_id)
ORDER BY m.customer_id
RETURNING customer_id, entered

-- name: rebuild_members
-- Replaces everybody who is in and every due time by the verdicts on all people, in one statement;
-- whoever stays keeps the day they entered, whoever is held back and still matches stays out. The compiled rule takes the place of the marked line.
-- Safe to run twice. NOT IN is hashed whatever the statistics of a young table say.
WITH verdict AS MATERIALIZED (
    SELECT 0::bigint AS customer_id, false AS matches, NULL::timestamptz AS changes_at -- rule
), held AS MATERIALIZED (
    SELECT h.customer_id FROM profiles_segment_held h JOIN verdict v USING (customer_id)
    WHERE %(holds_back)s::boolean AND h.segment_id = %(segment_id)s::bigint AND v.matches
), released AS (
    DELETE FROM profiles_segment_held h
    WHERE %(holds_back)s::boolean AND h.segment_id = %(segment_id)s::bigint
      AND h.customer_id NOT IN (SELECT * FROM held)
      AND NOT EXISTS (SELECT FROM profiles_customer c
                      WHERE c.id = h.customer_id AND c.merged_into_id IS NOT NULL)
), inside AS MATERIALIZED (
    SELECT v.customer_id FROM verdict v
    WHERE v.matches AND v.customer_id NOT IN (SELECT * FROM held)
), gone AS (
    DELETE FROM profiles_segment_member m
    WHERE m.segment_id = %(segment_id)s::bigint
      AND m.customer_id NOT IN (SELECT i.customer_id FROM inside i)
    RETURNING m.customer_id
), came AS (
    INSERT INTO profiles_segment_member (segment_id, customer_id, since)
    SELECT %(segment_id)s::bigint, i.customer_id, %(now)s::timestamptz FROM inside i
    WHERE NOT EXISTS (
        SELECT 1 FROM profiles_segment_member m
        WHERE m.segment_id = %(segment_id)s::bigint AND m.customer_id = i.customer_id)
    RETURNING customer_id
), settled AS (
    DELETE FROM profiles_segment_due d
    WHERE d.segment_id = %(segment_id)s::bigint AND d.customer_id NOT IN (
        SELECT v.customer_id FROM verdict v WHERE v.changes_at IS NOT NULL)
), planned AS (
    INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
    SELECT %(segment_id)s::bigint, v.customer_id, v.changes_at, 'timer' FROM verdict v
    WHERE v.changes_at IS NOT NULL
    ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = 'timer',
        may_start_journeys = true WHERE profiles_segment_due.due_at <> excluded.due_at
), counted AS (
    UPDATE profiles_segment SET member_count = (SELECT count(*) FROM inside)
    WHERE id = %(segment_id)s::bigint
), moved AS (
    SELECT customer_id, true AS entered FROM came
    UNION ALL SELECT customer_id, false FROM gone
), logged AS (
    INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                         cause_kind, may_start_journeys)
    SELECT %(segment_id)s::bigint, %(version_id)s::bigint, customer_id, entered,
           %(now)s::timestamptz, %(cause_kind)s::text, %(may_start)s::boolean FROM moved
    ORDER BY customer_id
)
SELECT (SELECT count(*) FROM inside) AS members,
       (SELECT count(*) FROM came) AS entered, (SELECT count(*) FROM gone) AS "left"

-- name: empty_segment
-- Lets everybody leave a segment, drops its due times and whom it holds back. Safe to run twice.
WITH gone AS (
    DELETE FROM profiles_segment_member WHERE segment_id = %(segment_id)s::bigint
    RETURNING customer_id
), settled AS (
    DELETE FROM profiles_segment_due WHERE segment_id = %(segment_id)s::bigint
), released AS (
    DELETE FROM profiles_segment_held WHERE segment_id = %(segment_id)s::bigint
)
INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                     cause_kind, may_start_journeys)
SELECT s.id, s.live_version_id, g.customer_id, false, %(now)s::timestamptz, 'archive', false
FROM gone g JOIN profiles_segment s ON s.id = %(segment_id)s::bigint
ORDER BY g.customer_id
