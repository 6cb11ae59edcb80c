-- Which outlet a person takes at a node: the first, or at a split the one of their bucket.
CREATE OR REPLACE FUNCTION campaigns_outlet(bounds integer[], salt text, customer_key uuid) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN bounds = '{}' THEN 1
        ELSE width_bucket(kernel_bucket(salt, customer_key::text), bounds) + 1 END
$$;
DROP FUNCTION campaigns_bucket(text, uuid);
