-- name: apply_traits
-- Sets traits by the policy of each and enters what is news into the history: another value than the
-- one before it in time, or more than a joined list holds. What is said again is none until another value arrives late: then the value
-- held is entered as of the time it was last said (profiles_trait_entry_time). A null removes the trait.
-- Run twice, profiles stay the same. Locks people in order of their ids. `at` is microseconds since 1970.
WITH incoming AS (
    SELECT r.customer_id, r.name, coalesce(r.value, 'null') AS value, r.at, r.source_id,
        coalesce(p.rule, 'newest') AS rule
    FROM jsonb_to_recordset(%(rows)s::text::jsonb)
        AS r (customer_id bigint, name text, value jsonb, at bigint, source_id integer)
    LEFT JOIN profiles_trait_policy p ON p.name = r.name
), locked AS MATERIALIZED (
    SELECT c.id, c.traits, c.trait_stamps FROM profiles_customer c
    WHERE c.id IN (SELECT customer_id FROM incoming) AND c.erased_at IS NULL
    ORDER BY c.id FOR NO KEY UPDATE
), told AS (
    SELECT i.*, coalesce(c.traits -> i.name, 'null') AS held,
        (c.trait_stamps -> i.name ->> 0)::bigint AS held_at,
        (c.trait_stamps -> i.name ->> 1)::integer AS held_source,
        lag(i.value) OVER in_time AS earlier, lag(i.at) OVER in_time AS earlier_at
    FROM incoming i JOIN locked c ON c.id = i.customer_id
    WINDOW in_time AS (PARTITION BY i.customer_id, i.name ORDER BY i.at, i.value::text)
), best AS (
    SELECT DISTINCT ON (customer_id, name) customer_id, name, value, at, source_id FROM told
    WHERE rule <> 'union' AND profiles_trait_prevails(rule, value, at, held, held_at)
    ORDER BY customer_id, name,
        CASE rule WHEN 'newest' THEN at WHEN 'oldest' THEN -at END DESC,
        CASE rule WHEN 'largest' THEN value END DESC, CASE rule WHEN 'smallest' THEN value END,
        CASE WHEN rule <> 'newest' THEN at END, CASE rule WHEN 'oldest' THEN value::text END,
        value::text DESC
), joined AS (
    SELECT customer_id, name, profiles_join_lists(array_agg(value) || held) AS value,
        greatest(max(at), held_at) AS at,
        CASE WHEN held_at > max(at) THEN held_source
             ELSE (array_agg(source_id ORDER BY at DESC, source_id DESC))[1] END AS source_id
    FROM told WHERE rule = 'union' AND value <> 'null'
    GROUP BY customer_id, name, held, held_at, held_source
), kept AS (
    SELECT customer_id, name, value, at, source_id FROM best
    UNION ALL SELECT customer_id, name, value, at, source_id FROM joined
), sums AS (
    SELECT customer_id,
        jsonb_object_agg(name, value) AS traits,
        jsonb_object_agg(name, jsonb_build_array(at, source_id)) AS stamps,
        coalesce(array_agg(name) FILTER (WHERE value = 'null'), '{}'::text[]) AS removed
    FROM kept GROUP BY customer_id
), news AS (
    SELECT t.customer_id, t.name, t.value, t.at, t.source_id,
        CASE t.rule WHEN 'union' THEN t.value <> 'null'
             ELSE (t.customer_id, t.name, t.value) IN (SELECT customer_id, name, value FROM best) END AS prevailed
    FROM told t
    WHERE CASE WHEN t.rule = 'union' THEN t.value IS DISTINCT FROM t.earlier AND (t.held_at IS NULL
                   OR t.at < t.held_at OR profiles_join_lists(ARRAY[t.held, t.value]) <> t.held)
               WHEN t.earlier IS NOT NULL THEN t.value <> t.earlier
                   OR (t.held_at BETWEEN t.earlier_at AND t.at AND t.value <> t.held)
               ELSE t.held_at IS NULL OR t.at < t.held_at OR t.value <> t.held END
    UNION
    SELECT t.customer_id, t.name, t.held, t.held_at, t.held_source, true FROM told t
    WHERE t.rule = 'newest' AND (t.at, t.value::text) < (t.held_at, t.held::text)
      AND (SELECT e.id FROM profiles_trait_entry e
           WHERE e.customer_id = t.customer_id AND e.cause = 'told' AND e.traits -> t.name = t.held
             AND e.at BETWEEN 'epoch'::timestamptz + t.at * interval '1 microsecond'
                          AND 'epoch'::timestamptz + t.held_at * interval '1 microsecond'
             AND (e.at, t.held::text)
                 > ('epoch'::timestamptz + t.at * interval '1 microsecond', t.value::text)
           ORDER BY e.at DESC LIMIT 1) IS NULL
), entered AS (
    INSERT INTO profiles_trait_entry
        (customer_id, recorded_for, traits, prevailed, source_id, cause, at, recorded_at)
    SELECT n.customer_id, n.customer_id, jsonb_object_agg(n.name, n.value),
        n.prevailed, n.source_id, %(cause)s::text,
        'epoch'::timestamptz + n.at * interval '1 microsecond', %(now)s::timestamptz
    FROM (SELECT *, row_number() OVER (PARTITION BY customer_id, name, at, source_id, prevailed ORDER BY value::text)
              AS nth FROM news) n
    GROUP BY n.customer_id, n.at, n.source_id, n.prevailed, n.nth
    ORDER BY n.customer_id, n.prevailed, n.at, n.nth
)
UPDATE profiles_customer c SET
    traits = (c.traits || s.traits) - s.removed,
    trait_stamps = c.trait_stamps || s.stamps
