-- name: list_addresses
-- Returns the newest identifier of each kind of one person. Leans on the index of identities.
SELECT DISTINCT ON (kind) kind::text AS kind, value::text AS value
FROM profiles_identity WHERE customer_id = %(customer_id)s::bigint ORDER BY kind, id DESC

-- name: list_held
-- Returns the statements of one person that hold.
SELECT channel, topic, address, state, changed_at
FROM profiles_consent WHERE customer_id = %(customer_id)s::bigint ORDER BY channel, topic, address

-- name: read_preference
-- Returns the most restrictive preference of a person, one row also for who never said anything.
SELECT max(paused_until) AS paused_until, min(weekly_limit)::int AS weekly_limit
FROM profiles_preference WHERE customer_id = %(customer_id)s::bigint

-- name: set_preference
-- Makes one preference the only one of a person, also over those of people who became this person.
WITH dropped AS (
    DELETE FROM profiles_preference
    WHERE customer_id = %(customer_id)s::bigint AND recorded_for <> %(customer_id)s::bigint
)
INSERT INTO profiles_preference (recorded_for, customer_id, paused_until, weekly_limit, changed_at)
VALUES (%(customer_id)s::bigint, %(customer_id)s::bigint, %(paused_until)s::timestamptz,
    %(weekly_limit)s::smallint, %(now)s::timestamptz)
ON CONFLICT (recorded_for) DO UPDATE SET customer_id = excluded.customer_id,
    paused_until = excluded.paused_until, weekly_limit = excluded.weekly_limit, changed_at = excluded.changed_at

-- name: move_preferences
-- Gives preferences and open questions of losers to their winners. A question that the winner was
-- asked too ends with the merge: the one that stays can still be confirmed.
WITH pair AS (
    SELECT winner_id, loser_id
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
), asked AS (
    SELECT o.id, p.winner_id, row_number() OVER (
        PARTITION BY p.winner_id, o.channel, o.topic, o.address, o.confirmed_at IS NULL
        ORDER BY o.asked_at DESC, o.id DESC) AS nth,
        o.confirmed_at IS NULL AND EXISTS (
            SELECT FROM profiles_opt_in w WHERE w.customer_id = p.winner_id AND w.confirmed_at IS NULL
                AND (w.channel, w.topic, w.address) = (o.channel, o.topic, o.address)) AS is_asked_twice,
        o.confirmed_at IS NULL AS is_open
    FROM profiles_opt_in o JOIN pair p ON p.loser_id = o.customer_id
), moved AS (
    UPDATE profiles_opt_in o SET customer_id = a.winner_id
    FROM asked a WHERE a.id = o.id AND NOT a.is_asked_twice AND (a.nth = 1 OR NOT a.is_open)
)
UPDATE profiles_preference f SET customer_id = p.winner_id FROM pair p WHERE f.customer_id = p.loser_id

-- name: return_preferences
-- Gives former losers back what was said for them or for people they had taken over.
WITH pair AS (
    SELECT winner_id, loser_id
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
), theirs AS (
    SELECT p.winner_id, p.loser_id, p.loser_id AS person FROM pair p
    UNION ALL
    SELECT p.winner_id, p.loser_id, c.id FROM pair p JOIN profiles_customer c ON c.merged_into_id = p.loser_id
), questions AS (
    UPDATE profiles_opt_in o SET customer_id = t.loser_id
    FROM theirs t WHERE o.customer_id = t.winner_id AND o.recorded_for = t.person
)
UPDATE profiles_preference f SET customer_id = t.loser_id
FROM theirs t WHERE f.customer_id = t.winner_id AND f.recorded_for = t.person

-- name: erase_preferences
-- Deletes preferences and questions of people. Safe to run twice.
WITH questions AS (
    DELETE FROM profiles_opt_in WHERE customer_id = ANY (%(customer_ids)s::bigint[])
)
DELETE FROM profiles_preference WHERE customer_id = ANY (%(customer_ids)s::bigint[])

-- name: export_preferences
-- Returns the preferences and questions of one person as JSON.
SELECT jsonb_build_object('paused_until', paused_until, 'weekly_limit', weekly_limit, 'changed_at', changed_at)
FROM profiles_preference WHERE customer_id = %(customer_id)s::bigint
UNION ALL
SELECT jsonb_build_object('channel', channel, 'topic', topic, 'address', address, 'source', source,
    'asked_at', asked_at, 'confirmed_at', confirmed_at)
FROM profiles_opt_in WHERE customer_id = %(customer_id)s::bigint

-- name: ask_opt_in
-- Stores a question, unless the same one is open already or the answer is known: then it returns no
-- row. An open question that ran out is asked anew under its key.
WITH asked AS (
    INSERT INTO profiles_opt_in (key, customer_id, recorded_for, channel, topic, address, source,
        text_version, asked_at, expires_at)
    SELECT %(key)s::uuid, %(customer_id)s::bigint, %(customer_id)s::bigint, %(channel)s::text,
        %(topic)s::text, %(address)s::text, %(source)s::text, %(text_version)s::text,
        %(now)s::timestamptz, %(expires_at)s::timestamptz
    WHERE NOT EXISTS (
        SELECT FROM profiles_consent c WHERE c.customer_id = %(customer_id)s::bigint AND c.state = 'granted'
            AND (c.channel, c.topic, c.address) = (%(channel)s::text, %(topic)s::text, %(address)s::text))
    ON CONFLICT (customer_id, channel, topic, address) WHERE confirmed_at IS NULL DO UPDATE
        SET asked_at = excluded.asked_at, expires_at = excluded.expires_at, source = excluded.source
        WHERE profiles_opt_in.expires_at <= excluded.asked_at
    RETURNING id, key
)
SELECT id, key FROM asked

-- name: list_newest_opt_ins
-- Returns the key of the newest open question of each of some people.
SELECT DISTINCT ON (customer_id) customer_id, key, expires_at
FROM profiles_opt_in
WHERE customer_id = ANY (%(customer_ids)s::bigint[]) AND confirmed_at IS NULL
    AND expires_at > %(now)s::timestamptz
ORDER BY customer_id, asked_at DESC, id DESC

-- name: list_asked_by_event
-- Returns who asked through a client (“Consent Updated” with the state “requested”) in a batch.
SELECT t.customer_id, t.properties ->> 'channel' AS channel, coalesce(t.properties ->> 'topic', '') AS topic,
    lower(coalesce(t.properties ->> 'address', '')) AS address,
    coalesce(t.properties ->> 'text_version', '') AS text_version
FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id
WHERE e.name = 'Consent Updated'
    AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
    AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
    AND t.properties ->> 'state' = 'requested' AND t.properties ->> 'channel' <> ''
ORDER BY t.id
