-- A key as UUID version 7: the time in front, so that new keys lie together in their index, and 74
-- random bits behind it.
CREATE FUNCTION campaigns_delivery_key() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex((1000 * date_part('epoch', clock_timestamp()))::bigint), 12, '0')
        || '-7' || substr(gen_random_uuid()::text, 16))::uuid
$$;
