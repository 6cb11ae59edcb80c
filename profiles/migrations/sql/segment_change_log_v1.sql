ALTER TABLE profiles_segment_change ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX profiles_segment_change_log ON profiles_segment_change (xid, id);

-- Who entered and left is a fact that starts journeys: it is never rewritten, only handed over when
-- people merge, and removed with its segment or its person.
CREATE FUNCTION profiles_guard_segment_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(OLD) - 'customer_id') = (to_jsonb(NEW) - 'customer_id') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Segment changes are facts: update of % refused.', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER profiles_segment_change_guard BEFORE UPDATE ON profiles_segment_change
    FOR EACH ROW EXECUTE FUNCTION profiles_guard_segment_change();

ALTER TABLE profiles_segment_due SET (autovacuum_vacuum_scale_factor = 0.02);
