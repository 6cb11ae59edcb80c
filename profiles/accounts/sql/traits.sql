-- name: list_unknown
-- Lists the traits in a batch of group calls that no rule can name yet, each with how its first
-- value reads. Objects have no reading and are left out. Leans on profiles_touchpoint_log.
SELECT DISTINCT ON (p.key) p.key,
    CASE jsonb_typeof(p.value) WHEN 'number' THEN 'number' WHEN 'boolean' THEN 'boolean' WHEN 'array' THEN 'list'
        ELSE CASE WHEN profiles_moment(p.value) IS NULL THEN 'text' ELSE 'date' END END
FROM profiles_touchpoint t CROSS JOIN LATERAL jsonb_each(t.properties - 'groupId') AS p (key, value)
WHERE t.type = 5
  AND (t.xid, t.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
  AND (t.xid, t.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
  AND jsonb_typeof(p.value) NOT IN ('null', 'object') AND length(p.key) BETWEEN 1 AND 255
  AND NOT EXISTS (SELECT FROM profiles_account_trait k WHERE k.name = p.key)
ORDER BY p.key, t.xid, t.id

-- name: list_unknown_held
-- Lists the same of the traits that one account holds, or any: those set by hand, and those from before
-- traits got names. Without an account it reads all of them.
SELECT DISTINCT ON (p.key) p.key,
    CASE jsonb_typeof(p.value) WHEN 'number' THEN 'number' WHEN 'boolean' THEN 'boolean' WHEN 'array' THEN 'list'
        ELSE CASE WHEN profiles_moment(p.value) IS NULL THEN 'text' ELSE 'date' END END
FROM profiles_account a CROSS JOIN LATERAL jsonb_each(a.traits) AS p (key, value)
WHERE (%(account_id)s::bigint IS NULL OR a.id = %(account_id)s::bigint)
  AND jsonb_typeof(p.value) NOT IN ('null', 'object') AND length(p.key) BETWEEN 1 AND 255
  AND NOT EXISTS (SELECT FROM profiles_account_trait k WHERE k.name = p.key)
ORDER BY p.key, a.id

-- name: insert_traits
-- Gives traits their slugs and types, as long as there are fewer than the limit. Safe to run twice.
INSERT INTO profiles_account_trait (name, slug, type, created_at)
SELECT u.name, u.slug, u.type, %(now)s::timestamptz
FROM unnest(%(names)s::text[], %(slugs)s::text[], %(types)s::text[]) WITH ORDINALITY AS u (name, slug, type, n)
WHERE u.n + (SELECT count(*) FROM profiles_account_trait) <= %(most)s::int
ORDER BY u.name
ON CONFLICT DO NOTHING

-- name: read_values
-- Reads traits of people's accounts: of each the value in the account where the person was seen
-- last among those that have it, as sent and as its type reads it. Of all traits, or of one.
SELECT DISTINCT ON (m.customer_id, t.id) m.customer_id, t.slug, (a.traits -> t.name)::text AS value,
    CASE t.type WHEN 'text' THEN to_jsonb(profiles_text(a.traits -> t.name))
        WHEN 'number' THEN to_jsonb(profiles_number(a.traits -> t.name))
        WHEN 'boolean' THEN to_jsonb(profiles_boolean(a.traits -> t.name))
        WHEN 'list' THEN CASE jsonb_typeof(a.traits -> t.name) WHEN 'array' THEN a.traits -> t.name END
    END::text AS typed,
    CASE t.type WHEN 'date' THEN profiles_moment(a.traits -> t.name) END AS moment
FROM profiles_account_member m
JOIN profiles_account a ON a.id = m.account_id
JOIN profiles_account_trait t ON a.traits ? t.name
WHERE m.customer_id = ANY (%(customer_ids)s::bigint[]) AND (%(slug)s::text = '' OR t.slug = %(slug)s::text)
ORDER BY m.customer_id, t.id, m.last_seen_at DESC, m.account_id DESC
