-- Joins lists: every member once, in the order of JSON, the first 500; what is no list counts as a
-- list of one, and a null says nothing. The same members come of the same lists, whatever their order
-- and however they are grouped: that is what makes merging, parting and late events exact.
CREATE FUNCTION profiles_join_lists(lists jsonb[]) RETURNS jsonb LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(jsonb_agg(member ORDER BY member), '[]') FROM (
        SELECT DISTINCT m.member FROM unnest(lists) AS l (list)
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(l.list) WHEN 'array' THEN l.list ELSE jsonb_build_array(l.list) END
        ) AS m (member)
        WHERE m.member <> 'null' ORDER BY m.member LIMIT 500
    ) members
$$;
