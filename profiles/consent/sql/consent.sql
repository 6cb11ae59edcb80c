-- name: set_consent
-- Records a statement in the ledger and makes it the state that holds. An older statement than the
-- one that holds only goes into the ledger. Run twice, it adds a second entry and no second state.
WITH entry AS (
    INSERT INTO profiles_consent_entry
        (customer_id, recorded_for, channel, topic, address, state, source, text_version, proof, at)
    VALUES (%(customer_id)s::bigint, %(customer_id)s::bigint, %(channel)s::text, %(topic)s::text, %(address)s::text,
            %(state)s::text, %(source)s::text, %(text_version)s::text, %(proof)s::jsonb,
            %(at)s::timestamptz)
    RETURNING id, customer_id, channel, topic, address, state, at
), held AS (
    INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at)
    SELECT customer_id, channel, topic, address, state, at FROM entry
    ON CONFLICT (customer_id, channel, topic, address) DO UPDATE
        SET state = excluded.state, changed_at = excluded.changed_at
        WHERE profiles_consent.changed_at <= excluded.changed_at
)
SELECT id FROM entry

-- name: suppress_address
-- Puts an address on the suppression list and notes it in the ledger of everybody who has it.
-- Safe to run twice: an address that is on the list stays as it is.
WITH added AS (
    INSERT INTO profiles_suppression (channel, address, reason, created_at)
    VALUES (%(channel)s::text, %(address)s::text, %(reason)s::text, %(now)s::timestamptz)
    ON CONFLICT (channel, address) WHERE released_at IS NULL DO NOTHING
    RETURNING channel, address, reason, created_at
), noted AS (
    INSERT INTO profiles_consent_entry (customer_id, recorded_for, channel, address, state, source, at)
    SELECT i.customer_id, i.customer_id, a.channel, a.address, 'suppressed', a.reason, a.created_at
    FROM added a JOIN profiles_identity i
        ON i.value = a.address AND i.kind = %(identity_kind)s::text
)
SELECT count(*)::int FROM added

-- name: release_address
-- Takes an address off the suppression list and notes it in the ledger. Safe to run twice.
WITH released AS (
    UPDATE profiles_suppression SET released_at = %(now)s::timestamptz
    WHERE channel = %(channel)s::text AND address = %(address)s::text AND released_at IS NULL
    RETURNING channel, address, released_at
), noted AS (
    INSERT INTO profiles_consent_entry (customer_id, recorded_for, channel, address, state, source, at)
    SELECT i.customer_id, i.customer_id, r.channel, r.address, 'released', %(source)s::text, r.released_at
    FROM released r JOIN profiles_identity i
        ON i.value = r.address AND i.kind = %(identity_kind)s::text
)
SELECT count(*)::int FROM released

-- name: merge_consents
-- Gives the statements of losers to their winners; where both said something about the same thing,
-- the stricter one holds. Ledger entries change hands and keep whom they were recorded for.
WITH pair AS (
    SELECT winner_id, loser_id
    FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
), moved_entries AS (
    UPDATE profiles_consent_entry e SET customer_id = p.winner_id
    FROM pair p WHERE e.customer_id = p.loser_id
), taken AS (
    DELETE FROM profiles_consent c USING pair p WHERE c.customer_id = p.loser_id
    RETURNING p.winner_id, c.channel, c.topic, c.address, c.state, c.changed_at
), strictest AS (
    SELECT DISTINCT ON (winner_id, channel, topic, address)
           winner_id, channel, topic, address, state, changed_at
    FROM taken ORDER BY winner_id, channel, topic, address, profiles_strictness(state) DESC
)
INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at)
SELECT winner_id, channel, topic, address, state, changed_at FROM strictest
ON CONFLICT (customer_id, channel, topic, address) DO UPDATE
    SET state = excluded.state, changed_at = greatest(profiles_consent.changed_at, excluded.changed_at)
    WHERE profiles_strictness(excluded.state) > profiles_strictness(profiles_consent.state)

-- name: return_entries
-- Gives a former loser back the ledger entries recorded for it or for people it had taken over.
UPDATE profiles_consent_entry e SET customer_id = p.loser_id
FROM unnest(%(winner_ids)s::bigint[], %(loser_ids)s::bigint[]) AS p (winner_id, loser_id)
WHERE e.customer_id = p.winner_id
  AND (e.recorded_for = p.loser_id OR e.recorded_for IN (
      SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = p.loser_id))

-- name: restate_from_ledger
-- Makes the newest entries of people the statements that hold. Safe to run twice.
WITH asked AS (
    SELECT customer_id FROM unnest(%(customer_ids)s::bigint[]) AS a (customer_id)
), newest AS (
    SELECT DISTINCT ON (e.customer_id, e.channel, e.topic, e.address)
           e.customer_id, e.channel, e.topic, e.address, e.state, e.at
    FROM profiles_consent_entry e JOIN asked USING (customer_id)
    WHERE e.state IN ('granted', 'withdrawn', 'never')
    ORDER BY e.customer_id, e.channel, e.topic, e.address, e.at DESC, e.id DESC
), dropped AS (
    DELETE FROM profiles_consent c USING asked a
    WHERE c.customer_id = a.customer_id AND (c.customer_id, c.channel, c.topic, c.address) NOT IN (
        SELECT n.customer_id, n.channel, n.topic, n.address FROM newest n)
)
INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at)
SELECT customer_id, channel, topic, address, state, at FROM newest
ON CONFLICT (customer_id, channel, topic, address) DO UPDATE
    SET state = excluded.state, changed_at = excluded.changed_at

