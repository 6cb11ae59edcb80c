-- The day that a trait says, or NULL where it says none.
CREATE FUNCTION campaigns_day(traits jsonb, trait text) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN s.said ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' THEN
        CASE WHEN pg_input_is_valid(s.said, 'date') THEN s.said::date END END
    FROM (SELECT left(traits ->> trait, 10) AS said) s
$$;
INSERT INTO campaigns_trait_day (trait, customer_id, day, month_day)
SELECT k.trait, c.id, d.day, extract(month FROM d.day) * 100 + extract(day FROM d.day)
FROM (SELECT DISTINCT settings ->> 'trait' AS trait FROM campaigns_journey_trigger WHERE kind = 'date_trait') k
JOIN profiles_customer c ON c.traits ? k.trait
CROSS JOIN LATERAL (SELECT campaigns_day(c.traits, k.trait) AS day) d
WHERE d.day IS NOT NULL;
