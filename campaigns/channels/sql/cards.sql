-- name: store_cards
-- Keeps messages for the people of their deliveries. Changes rows; a key that is known adds nothing.
-- Returns the keys that are there afterwards, whoever wrote them.
WITH card AS (
    SELECT d.customer_id, c.* FROM unnest(
        %(keys)s::uuid[], %(channels)s::text[], %(kinds)s::text[], %(titles)s::text[], %(bodies)s::text[],
        %(buttons)s::text[], %(urls)s::text[], %(places)s::text[]
    ) AS c (key, channel, kind, title, body, button, url, place)
    JOIN campaigns_delivery d ON d.key = c.key
), stored AS (
    INSERT INTO campaigns_card
        (key, customer_id, channel, kind, title, body, button, url, place, created_at, expires_at, closed_by)
    SELECT key, customer_id, channel, kind, title, body, button, url, place, %(now)s::timestamptz,
        %(expires_at)s::timestamptz, ''
    FROM card ON CONFLICT (key) DO NOTHING
)
SELECT key FROM card
