-- The stable bucket of a person under a salt, 0 to 9999: the same in every statement and in
-- `campaigns.journeys.rules.buckets`.
CREATE FUNCTION campaigns_bucket(salt text, customer_key uuid) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT mod(('x' || substr(md5(salt || ':' || customer_key::text), 1, 12))::bit(48)::bigint, 10000)::integer
$$;

-- Which outlet a person takes at a node: the first, or at a split the one of their bucket.
CREATE FUNCTION campaigns_outlet(bounds integer[], salt text, customer_key uuid) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bounds = '{}' THEN 1
        ELSE width_bucket(campaigns_bucket(salt, customer_key), bounds) + 1 END
$$;
