-- The first form, for the way back.
CREATE OR REPLACE FUNCTION profiles_make_partitions(parent text, step text, from_at timestamptz, upto_at timestamptz)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    lower_at timestamptz := date_trunc(step, from_at, 'UTC');
    upper_at timestamptz;
    child text;
    made integer := 0;
BEGIN
    WHILE lower_at <= upto_at LOOP
        upper_at := (lower_at AT TIME ZONE 'UTC' + ('1 ' || step)::interval) AT TIME ZONE 'UTC';
        child := parent || '_' || to_char(lower_at AT TIME ZONE 'UTC',
                                          CASE step WHEN 'day' THEN 'YYYYMMDD' ELSE 'YYYYMM' END);
        IF to_regclass(child) IS NULL THEN
            PERFORM pg_advisory_xact_lock(hashtextextended('profiles_make_partitions', 0));
            IF to_regclass(child) IS NULL THEN
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS '
                               'INCLUDING STORAGE)', child, parent);
                EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                               parent, child, lower_at, upper_at);
                made := made + 1;
            END IF;
        END IF;
        lower_at := upper_at;
    END LOOP;
    RETURN made;
END $$;
