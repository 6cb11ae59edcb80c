CREATE FUNCTION kernel_bucket(salt text, key text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (('x' || left(md5(salt || ':' || key), 8))::bit(32)::bigint % 10000)::integer;
