-- name: count_consents
-- Counts anew how many people hold each state, for the page; reads all of profiles_consent, so it
-- runs by the schedule and never for a page.
WITH counted AS (
    SELECT channel, topic, state, count(DISTINCT customer_id) AS people
    FROM profiles_consent GROUP BY channel, topic, state
), gone AS (
    DELETE FROM profiles_consent_count o WHERE NOT EXISTS (
        SELECT FROM counted c WHERE (c.channel, c.topic, c.state) = (o.channel, o.topic, o.state))
)
INSERT INTO profiles_consent_count (channel, topic, state, people, counted_at)
SELECT channel, topic, state, people, %(now)s::timestamptz FROM counted
ON CONFLICT (channel, topic, state) DO UPDATE
    SET people = excluded.people, counted_at = excluded.counted_at

-- name: list_entries
-- Returns the ledger of one person, newest first. Leans on consent_entry_customer_idx.
SELECT id, channel, topic, address, state, source, text_version, proof, at
FROM profiles_consent_entry
WHERE customer_id = %(customer_id)s::bigint AND id < coalesce(%(before_id)s::bigint, 9223372036854775807)
ORDER BY id DESC LIMIT %(most)s::int
