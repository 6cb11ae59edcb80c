-- name: list_missing
-- Lists the group ids of a batch of the log that no account has yet, with their first and last call.
-- Leans on profiles_touchpoint_log.
SELECT t.properties ->> 'groupId', min(t.occurred_at), max(t.occurred_at) FROM profiles_touchpoint t
WHERE t.type = 5
  AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
  AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
  AND length(t.properties ->> 'groupId') BETWEEN 1 AND 255
  AND NOT EXISTS (SELECT FROM profiles_account a WHERE a.external_id = t.properties ->> 'groupId')
GROUP BY t.properties ->> 'groupId'

-- name: insert_accounts
-- Makes accounts, one per group id, in order of these. Safe to run twice.
INSERT INTO profiles_account (key, external_id, first_seen_at, last_seen_at)
SELECT u.key, u.external_id, u.first_at, u.last_at
FROM unnest(%(keys)s::uuid[], %(external_ids)s::text[], %(first_at)s::timestamptz[], %(last_at)s::timestamptz[])
    AS u (key, external_id, first_at, last_at)
ORDER BY u.external_id
ON CONFLICT (external_id) DO NOTHING

-- name: adopt_members
-- Makes the people of a batch of group calls members of their accounts. Runs once per batch; run
-- twice, it changes nothing more. Returns the people, each with
-- whether another account may be theirs now: a new one, or another of several.
WITH fact AS MATERIALIZED (
    SELECT t.customer_id, t.properties ->> 'groupId' AS external_id, t.occurred_at FROM profiles_touchpoint t
    WHERE t.type = 5
      AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), said AS (
    SELECT a.id AS account_id, t.customer_id, min(t.occurred_at) AS first_at, max(t.occurred_at) AS last_at
    FROM fact t
    CROSS JOIN LATERAL (SELECT o.id FROM profiles_account o WHERE o.external_id = t.external_id OFFSET 0) a
    CROSS JOIN LATERAL (SELECT FROM profiles_customer o WHERE o.id = t.customer_id OFFSET 0) c
    GROUP BY a.id, t.customer_id
), seen AS (
    UPDATE profiles_account a SET last_seen_at = greatest(a.last_seen_at, s.last_at),
        first_seen_at = least(a.first_seen_at, s.first_at)
    FROM (SELECT account_id, min(first_at) AS first_at, max(last_at) AS last_at FROM said GROUP BY account_id) s
    WHERE a.id = s.account_id
)
INSERT INTO profiles_account_member AS m (account_id, customer_id, recorded_for, since, last_seen_at, created_at)
SELECT account_id, customer_id, customer_id, first_at, last_at, %(now)s::timestamptz
FROM said ORDER BY account_id, customer_id
ON CONFLICT (account_id, recorded_for) DO UPDATE SET
    since = least(m.since, excluded.since), last_seen_at = greatest(m.last_seen_at, excluded.last_seen_at)
RETURNING m.customer_id, m.created_at = %(now)s::timestamptz OR EXISTS (
    SELECT FROM profiles_account_member o WHERE o.customer_id = m.customer_id AND o.account_id <> m.account_id)

-- name: adopt_traits
-- Sets the traits of accounts from a batch of group calls: of each the newest value, whatever the
-- order of arrival; a null removes one. Run twice, it changes nothing more. Returns the accounts that
-- changed.
WITH said AS (
    SELECT DISTINCT ON (a.id, p.key) a.id AS account_id, p.key AS name, p.value, t.source_id,
        (extract(epoch FROM t.occurred_at) * 1000000)::bigint AS at
    FROM profiles_touchpoint t
    JOIN profiles_account a ON a.external_id = t.properties ->> 'groupId'
    CROSS JOIN LATERAL jsonb_each(t.properties - 'groupId') AS p (key, value)
    WHERE t.type = 5
      AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    ORDER BY a.id, p.key, t.occurred_at DESC, p.value::text DESC
), newer AS (
    SELECT s.*, coalesce(a.traits -> s.name, 'null') <> s.value AS is_other
    FROM said s JOIN profiles_account a ON a.id = s.account_id
    WHERE NOT a.trait_stamps ? s.name
       OR (s.at, s.value::text)
        > ((a.trait_stamps -> s.name ->> 0)::bigint, coalesce(a.traits -> s.name, 'null')::text)
), sums AS (
    SELECT account_id, jsonb_object_agg(name, value) AS traits,
        jsonb_object_agg(name, jsonb_build_array(at, source_id)) AS stamps,
        coalesce(array_agg(name) FILTER (WHERE value = 'null'), '{}'::text[]) AS removed,
        bool_or(is_other) AS is_other
    FROM newer GROUP BY account_id
), changed AS (
    UPDATE profiles_account a SET
        traits = (a.traits || s.traits) - s.removed, trait_stamps = a.trait_stamps || s.stamps
    FROM sums s WHERE a.id = s.account_id
    RETURNING a.id, s.is_other
)
SELECT id FROM changed WHERE is_other

-- name: set_traits
-- Sets traits of one account now, by one source; a null removes one.
UPDATE profiles_account a SET
    traits = (a.traits || s.traits) - s.removed, trait_stamps = a.trait_stamps || s.stamps
FROM (
    SELECT jsonb_object_agg(t.key, t.value) AS traits,
        jsonb_object_agg(t.key, jsonb_build_array(%(at)s::bigint, %(source_id)s::int)) AS stamps,
        coalesce(array_agg(t.key) FILTER (WHERE t.value = 'null'), '{}'::text[]) AS removed
    FROM jsonb_each(%(traits)s::text::jsonb) AS t
) s
WHERE a.id = %(account_id)s::bigint