-- name: adopt_statements
-- Records what people said through their clients: touchpoints named “Consent Updated”, whose
-- properties are channel, state and, where given, topic, address and text_version. The newest
-- statement of a person holds. Rows of uploaded files are proven by upload and row. Runs once per batch of the fact log. Leans on the log's index.
WITH said AS (
    SELECT t.id, t.customer_id, t.occurred_at AS at, t.source_id,
           t.properties ->> 'channel' AS channel, coalesce(t.properties ->> 'topic', '') AS topic,
           lower(coalesce(t.properties ->> 'address', '')) AS address,
           t.properties ->> 'state' AS state,
           coalesce(t.properties ->> 'text_version', '') AS text_version,
           s.kind = 'import' AS is_import, t.properties ->> 'row' AS import_row
    FROM profiles_touchpoint t JOIN profiles_event e ON e.id = t.event_id
    JOIN profiles_source s ON s.id = t.source_id
    WHERE e.name = 'Consent Updated'
      AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
      AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
      AND t.properties ->> 'state' IN ('granted', 'withdrawn', 'never')
      AND t.properties ->> 'channel' <> ''
), entry AS (
    INSERT INTO profiles_consent_entry
        (customer_id, recorded_for, channel, topic, address, state, source, text_version, proof, at)
    SELECT customer_id, customer_id, channel, topic, address, state,
           CASE WHEN is_import THEN 'import' ELSE 'event' END, text_version,
           jsonb_build_object('touchpoint', id, 'source', source_id)
           || CASE WHEN is_import AND import_row ~ '^upload:[0-9a-f-]{36}:[0-9]{1,18}$'
                   THEN jsonb_build_object('upload', split_part(import_row, ':', 2),
                                           'row', split_part(import_row, ':', 3)::bigint)
                   ELSE '{}' END, at
    FROM said
), newest AS (
    SELECT DISTINCT ON (customer_id, channel, topic, address)
           customer_id, channel, topic, address, state, at
    FROM said ORDER BY customer_id, channel, topic, address, at DESC, id DESC
), held AS (
    INSERT INTO profiles_consent (customer_id, channel, topic, address, state, changed_at)
    SELECT customer_id, channel, topic, address, state, at FROM newest
    ON CONFLICT (customer_id, channel, topic, address) DO UPDATE
        SET state = excluded.state, changed_at = excluded.changed_at
        WHERE profiles_consent.changed_at <= excluded.changed_at
)
SELECT count(*)::int FROM said

-- name: list_statements_at
-- Returns as JSON what a person had last said by an instant about each channel, topic and address.
-- Leans on consent_entry_customer_idx.
SELECT jsonb_build_object('channel', n.channel, 'topic', n.topic, 'address', n.address, 'state', n.state,
    'at', n.at)
FROM (
    SELECT DISTINCT ON (channel, topic, address) channel, topic, address, state, at
    FROM profiles_consent_entry
    WHERE customer_id = %(customer_id)s::bigint AND at <= %(at)s::timestamptz
      AND state IN ('granted', 'withdrawn', 'never')
    ORDER BY channel, topic, address, at DESC, id DESC
) n

-- name: open_erasure
-- Lets this transaction blank address and proof of ledger entries; see the guard's trigger.
SELECT set_config('profiles.erasing', 'on', true)

-- name: close_erasure
-- Closes the ledger again.
SELECT set_config('profiles.erasing', '', true)

-- name: erase_consents
-- Deletes what people allowed and the suppression of their addresses, and blanks address and proof
-- in the ledger. Must come before the identifiers go. Safe to run twice.
WITH gone AS (
    DELETE FROM profiles_consent WHERE customer_id = ANY (%(customer_ids)s::bigint[])
), released AS (
    DELETE FROM profiles_suppression s USING profiles_identity i
    WHERE i.customer_id = ANY (%(customer_ids)s::bigint[]) AND s.address = i.value
)
UPDATE profiles_consent_entry SET address = '', proof = '{}'
WHERE customer_id = ANY (%(customer_ids)s::bigint[])

-- name: export_consents
-- Returns what one person said about consent as JSON, oldest first.
SELECT jsonb_build_object('channel', channel, 'topic', topic, 'address', address, 'state', state,
    'source', source, 'text_version', text_version, 'proof', proof, 'at', at)
FROM profiles_consent_entry WHERE customer_id = %(customer_id)s::bigint ORDER BY id

-- name: export_suppressions
-- Returns the suppressions of one person's addresses as JSON.
SELECT jsonb_build_object('channel', s.channel, 'address', s.address, 'reason', s.reason,
    'created_at', s.created_at, 'released_at', s.released_at)
FROM profiles_suppression s JOIN profiles_identity i ON i.value = s.address
WHERE i.customer_id = %(customer_id)s::bigint ORDER BY s.id
