-- Whether a value told of a trait takes the place of the one that is held. Every policy picks the
-- same value from the same set of values, whatever their order: that is what makes merging, parting
-- and late events exact. A null is a removal, which only the newest knows.
CREATE FUNCTION profiles_trait_prevails(rule text, value jsonb, at bigint, held jsonb, held_at bigint)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE
        WHEN rule = 'newest' THEN held_at IS NULL OR (at, value::text) > (held_at, held::text)
        WHEN value = 'null' THEN false
        WHEN held_at IS NULL OR held = 'null' THEN true
        WHEN rule = 'oldest' THEN at < held_at OR (at = held_at AND value::text < held::text)
        WHEN rule = 'largest' THEN value > held OR (value = held AND at < held_at)
        ELSE value < held OR (value = held AND at < held_at)
    END
$$;

-- What was said is never rewritten. It changes hands when merged people are parted, and goes when
-- the person is erased.
CREATE FUNCTION profiles_guard_trait_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'customer_id') = (to_jsonb(NEW) - 'customer_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The history of traits holds facts: update of % refused.', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER profiles_trait_entry_guard BEFORE UPDATE ON profiles_trait_entry
    FOR EACH ROW EXECUTE FUNCTION profiles_guard_trait_entry();