-- name: list_member_ids
-- Lists the people of some accounts. Leans on profiles_account_member_unique.
SELECT DISTINCT customer_id FROM profiles_account_member WHERE account_id = ANY (%(account_ids)s::bigint[])

-- name: move_members
-- Gives the memberships of losers to their winners. Safe to run twice.
UPDATE profiles_account_member m SET customer_id = p.winner_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
WHERE m.customer_id = p.loser_id

-- name: return_members
-- Gives a former loser the memberships recorded for it, or for people it had taken over, back.
UPDATE profiles_account_member m SET customer_id = %(loser_id)s::bigint
WHERE m.customer_id = %(winner_id)s::bigint AND (m.recorded_for = %(loser_id)s::bigint
    OR m.recorded_for IN (SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = %(loser_id)s::bigint))

-- name: drop_members_of_others
-- Deletes memberships that began while two people were one and that only group calls of the other
-- one speak of. The touchpoints must be back already. Safe to run twice.
DELETE FROM profiles_account_member m USING profiles_merge g, profiles_account a
WHERE g.id = %(merge_id)s::bigint AND a.id = m.account_id
  AND m.customer_id = g.winner_id AND m.recorded_for = g.winner_id AND m.created_at >= g.merged_at
  AND NOT EXISTS (
    SELECT FROM profiles_touchpoint t WHERE t.customer_id = g.winner_id AND t.type = 5
      AND t.properties ->> 'groupId' = a.external_id)

-- name: adopt_members_of_loser
-- Makes a former loser a member of the accounts that its own group calls since the merge speak of.
-- The touchpoints must be back already. Safe to run twice.
INSERT INTO profiles_account_member AS m (account_id, customer_id, recorded_for, since, last_seen_at, created_at)
SELECT a.id, g.loser_id, g.loser_id, min(t.occurred_at), max(t.occurred_at), %(now)s::timestamptz
FROM profiles_merge g
JOIN profiles_touchpoint t ON t.customer_id = g.loser_id AND t.type = 5 AND t.received_at >= g.merged_at
JOIN profiles_account a ON a.external_id = t.properties ->> 'groupId'
WHERE g.id = %(merge_id)s::bigint GROUP BY a.id, g.loser_id
ON CONFLICT (account_id, recorded_for) DO UPDATE SET
    since = least(m.since, excluded.since), last_seen_at = greatest(m.last_seen_at, excluded.last_seen_at)

-- name: erase_members
-- Deletes the memberships of people. Safe to run twice.
DELETE FROM profiles_account_member WHERE customer_id = ANY (%(ids)s::bigint[])

-- name: export_accounts
-- Returns the accounts of one person as JSON.
SELECT jsonb_build_object('id', a.external_id, 'traits', a.traits, 'since', min(m.since))
FROM profiles_account_member m JOIN profiles_account a ON a.id = m.account_id
WHERE m.customer_id = %(customer_id)s::bigint GROUP BY a.id ORDER BY a.id

-- name: list_accounts
-- Lists accounts, newest first, before a given id: all, those of one person, or those whose id or
-- name is or begins with a text. Counts the members of each row on its own.
SELECT a.id, a.key, a.external_id, a.traits, a.trait_stamps, a.first_seen_at, a.last_seen_at,
    (SELECT count(DISTINCT m.customer_id) FROM profiles_account_member m WHERE m.account_id = a.id) AS members
FROM profiles_account a
WHERE a.id < coalesce(%(before_id)s::bigint, 9223372036854775807)
  AND (%(customer_id)s::bigint IS NULL OR a.id IN (
    SELECT m.account_id FROM profiles_account_member m WHERE m.customer_id = %(customer_id)s::bigint))
  AND (%(query)s::text = '' OR a.external_id = %(query)s::text
       OR starts_with(lower(a.traits ->> 'name'), lower(%(query)s::text)))
ORDER BY a.id DESC LIMIT %(limit)s::int

-- name: get_account
-- Reads one account.
SELECT a.id, a.key, a.external_id, a.traits, a.trait_stamps, a.first_seen_at, a.last_seen_at,
    (SELECT count(DISTINCT m.customer_id) FROM profiles_account_member m WHERE m.account_id = a.id) AS members
FROM profiles_account a WHERE a.key = %(key)s::uuid

-- name: list_members
-- Lists the members of an account in order of their ids, after a given one.
SELECT m.customer_id, min(m.since), max(m.last_seen_at) FROM profiles_account_member m
WHERE m.account_id = %(account_id)s::bigint AND m.customer_id > %(after_id)s::bigint
GROUP BY m.customer_id ORDER BY m.customer_id LIMIT %(limit)s::int

-- name: count_accounts
-- Counts the accounts of people; those without one are absent.
SELECT customer_id, count(DISTINCT account_id)::int FROM profiles_account_member
WHERE customer_id = ANY (%(customer_ids)s::bigint[]) GROUP BY customer_id

-- name: name_accounts
-- Returns the name of the account in which people were seen last; those without a name are absent.
SELECT DISTINCT ON (m.customer_id) m.customer_id, a.traits ->> 'name'
FROM profiles_account_member m JOIN profiles_account a ON a.id = m.account_id
WHERE m.customer_id = ANY (%(customer_ids)s::bigint[]) AND jsonb_typeof(a.traits -> 'name') = 'string'
ORDER BY m.customer_id, m.last_seen_at DESC, m.account_id DESC
