-- name: is_consent_news
-- Says whether a consent given on the page changes anything: not after a withdrawal for e-mail or
-- the topic, which a form cannot undo, and not when the same was granted before.
-- Leans on the unique key of consent.
SELECT NOT EXISTS (
    SELECT FROM profiles_consent
    WHERE customer_id = %(customer_id)s::bigint AND channel = 'email' AND (
        topic IN ('', %(topic)s::text) AND state = 'withdrawn'
        OR topic = %(topic)s::text AND address = %(address)s::text AND state = 'granted'
    )
)
