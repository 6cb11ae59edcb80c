-- name: add_people
-- Adds people to a static list: logs who entered and makes them due at once in the segments that
-- refer to the list. Merged people count as who took over, the erased are left out. The marked line
-- is replaced by a query of people. Safe to run twice. Returns how many were asked for and added.
WITH asked AS MATERIALIZED (
    SELECT 0::bigint AS customer_id -- people
), wanted AS MATERIALIZED (
    SELECT DISTINCT coalesce(w.id, c.id) AS customer_id
    FROM asked a JOIN profiles_customer c ON c.id = a.customer_id
    LEFT JOIN profiles_customer w ON w.id = c.merged_into_id
    WHERE coalesce(w.erased_at, c.erased_at) IS NULL
), came AS (
    INSERT INTO profiles_segment_member (segment_id, customer_id, since)
    SELECT %(segment_id)s::bigint, customer_id, %(now)s::timestamptz FROM wanted
    ON CONFLICT DO NOTHING RETURNING customer_id
), counted AS (
    UPDATE profiles_segment SET member_count = member_count + (SELECT count(*) FROM came)
    WHERE id = %(segment_id)s::bigint
), logged AS (
    INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                         cause_kind, may_start_journeys)
    SELECT s.id, s.live_version_id, came.customer_id, true, %(now)s::timestamptz, 'list',
           %(may_start)s::boolean
    FROM came JOIN profiles_segment s ON s.id = %(segment_id)s::bigint
    ORDER BY came.customer_id
), told AS (
    INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause, may_start_journeys)
    SELECT d.id, came.customer_id, %(now)s::timestamptz, 'segment', %(may_start)s::boolean
    FROM came JOIN profiles_segment s ON s.id = %(segment_id)s::bigint
    JOIN profiles_segment_mention m ON m.kind = 'segment' AND m.name = s.key::text
    JOIN profiles_segment d ON d.id = m.segment_id AND d.status = 'live'
    ORDER BY 1, 2
    ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at,
        cause = excluded.cause, may_start_journeys = excluded.may_start_journeys
        WHERE profiles_segment_due.due_at > excluded.due_at
)
SELECT (SELECT count(*) FROM wanted) AS asked, (SELECT count(*) FROM came) AS changed

-- name: remove_people
-- Takes people off a static list: logs who left and makes them due at once in the segments that
-- refer to the list. Safe to run twice. Returns how many left.
WITH gone AS (
    DELETE FROM profiles_segment_member
    WHERE segment_id = %(segment_id)s::bigint
      AND customer_id = ANY (%(customer_ids)s::bigint[]) RETURNING customer_id
), counted AS (
    UPDATE profiles_segment SET member_count = member_count - (SELECT count(*) FROM gone)
    WHERE id = %(segment_id)s::bigint
), logged AS (
    INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                         cause_kind, may_start_journeys)
    SELECT s.id, s.live_version_id, gone.customer_id, false, %(now)s::timestamptz, 'list', false
    FROM gone JOIN profiles_segment s ON s.id = %(segment_id)s::bigint
    ORDER BY gone.customer_id
), told AS (
    INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
    SELECT d.id, gone.customer_id, %(now)s::timestamptz, 'segment'
    FROM gone JOIN profiles_segment s ON s.id = %(segment_id)s::bigint
    JOIN profiles_segment_mention m ON m.kind = 'segment' AND m.name = s.key::text
    JOIN profiles_segment d ON d.id = m.segment_id AND d.status = 'live'
    ORDER BY 1, 2
    ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at,
        cause = excluded.cause WHERE profiles_segment_due.due_at > excluded.due_at
)
SELECT count(*) FROM gone

-- name: find_listed
-- Tells whether any of some people is on a static list. Leans on the index of customers.
SELECT EXISTS (
    SELECT 1 FROM profiles_segment_member m
    JOIN profiles_segment s ON s.id = m.segment_id AND s.kind = 'list'
    WHERE m.customer_id = ANY (%(customer_ids)s::bigint[]))

