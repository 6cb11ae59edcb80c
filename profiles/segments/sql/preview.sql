-- name: count_people
-- Counts the people who are neither merged nor erased. One index or table scan; 0.1 s at 1M.
SELECT count(*) FROM profiles_customer c WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL

-- name: read_id_range
-- Reads the smallest and the largest id of people; two probes of the primary key.
SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM profiles_customer

-- name: keep_people
-- Keeps those ids that belong to people who are neither merged nor erased.
SELECT c.id FROM profiles_customer c
WHERE c.id = ANY (%(customer_ids)s::bigint[])
  AND c.merged_into_id IS NULL AND c.erased_at IS NULL

-- name: count_reachable
-- Asks the consent gate for some people on the three channels that have addresses.
SELECT channel, count(*) FILTER (WHERE gate.allowed)
FROM unnest(%(customer_ids)s::bigint[]) AS asked (customer_id)
CROSS JOIN unnest(ARRAY['email', 'sms', 'push']) AS channel
CROSS JOIN LATERAL profiles_may_contact(asked.customer_id, channel, '', NULL::text) AS gate
GROUP BY channel

-- name: list_names_of
-- Reads what some people are called.
SELECT c.id, c.key::text AS key, c.traits,
       (SELECT i.value FROM profiles_identity i
        WHERE i.customer_id = c.id AND i.kind = 'email' ORDER BY i.id DESC LIMIT 1) AS email
FROM profiles_customer c WHERE c.id = ANY (%(customer_ids)s::bigint[]) ORDER BY c.id

-- name: list_frequent_values
-- Lists the values of one trait with how many of the sampled people have each.
SELECT profiles_text(c.traits -> %(key)s::text) AS value, count(*) AS times
FROM profiles_customer c WHERE c.id = ANY (%(customer_ids)s::bigint[])
  AND profiles_text(c.traits -> %(key)s::text) IS NOT NULL
GROUP BY value ORDER BY times DESC, value LIMIT 30

-- name: list_history
-- Counts who entered and left each segment on each of the last days.
SELECT segment_id, (at AT TIME ZONE 'UTC')::date AS day,
       count(*) FILTER (WHERE entered) AS entered, count(*) FILTER (WHERE NOT entered) AS gone
FROM profiles_segment_change
WHERE segment_id = ANY (%(segment_ids)s::bigint[]) AND at >= %(since)s::timestamptz
GROUP BY segment_id, day ORDER BY segment_id, day

-- name: limit_time
-- Ends statements of this transaction after some milliseconds; 0 is no limit.
SELECT set_config('statement_timeout', %(milliseconds)s::text, true)

-- name: list_members_after
-- Lists members with their newest address, in order of their ids. Leans on the primary key.
SELECT m.customer_id AS id, c.key::text AS key, m.since,
       (SELECT i.value FROM profiles_identity i
        WHERE i.customer_id = c.id AND i.kind = 'email' ORDER BY i.id DESC LIMIT 1) AS email
FROM profiles_segment_member m JOIN profiles_customer c ON c.id = m.customer_id
WHERE m.segment_id = %(segment_id)s::bigint AND m.customer_id > %(after)s::bigint
ORDER BY m.customer_id LIMIT %(most)s::int

-- name: count_in_both
-- Counts who is in both of two segments. Leans on the primary key.
SELECT count(*) FROM profiles_segment_member a
JOIN profiles_segment_member b ON b.customer_id = a.customer_id
WHERE a.segment_id = %(first_id)s::bigint AND b.segment_id = %(second_id)s::bigint

-- name: count_sampled
-- Counts who of some people is in both of two segments, only in the first, and only in the second.
SELECT count(*) FILTER (WHERE a.since IS NOT NULL AND b.since IS NOT NULL),
       count(*) FILTER (WHERE a.since IS NOT NULL AND b.since IS NULL),
       count(*) FILTER (WHERE a.since IS NULL AND b.since IS NOT NULL)
FROM unnest(%(customer_ids)s::bigint[]) AS k (customer_id)
LEFT JOIN profiles_segment_member a
  ON a.segment_id = %(first_id)s::bigint AND a.customer_id = k.customer_id
LEFT JOIN profiles_segment_member b
  ON b.segment_id = %(second_id)s::bigint AND b.customer_id = k.customer_id
