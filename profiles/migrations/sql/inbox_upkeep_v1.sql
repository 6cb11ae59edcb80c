-- Drops the days of the inbox that ended before an instant and hold nothing. The lock comes first,
-- so that nothing can arrive between looking and dropping.
CREATE FUNCTION profiles_drop_drained_days(before_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    child text;
    is_used boolean;
    dropped integer := 0;
BEGIN
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'profiles_inbox'::regclass
          AND c.relname < 'profiles_inbox_' || to_char(before_at AT TIME ZONE 'UTC', 'YYYYMMDD')
    LOOP
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', child);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', child) INTO is_used;
        IF NOT is_used THEN
            EXECUTE format('DROP TABLE %I', child);
            dropped := dropped + 1;
        END IF;
    END LOOP;
    RETURN dropped;
END $$;