-- name: merge_listed
-- Gives the places of losers on static lists to their winners; the log keeps under which merge, so
-- that it can be undone. Safe to run twice.
WITH pair AS MATERIALIZED (
    SELECT merge_id, winner_id, loser_id FROM unnest(
        %(merge_ids)s::bigint[], %(winner_ids)s::bigint[], %(loser_ids)s::bigint[]
    ) AS p (merge_id, winner_id, loser_id)
), gone AS (
    DELETE FROM profiles_segment_member m USING pair, profiles_segment s
    WHERE m.customer_id = pair.loser_id AND s.id = m.segment_id AND s.kind = 'list'
    RETURNING m.segment_id, m.customer_id, m.since, pair.winner_id, pair.merge_id
), came AS (
    INSERT INTO profiles_segment_member (segment_id, customer_id, since)
    SELECT segment_id, winner_id, min(since) FROM gone GROUP BY segment_id, winner_id
    ON CONFLICT DO NOTHING RETURNING segment_id, customer_id
), moved AS (
    SELECT segment_id, customer_id, false AS entered, merge_id FROM gone
    UNION ALL
    SELECT c.segment_id, c.customer_id, true, min(g.merge_id) FROM came c
    JOIN gone g ON g.segment_id = c.segment_id AND g.winner_id = c.customer_id
    GROUP BY c.segment_id, c.customer_id
), counted AS (
    UPDATE profiles_segment s SET member_count = s.member_count + n.net
    FROM (SELECT segment_id, sum(CASE WHEN entered THEN 1 ELSE -1 END) AS net FROM moved
          GROUP BY segment_id) n WHERE s.id = n.segment_id
)
INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                     cause_kind, cause_id, may_start_journeys)
SELECT s.id, s.live_version_id, moved.customer_id, moved.entered, %(now)s::timestamptz, 'merge',
       moved.merge_id, false
FROM moved JOIN profiles_segment s ON s.id = moved.segment_id ORDER BY 1, 3

-- name: part_listed
-- Undoes what merges did to static lists: losers get their places back, and winners who had theirs
-- by the merge alone give them up. Safe to run twice.
WITH pair AS MATERIALIZED (
    SELECT merge_id, winner_id, loser_id FROM unnest(
        %(merge_ids)s::bigint[], %(winner_ids)s::bigint[], %(loser_ids)s::bigint[]
    ) AS p (merge_id, winner_id, loser_id)
), told AS MATERIALIZED (
    SELECT ch.segment_id, ch.customer_id, ch.entered, pair.merge_id
    FROM pair JOIN profiles_segment_change ch
      ON ch.customer_id IN (pair.winner_id, pair.loser_id)
     AND ch.cause_kind = 'merge' AND ch.cause_id = pair.merge_id
    JOIN profiles_segment s ON s.id = ch.segment_id AND s.kind = 'list' AND s.status = 'live'
), gone AS (
    DELETE FROM profiles_segment_member m USING told
    WHERE told.entered AND m.segment_id = told.segment_id AND m.customer_id = told.customer_id
    RETURNING m.segment_id, m.customer_id, told.merge_id
), came AS (
    INSERT INTO profiles_segment_member (segment_id, customer_id, since)
    SELECT DISTINCT segment_id, customer_id, %(now)s::timestamptz FROM told WHERE NOT entered
    ON CONFLICT DO NOTHING RETURNING segment_id, customer_id
), moved AS (
    SELECT segment_id, customer_id, false AS entered FROM gone
    UNION ALL SELECT segment_id, customer_id, true FROM came
), counted AS (
    UPDATE profiles_segment s SET member_count = s.member_count + n.net
    FROM (SELECT segment_id, sum(CASE WHEN entered THEN 1 ELSE -1 END) AS net FROM moved
          GROUP BY segment_id) n WHERE s.id = n.segment_id
)
INSERT INTO profiles_segment_change (segment_id, version_id, customer_id, entered, at,
                                     cause_kind, may_start_journeys)
SELECT s.id, s.live_version_id, moved.customer_id, moved.entered, %(now)s::timestamptz, 'merge',
       false
FROM moved JOIN profiles_segment s ON s.id = moved.segment_id ORDER BY 1, 3
