-- Drops the months of the touchpoints that ended before an instant, unless something in them lies
-- behind the position that all readers have reached. The history without a month of its own goes
-- row by row. Returns how many touchpoints went.
CREATE FUNCTION profiles_drop_old_months(before_at timestamptz, read_xid xid8, read_id bigint)
RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    child text;
    is_needed boolean;
    found bigint;
    gone bigint := 0;
BEGIN
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'profiles_touchpoint'::regclass AND c.relname ~ '^profiles_touchpoint_[0-9]{6}$'
          AND (to_date(right(c.relname, 6), 'YYYYMM') + interval '1 month') AT TIME ZONE 'UTC' <= before_at
        ORDER BY c.relname
    LOOP
        EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', child);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE (xid, id) > ($1, $2))', child)
            INTO is_needed USING read_xid, read_id;
        CONTINUE WHEN is_needed;
        EXECUTE format('SELECT count(*) FROM %I', child) INTO found;
        EXECUTE format('ALTER TABLE profiles_touchpoint DETACH PARTITION %I', child);
        EXECUTE format('DROP TABLE %I', child);
        gone := gone + found;
    END LOOP;
    DELETE FROM profiles_touchpoint_default t USING profiles_event e
    WHERE t.event_id = e.id AND t.occurred_at < before_at AND (t.xid, t.id) <= (read_xid, read_id);
    GET DIAGNOSTICS found = ROW_COUNT;
    RETURN gone + found;
END $$;

-- Returns where the oldest month of the touchpoints begins that holds any; of history without a month
-- of its own the first event. Leans on profiles_touchpoint_event.
CREATE FUNCTION profiles_oldest_month() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
DECLARE
    child text;
    is_used boolean;
    oldest timestamptz;
BEGIN
    SELECT min(first.occurred_at) INTO oldest FROM profiles_event e
    CROSS JOIN LATERAL (
        SELECT t.occurred_at FROM profiles_touchpoint_default t
        WHERE t.event_id = e.id ORDER BY t.occurred_at LIMIT 1
    ) first;
    IF oldest IS NOT NULL THEN
        RETURN oldest;
    END IF;
    FOR child IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'profiles_touchpoint'::regclass AND c.relname ~ '^profiles_touchpoint_[0-9]{6}$'
        ORDER BY c.relname
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', child) INTO is_used;
        IF is_used THEN
            RETURN to_date(right(child, 6), 'YYYYMM')::timestamp AT TIME ZONE 'UTC';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
