-- How segment rules read a JSON value. Each function has a twin in `segments/rules/values.py`;
-- what cannot be read is null, never an error.
CREATE FUNCTION profiles_text(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) IN ('string', 'number', 'boolean') THEN value #>> '{}' END
$$;

CREATE FUNCTION profiles_number(value jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE jsonb_typeof(value)
        WHEN 'number' THEN value::numeric
        WHEN 'string' THEN CASE WHEN value #>> '{}' ~ '^-?[0-9]{1,15}(\.[0-9]{1,10})?$'
                                THEN (value #>> '{}')::numeric END
    END
$$;

CREATE FUNCTION profiles_boolean(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE value #>> '{}' WHEN 'true' THEN true WHEN 'false' THEN false END
$$;

CREATE FUNCTION profiles_texts(value jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN jsonb_typeof(value) = 'array' THEN ARRAY(
        SELECT profiles_text(element) FROM jsonb_array_elements(
            CASE WHEN jsonb_typeof(value) = 'array' THEN value END) AS element
        WHERE jsonb_typeof(element) IN ('string', 'number', 'boolean'))
    END
$$;

-- An ISO 8601 date or date and time; without an offset it is in UTC.
CREATE FUNCTION profiles_moment(value jsonb) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    part text[];
    away interval := interval '0';
BEGIN
    IF jsonb_typeof(value) IS DISTINCT FROM 'string' THEN
        RETURN NULL;
    END IF;
    part := regexp_match(value #>> '{}',
        '^([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
        '(?:[T ]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:\.([0-9]{1,6})[0-9]*)?)?'
        '(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?)?$');
    IF part IS NULL OR part[3]::integer > extract(day FROM
            make_date(part[1]::integer, part[2]::integer, 1) + interval '1 month - 1 day') THEN
        RETURN NULL;
    END IF;
    IF part[8] ~ '^[+-]' THEN
        away := make_interval(hours => substr(part[8], 2, 2)::integer,
                              mins => substr(part[8], 5, 2)::integer);
        IF left(part[8], 1) = '-' THEN
            away := -away;
        END IF;
    END IF;
    RETURN (make_date(part[1]::integer, part[2]::integer, part[3]::integer)
        + make_interval(hours => coalesce(part[4], '0')::integer,
                        mins => coalesce(part[5], '0')::integer,
                        secs => coalesce(part[6], '0')::integer)
        + rpad(coalesce(part[7], '0'), 6, '0')::integer * interval '1 microsecond'
        - away) AT TIME ZONE 'UTC';
END
$$;

-- The first anniversary on or after a day; 29 February falls on 28 in other years.
CREATE FUNCTION profiles_next_anniversary(moment timestamptz, today date) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN coming.this_year >= today THEN coming.this_year ELSE coming.next_year END
    FROM (
        SELECT (day + make_interval(years => (years - extract(year FROM day))::integer))::date
                   AS this_year,
               (day + make_interval(years => (years - extract(year FROM day))::integer + 1))::date
                   AS next_year
        FROM (SELECT (moment AT TIME ZONE 'UTC')::date AS day,
                     extract(year FROM today) AS years) AS given
    ) AS coming
$$;
