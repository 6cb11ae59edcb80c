-- name: find_duplicates
-- Finds pairs of people who may be the same and what speaks for it; a value shared by more people
-- than `most` says nothing about any two. Reads all people and addresses once. Changes rows, safe to
-- run twice: what staff dismissed stays so, an open pair without evidence goes. Returns open pairs.
WITH person AS MATERIALIZED (
    SELECT c.id, lower(btrim(c.traits ->> 'email')) AS email,
        regexp_replace(c.traits ->> 'phone', '[^0-9+]', '', 'g') AS phone,
        lower(btrim(coalesce(c.traits ->> 'name', concat_ws(' ', coalesce(c.traits ->> 'firstName', c.traits ->> 'first_name'),
            coalesce(c.traits ->> 'lastName', c.traits ->> 'last_name'))))) AS name,
        lower(replace(coalesce(c.traits ->> 'zip', c.traits ->> 'postal_code', c.traits ->> 'postalCode',
            c.traits -> 'address' ->> 'postalCode', c.traits -> 'address' ->> 'zip'), ' ', '')) AS zip
    FROM profiles_customer c WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL
), said AS (
    SELECT 'email' AS kind, p.id, p.email AS value FROM person p WHERE p.email LIKE '%%@%%'
    UNION SELECT 'email', i.customer_id, i.value FROM profiles_identity i WHERE i.kind = 'email'
    UNION SELECT 'email_alike', p.id, profiles_email_base(p.email) FROM person p WHERE p.email LIKE '%%@%%'
    UNION SELECT 'email_alike', i.customer_id, profiles_email_base(i.value) FROM profiles_identity i WHERE i.kind = 'email'
    UNION SELECT 'phone', p.id, p.phone FROM person p WHERE length(p.phone) > 6
    UNION SELECT 'phone', i.customer_id, i.value FROM profiles_identity i WHERE i.kind = 'phone'
    UNION SELECT 'name_zip', p.id, p.name || '|' || p.zip FROM person p WHERE p.name LIKE '%% %%' AND p.zip <> ''
    UNION SELECT 'device', d.from_customer_id, d.id::text FROM profiles_device_move d
    UNION SELECT 'device', d.to_customer_id, d.id::text FROM profiles_device_move d
), alike AS (
    SELECT kind, value FROM said GROUP BY kind, value HAVING count(*) BETWEEN 2 AND %(most)s::int
), pair AS (
    SELECT DISTINCT a.kind, a.id AS one_id, b.id AS other_id
    FROM alike v JOIN said a USING (kind, value) JOIN said b USING (kind, value) WHERE a.id < b.id
), telling AS (
    -- “IS TRUE” keeps these looks hashed: the planner takes a pair for the only one and would loop.
    SELECT p.* FROM pair p
    WHERE (p.one_id IN (SELECT a.id FROM person a)) IS TRUE AND (p.other_id IN (SELECT b.id FROM person b)) IS TRUE
        AND (p.kind <> 'email_alike' OR (p.one_id, p.other_id) NOT IN (
            SELECT s.one_id, s.other_id FROM pair s WHERE s.kind = 'email'))
), found AS (
    SELECT one_id, other_id, jsonb_agg(kind ORDER BY kind) AS evidence,
        least(99, sum(CASE kind WHEN 'email' THEN 70 WHEN 'email_alike' THEN 50 WHEN 'phone' THEN 60
                                WHEN 'name_zip' THEN 40 ELSE 25 END))::smallint AS score
    FROM telling GROUP BY one_id, other_id
), stale AS (
    DELETE FROM profiles_duplicate d
    WHERE d.state = 'open' AND (d.one_id, d.other_id) NOT IN (SELECT f.one_id, f.other_id FROM found f)
), stored AS (
    INSERT INTO profiles_duplicate AS d (one_id, other_id, evidence, score, found_at)
    SELECT one_id, other_id, evidence, score, %(now)s::timestamptz FROM found ORDER BY one_id, other_id
    ON CONFLICT (one_id, other_id) DO UPDATE SET evidence = excluded.evidence, score = excluded.score
        WHERE d.state = 'open' AND d.evidence <> excluded.evidence
)
SELECT count(*)::int FROM found

