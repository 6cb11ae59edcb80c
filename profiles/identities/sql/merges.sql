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
