-- name: lock_people
-- Locks people in order of their ids and returns those who are still themselves.
SELECT id FROM profiles_customer
WHERE id = ANY (%(ids)s::bigint[]) AND merged_into_id IS NULL AND erased_at IS NULL
ORDER BY id FOR UPDATE

-- name: insert_merges
-- Records merges with both sides as they were before.
INSERT INTO profiles_merge (winner_id, loser_id, kind, reason, actor, winner_before, loser_before,
                            merged_at, undone_by)
SELECT w.id, l.id, %(kind)s::text, %(reason)s::text, %(actor)s::text,
    jsonb_build_object('traits', w.traits, 'trait_stamps', w.trait_stamps,
        'first_seen_at', w.first_seen_at, 'last_seen_at', w.last_seen_at,
        'time_zone', w.time_zone, 'locale', w.locale),
    jsonb_build_object('identity_ids', coalesce(
        (SELECT jsonb_agg(i.id ORDER BY i.id) FROM profiles_identity i WHERE i.customer_id = l.id), '[]'),
        'merged_ids', coalesce(
        (SELECT jsonb_agg(m.id ORDER BY m.id) FROM profiles_customer m WHERE m.merged_into_id = l.id), '[]')),
    %(now)s::timestamptz, ''
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
JOIN profiles_customer w ON w.id = p.winner_id
JOIN profiles_customer l ON l.id = p.loser_id
RETURNING id, winner_id, loser_id

-- name: list_traits
-- Lists the traits of people with their times, removed ones included, as rows for `apply_traits`.
SELECT p.winner_id AS customer_id, s.key AS name, coalesce(c.traits -> s.key, 'null') AS value,
    (s.value ->> 0)::bigint AS at, (s.value ->> 1)::int AS source_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
JOIN profiles_customer c ON c.id = p.loser_id
CROSS JOIN LATERAL jsonb_each(c.trait_stamps) AS s (key, value)

-- name: widen_winners
-- Lets winners have been seen as early and as late as their losers.
UPDATE profiles_customer w SET
    first_seen_at = least(w.first_seen_at, l.first_at),
    last_seen_at = greatest(w.last_seen_at, l.last_at),
    time_zone = coalesce(w.time_zone, l.time_zone), locale = coalesce(w.locale, l.locale)
FROM (
    SELECT p.winner_id, min(c.first_seen_at) AS first_at, max(c.last_seen_at) AS last_at,
        max(c.time_zone) AS time_zone, max(c.locale) AS locale
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
    JOIN profiles_customer c ON c.id = p.loser_id GROUP BY p.winner_id
) l WHERE w.id = l.winner_id

-- name: move_identities
-- Gives the identifiers of losers to their winners.
UPDATE profiles_identity i SET customer_id = p.winner_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
WHERE i.customer_id = p.loser_id

-- name: retire_losers
-- Points losers, and everybody merged into them before, directly at the winner.
UPDATE profiles_customer c SET merged_into_id = p.winner_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
WHERE c.id = p.loser_id OR c.merged_into_id = p.loser_id

-- name: lock_merge
-- Locks a merge in force with both people and returns winner, loser, whether the winner is still
-- themselves.
SELECT m.winner_id, m.loser_id, w.merged_into_id IS NULL AND w.erased_at IS NULL AS is_whole
FROM profiles_merge m
JOIN profiles_customer w ON w.id = m.winner_id
JOIN profiles_customer l ON l.id = m.loser_id
WHERE m.id = %(merge_id)s::bigint AND m.undone_at IS NULL
FOR UPDATE

-- name: revive_loser
-- Makes a loser a person again, and with it those it had taken over itself.
UPDATE profiles_customer c SET merged_into_id = CASE WHEN c.id = m.loser_id THEN NULL ELSE m.loser_id END
FROM profiles_merge m
WHERE m.id = %(merge_id)s::bigint
  AND (c.id = m.loser_id OR m.loser_before -> 'merged_ids' @> to_jsonb(c.id))

-- name: return_identities
-- Gives a loser back the identifiers it had, except those that have moved on to somebody else.
UPDATE profiles_identity i SET customer_id = m.loser_id
FROM profiles_merge m
WHERE m.id = %(merge_id)s::bigint AND i.customer_id = m.winner_id
  AND m.loser_before -> 'identity_ids' @> to_jsonb(i.id)