FROM sums s WHERE c.id = s.customer_id

-- name: list_entries
-- Lists what is known to have been said about the traits of a person and of everybody who became
-- one with them, newest entry first. Leans on profiles_trait_entry_person.
SELECT e.id, e.traits, e.prevailed, e.source_id, s.name AS source, e.cause, e.at, e.recorded_at, e.customer_id
FROM profiles_trait_entry e LEFT JOIN profiles_source s ON s.id = e.source_id
WHERE e.customer_id IN (SELECT %(customer_id)s::bigint UNION ALL
    SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = %(customer_id)s::bigint)
  AND e.cause = 'told' AND e.id < coalesce(%(before_id)s::bigint, 9223372036854775807)
ORDER BY e.id DESC LIMIT %(limit)s::int

-- name: traits_as_it_was
-- Returns the traits a person had at an instant, by all that is known today: name, value, time,
-- source. Follows the policies of today.
WITH said AS (
    SELECT told.name, told.value, e.at, s.name AS source, e.id, coalesce(p.rule, 'newest') AS rule
    FROM profiles_trait_entry e
    CROSS JOIN LATERAL jsonb_each(e.traits) AS told (name, value)
    LEFT JOIN profiles_trait_policy p ON p.name = told.name
    LEFT JOIN profiles_source s ON s.id = e.source_id
    WHERE e.customer_id IN (SELECT %(customer_id)s::bigint UNION ALL
        SELECT c.id FROM profiles_customer c WHERE c.merged_into_id = %(customer_id)s::bigint)
      AND e.cause = 'told' AND e.at <= %(at)s::timestamptz
      AND (told.value <> 'null' OR coalesce(p.rule, 'newest') = 'newest')
), picked AS (
    SELECT DISTINCT ON (name) name, value, at, source FROM said WHERE rule <> 'union'
    ORDER BY name, CASE rule WHEN 'newest' THEN at END DESC NULLS LAST,
        CASE rule WHEN 'largest' THEN value END DESC, CASE rule WHEN 'smallest' THEN value END,
        at, CASE rule WHEN 'oldest' THEN value::text END, value::text DESC, id
)
SELECT name, value, at, source FROM picked
UNION ALL
SELECT name, profiles_join_lists(array_agg(value)), max(at), (array_agg(source ORDER BY at DESC, id DESC))[1]
FROM said WHERE rule = 'union' GROUP BY name
ORDER BY name

-- name: traits_as_known
-- Returns the traits that a profile showed at an instant: what had been written on it by then.
-- Of a joined list that is everything since it was last set whole: by another policy before, or when
-- people were parted.
WITH written AS (
    SELECT told.name, told.value, e.at, s.name AS source, e.id,
        max(e.id) FILTER (WHERE p.rule IS DISTINCT FROM 'union' OR e.recorded_at < p.changed_at
                              OR e.cause = 'parted' AND e.source_id = 0)
            OVER (PARTITION BY told.name) AS set_by
    FROM profiles_trait_entry e
    CROSS JOIN LATERAL jsonb_each(e.traits) AS told (name, value)
    LEFT JOIN profiles_trait_policy p ON p.name = told.name
    LEFT JOIN profiles_source s ON s.id = e.source_id
    WHERE ((e.customer_id = %(customer_id)s::bigint AND e.recorded_for = %(customer_id)s::bigint)
           OR (e.recorded_for = %(customer_id)s::bigint AND e.customer_id <> e.recorded_for))
      AND e.prevailed AND e.recorded_at <= %(at)s::timestamptz
)
SELECT name,
    CASE WHEN count(*) > 1 OR set_by IS NULL THEN profiles_join_lists(array_agg(value))
         ELSE (array_agg(value))[1] END AS value,
    max(at) AS at, (array_agg(source ORDER BY at DESC, id DESC))[1] AS source
FROM written WHERE id >= coalesce(set_by, 0) GROUP BY name, set_by ORDER BY name

-- name: sample_trait_names
-- Lists the traits of the newest people with how many of these have each and of what type the
-- values are. Reads so many people, whatever their number.
SELECT t.key, count(*)::bigint, array_agg(DISTINCT jsonb_typeof(t.value) ORDER BY jsonb_typeof(t.value))
FROM (
    SELECT traits FROM profiles_customer WHERE merged_into_id IS NULL AND erased_at IS NULL
    ORDER BY id DESC LIMIT %(people)s::int
) c CROSS JOIN LATERAL jsonb_each(c.traits) AS t
GROUP BY t.key ORDER BY t.key
