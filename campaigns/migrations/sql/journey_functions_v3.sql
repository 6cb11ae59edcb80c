-- Whether an event belongs to the way of an enrollment: always without a key, else by its value.
CREATE FUNCTION campaigns_same_key(properties jsonb, key jsonb, instance_key text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT key IS NULL OR instance_key = ''
        OR coalesce(properties #>> ARRAY(SELECT jsonb_array_elements_text(key)) = instance_key, false)
$$;

-- Whether somebody has met a goal or an exit of a version since they entered it, by what is recorded.
CREATE FUNCTION campaigns_has_left(version bigint, customer bigint, entered timestamptz, instance_key text)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM campaigns_journey_leave l
        JOIN profiles_event x ON x.name = l.event_name
        JOIN profiles_touchpoint t ON t.customer_id = customer AND t.event_id = x.id AND t.occurred_at >= entered
        WHERE l.version_id = version AND t.properties @? l.filter_path::jsonpath
            AND campaigns_same_key(t.properties, l.key_path, instance_key))
$$;