-- name: suggest_blocked
-- Suggests to block addresses that many people say are theirs and devices that went round among many.
-- Reads all people and device moves once. Safe to run twice; decisions stay.
WITH said AS (
    SELECT 'email' AS kind, lower(btrim(c.traits ->> 'email')) AS value, c.id FROM profiles_customer c
    WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL AND c.traits ->> 'email' LIKE '%%@%%'
    UNION SELECT 'phone', regexp_replace(c.traits ->> 'phone', '[^0-9+]', '', 'g'), c.id FROM profiles_customer c
    WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL AND length(c.traits ->> 'phone') > 6
    UNION SELECT kind, value, from_customer_id FROM profiles_device_move
    UNION SELECT kind, value, to_customer_id FROM profiles_device_move
), shared AS (
    SELECT kind, value, count(*)::int AS people FROM said WHERE length(value) BETWEEN 1 AND 255
    GROUP BY kind, value HAVING count(*) > %(most)s::int
)
INSERT INTO profiles_blocked_value AS b (kind, value, state, people, found_at)
SELECT kind, value, 'suggested', people, %(now)s::timestamptz FROM shared ORDER BY kind, value
ON CONFLICT (kind, value) DO UPDATE SET people = excluded.people WHERE b.state = 'suggested'

-- name: list_open
-- Lists open pairs behind a position, the likeliest first. Leans on profiles_duplicate_open.
SELECT d.id, d.one_id, d.other_id, d.evidence, d.score, d.found_at FROM profiles_duplicate d
JOIN profiles_customer a ON a.id = d.one_id AND a.merged_into_id IS NULL AND a.erased_at IS NULL
JOIN profiles_customer b ON b.id = d.other_id AND b.merged_into_id IS NULL AND b.erased_at IS NULL
WHERE d.state = 'open'
  AND (%(score)s::int IS NULL OR (-d.score, d.id) > (-%(score)s::int, %(id)s::bigint))
ORDER BY d.score DESC, d.id LIMIT %(limit)s::int

-- name: erase_pairs
-- Deletes the pairs, device moves and holds of people. Safe to run twice.
WITH moves AS (
    DELETE FROM profiles_device_move
    WHERE from_customer_id = ANY (%(ids)s::bigint[]) OR to_customer_id = ANY (%(ids)s::bigint[])
), holds AS (
    DELETE FROM profiles_stitch_hold WHERE customer_id = ANY (%(ids)s::bigint[])
), suggestions AS (
    DELETE FROM profiles_blocked_value b USING profiles_identity i
    WHERE i.customer_id = ANY (%(ids)s::bigint[]) AND b.kind = i.kind AND b.value = i.value AND b.state <> 'blocked'
)
DELETE FROM profiles_duplicate WHERE one_id = ANY (%(ids)s::bigint[]) OR other_id = ANY (%(ids)s::bigint[])

-- name: hold_gatherers
-- Holds people to whom more was joined since `since` than people gather by themselves: merges by
-- events, or identifiers first seen. Whoever was released since is left alone. Leans on
-- profiles_merge_recent and reads the newest identifiers only. Safe to run twice. Returns who is held.
WITH recent AS (
    SELECT winner_id AS customer_id, count(*)::int AS merges, 0 AS identifiers FROM profiles_merge
    WHERE merged_at >= %(since)s::timestamptz AND kind = 'stitched' AND undone_at IS NULL GROUP BY winner_id
    UNION ALL
    SELECT customer_id, 0, count(*)::int FROM (
        SELECT customer_id, first_seen_at FROM profiles_identity ORDER BY id DESC LIMIT %(newest)s::int) n
    WHERE n.first_seen_at >= %(since)s::timestamptz GROUP BY customer_id
), gathered AS (
    SELECT coalesce(c.merged_into_id, c.id) AS customer_id, sum(r.merges)::int AS merges,
        sum(r.identifiers)::int AS identifiers
    FROM recent r JOIN profiles_customer c ON c.id = r.customer_id AND c.erased_at IS NULL
    GROUP BY coalesce(c.merged_into_id, c.id)
)
INSERT INTO profiles_stitch_hold (customer_id, merges, identifiers, held_at)
SELECT g.customer_id, g.merges, g.identifiers, %(now)s::timestamptz FROM gathered g
WHERE (g.merges >= %(merges)s::int OR g.identifiers >= %(identifiers)s::int)
  AND NOT EXISTS (SELECT FROM profiles_stitch_hold h WHERE h.customer_id = g.customer_id
                  AND (h.released_at IS NULL OR h.released_at >= %(since)s::timestamptz))
ORDER BY g.customer_id
ON CONFLICT (customer_id) WHERE released_at IS NULL DO NOTHING
RETURNING customer_id, merges, identifiers