-- name: restore_winner
-- Gives the winner the traits and times from before its first merge ever, which no other person
-- has touched, and enters the difference into the history; what it was told since, and what those
-- gave who are still merged, is applied again.
WITH first_merge AS (
    SELECT o.winner_id, o.winner_before, w.traits FROM profiles_merge m
    JOIN profiles_merge o ON o.winner_id = m.winner_id JOIN profiles_customer w ON w.id = o.winner_id
    WHERE m.id = %(merge_id)s::bigint ORDER BY o.id LIMIT 1
), entered AS (
    INSERT INTO profiles_trait_entry
        (customer_id, recorded_for, traits, prevailed, source_id, cause, at, recorded_at)
    SELECT f.winner_id, f.winner_id, d.traits, true, 0, 'parted', %(now)s::timestamptz, %(now)s::timestamptz
    FROM first_merge f CROSS JOIN LATERAL (
        SELECT jsonb_object_agg(k, coalesce(f.winner_before -> 'traits' -> k, 'null')) AS traits
        FROM jsonb_object_keys(f.traits || (f.winner_before -> 'traits')) AS k
        WHERE f.traits -> k IS DISTINCT FROM f.winner_before -> 'traits' -> k) d
    WHERE d.traits IS NOT NULL
)
UPDATE profiles_customer w SET
    traits = f.winner_before -> 'traits', trait_stamps = f.winner_before -> 'trait_stamps',
    first_seen_at = (f.winner_before ->> 'first_seen_at')::timestamptz,
    last_seen_at = (f.winner_before ->> 'last_seen_at')::timestamptz,
    time_zone = f.winner_before ->> 'time_zone', locale = f.winner_before ->> 'locale'
FROM first_merge f WHERE w.id = f.winner_id

-- name: return_entries
-- Gives a former loser what its own sources said about its traits since the merge. Its touchpoints
-- must be back already. Safe to run twice.
UPDATE profiles_trait_entry e SET customer_id = m.loser_id
FROM profiles_merge m
WHERE m.id = %(merge_id)s::bigint AND e.customer_id = m.winner_id AND e.cause = 'told'
  AND e.recorded_at >= m.merged_at AND EXISTS (
    SELECT FROM profiles_touchpoint t
    WHERE t.customer_id = m.loser_id AND t.type = 2 AND t.occurred_at = e.at AND t.source_id = e.source_id
      AND t.properties @> jsonb_strip_nulls(e.traits))

-- name: list_other_losers
-- Lists who else was merged into the winner of a merge and still is.
SELECT m.winner_id, o.loser_id FROM profiles_merge m
JOIN profiles_merge o ON o.winner_id = m.winner_id AND o.id <> m.id AND o.undone_at IS NULL
WHERE m.id = %(merge_id)s::bigint

-- name: list_later_traits
-- Lists the traits that the loser was told since the merge, and the winner since its first merge,
-- as rows for `apply_traits`.
SELECT t.customer_id, p.key AS name, p.value,
    (extract(epoch FROM t.occurred_at) * 1000000)::bigint AS at, t.source_id
FROM profiles_merge m
CROSS JOIN LATERAL (SELECT min(o.merged_at) AS at FROM profiles_merge o WHERE o.winner_id = m.winner_id) f
JOIN profiles_touchpoint t ON t.customer_id IN (m.winner_id, m.loser_id) AND t.type = 2
    AND t.received_at >= CASE WHEN t.customer_id = m.loser_id THEN m.merged_at ELSE f.at END
CROSS JOIN LATERAL jsonb_each(t.properties) AS p (key, value)
WHERE m.id = %(merge_id)s::bigint

-- name: widen_by_touchpoints
-- Lets both sides of a merge have been seen as early and as late as their touchpoints since; what
-- staff and journeys set is no sign of the person.
UPDATE profiles_customer c SET
    first_seen_at = least(c.first_seen_at, s.first_at), last_seen_at = greatest(c.last_seen_at, s.last_at)
FROM (
    SELECT t.customer_id, min(t.occurred_at) AS first_at, max(t.occurred_at) AS last_at
    FROM profiles_merge m
    CROSS JOIN LATERAL (SELECT min(o.merged_at) AS at FROM profiles_merge o WHERE o.winner_id = m.winner_id) f
    JOIN profiles_touchpoint t ON t.customer_id IN (m.winner_id, m.loser_id) AND t.type < 7
        AND t.source_id <> ALL (ARRAY(SELECT o.id FROM profiles_source o WHERE o.kind = 'staff'))
        AND t.received_at >= CASE WHEN t.customer_id = m.loser_id THEN m.merged_at ELSE f.at END
    WHERE m.id = %(merge_id)s::bigint GROUP BY t.customer_id
) s WHERE c.id = s.customer_id

-- name: close_merge
-- Notes that a merge was undone, and by whom.
UPDATE profiles_merge SET undone_at = %(now)s::timestamptz, undone_by = %(actor)s::text
WHERE id = %(merge_id)s::bigint
