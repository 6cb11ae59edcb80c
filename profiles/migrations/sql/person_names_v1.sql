CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX profiles_person_name_trigrams ON profiles_person_name USING gin (text gin_trgm_ops);

-- People whose name or address has words like the ones asked for, the most alike first; 0.45 lets a
-- wrong letter or two pass in a name. Leans on profiles_person_name_trigrams.
CREATE FUNCTION profiles_search_names(query text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.45 AS $$
    SELECT n.customer_id FROM profiles_person_name n
    JOIN profiles_customer c ON c.id = n.customer_id AND c.merged_into_id IS NULL AND c.erased_at IS NULL
    WHERE lower(query) <% n.text
    ORDER BY word_similarity(lower(query), n.text) DESC, n.customer_id DESC LIMIT most
$$;
