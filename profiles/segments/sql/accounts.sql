-- name: plan_members
-- Makes people due at once whose accounts changed, in the live segments that ask about accounts.
INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
SELECT DISTINCT s.id, k.customer_id, %(now)s::timestamptz, 'account'
FROM unnest(%(customer_ids)s::bigint[]) AS k (customer_id), profiles_segment s
JOIN profiles_segment_mention m ON m.segment_id = s.id
WHERE s.status = 'live' AND s.kind = 'rule'
  AND ((m.kind = 'made' AND starts_with(m.name, 'account_trait.')) OR (m.kind = 'event' AND m.name = 'Group'))
ORDER BY 1, 2
ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = excluded.cause

-- name: plan_field
-- Makes everybody with an account due at once in the live segments whose rules ask for one field.
INSERT INTO profiles_segment_due (segment_id, customer_id, due_at, cause)
SELECT DISTINCT s.id, am.customer_id, %(now)s::timestamptz, 'account'
FROM profiles_segment s
JOIN profiles_segment_mention m ON m.segment_id = s.id AND m.kind = 'made' AND m.name = %(field)s::text
CROSS JOIN profiles_account_member am
WHERE s.status = 'live' AND s.kind = 'rule'
ORDER BY 1, 2
ON CONFLICT (segment_id, customer_id) DO UPDATE SET due_at = excluded.due_at, cause = excluded.cause
