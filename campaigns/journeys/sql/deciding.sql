-- name: list_who_did
-- Those of the visits whose person did something often enough since they entered. Changes nothing.
-- Leans on profiles_touchpoint_customer.
SELECT v.enrollment_id
FROM unnest(%(ids)s::bigint[], %(customer_ids)s::bigint[], %(entered)s::timestamptz[])
    AS v (enrollment_id, customer_id, entered_at)
CROSS JOIN LATERAL (
    SELECT count(*) AS times FROM profiles_touchpoint t
    WHERE t.customer_id = v.customer_id
        AND t.event_id = (SELECT x.id FROM profiles_event x WHERE x.name = %(event)s::text)
        AND t.occurred_at >= v.entered_at AND t.properties @? %(path)s::jsonpath
) AS did
WHERE did.times >= %(at_least)s::int

-- name: list_who_knows
-- Those of the enrollments whose context (the entering event, kept answers) matches. Changes nothing.
SELECT e.id FROM campaigns_enrollment e
WHERE e.id = ANY (%(ids)s::bigint[]) AND coalesce(e.ctx, '{}') @? %(path)s::jsonpath

-- name: count_passes
-- How often each enrollment has left a node. Changes nothing. Leans on campaigns_step_log_enrollment.
SELECT s.enrollment_id, count(*) FROM campaigns_step s
WHERE s.enrollment_id = ANY (%(ids)s::bigint[]) AND s.version_id = %(version_id)s::bigint
    AND s.node = %(node)s::smallint AND s.step_no > 0
GROUP BY s.enrollment_id

-- name: list_reachable
-- The channel for each person: the preferred one that reaches them, else the first in order. A channel
-- reaches with an address that is not suppressed, and consent where the channel needs it.
SELECT DISTINCT ON (c.id) c.id AS customer_id, k.channel, coalesce(c.traits ->> %(trait)s::text = k.channel, false) AS is_preferred
FROM profiles_customer c
CROSS JOIN LATERAL unnest(%(channels)s::text[]) WITH ORDINALITY AS k (channel, place)
CROSS JOIN LATERAL campaigns_address(c.id, c.key, c.traits, k.channel, '') a
CROSS JOIN LATERAL profiles_may_contact(c.id, k.channel, %(topic)s::text, a.address) m
WHERE c.id = ANY (%(ids)s::bigint[]) AND a.address <> ''
    AND (m.consent = 'granted' OR k.channel IN ('inapp', 'webhook', 'task') AND m.consent <> 'withdrawn')
    AND NOT EXISTS (SELECT FROM profiles_suppression s
        WHERE s.channel = k.channel AND s.address = a.address AND s.released_at IS NULL)
ORDER BY c.id, is_preferred DESC, k.place

-- name: take_places
-- Gives places in the line of a throttle and returns the time of the first. Changes a row, which holds
-- the line for this transaction.
INSERT INTO campaigns_throttle AS t (version_id, node, next_at)
VALUES (%(version_id)s::bigint, %(node)s::smallint, %(now)s::timestamptz + %(span)s::interval)
ON CONFLICT (version_id, node) DO UPDATE SET next_at = greatest(t.next_at, %(now)s::timestamptz) + %(span)s::interval
RETURNING next_at - %(span)s::interval

-- name: list_contexts
-- What enrollments know: the entering event and kept answers. Changes nothing.
SELECT e.id, coalesce(e.ctx, '{}') FROM campaigns_enrollment e WHERE e.id = ANY (%(ids)s::bigint[])
