-- name: lock_due_trigger
-- Takes the trigger whose time has come first, of a journey that is live, for this transaction.
-- Changes nothing. Leans on campaigns_trigger_next.
SELECT t.id, t.kind, t.segment_id, t.settings, t.next_at, t.progress, t.max_age
FROM campaigns_journey_trigger t
JOIN campaigns_journey j ON j.live_version_id = t.version_id AND j.status = 'live'
WHERE t.next_at <= %(now)s::timestamptz
ORDER BY t.next_at, t.id LIMIT 1 FOR UPDATE OF t SKIP LOCKED

-- name: list_date_entrants
-- A page of the people whose date, with the offset and on their own clock, lies in a span of time.
-- A day that a year lacks (29 February) is the day before. Changes nothing. Looks only at people whose
-- day is near, whatever their zone; leans on campaigns_trait_day_once and campaigns_trait_day_yearly.
WITH near AS MATERIALIZED (
    SELECT array_agg((extract(month FROM n.day) * 100 + extract(day FROM n.day))::smallint) AS month_days,
        min(n.day::date) AS first_day, max(n.day::date) AS last_day
    FROM generate_series((%(from)s::timestamptz AT TIME ZONE 'UTC')::date - %(offset_days)s::int - 2,
        (%(upto)s::timestamptz AT TIME ZONE 'UTC')::date - %(offset_days)s::int + 2, interval '1 day') AS n (day)
), candidate AS (
    SELECT k.customer_id FROM campaigns_trait_day k, near n
    WHERE k.trait = %(trait)s::text AND NOT %(yearly)s::bool AND k.day BETWEEN n.first_day AND n.last_day
    UNION ALL
    SELECT k.customer_id FROM campaigns_trait_day k, near n
    WHERE k.trait = %(trait)s::text AND %(yearly)s::bool AND k.month_day = ANY (n.month_days || 229::smallint)
)
SELECT c.id AS customer_id, i.at, v.text AS value
FROM profiles_customer c
CROSS JOIN LATERAL (SELECT left(c.traits ->> %(trait)s::text, 10) AS text) v
CROSS JOIN LATERAL (SELECT campaigns_day(c.traits, %(trait)s::text) AS day) d
CROSS JOIN LATERAL generate_series(0, CASE WHEN %(yearly)s::bool THEN 2 ELSE 0 END) AS y (place)
CROSS JOIN LATERAL (SELECT ((d.day + make_interval(years => CASE WHEN %(yearly)s::bool
        THEN extract(year FROM %(upto)s::timestamptz)::int - 1 + y.place - extract(year FROM d.day)::int ELSE 0 END)
    )::date + %(offset_days)s::int + %(at)s::time)
    AT TIME ZONE campaigns_zone(nullif(c.time_zone, ''), %(zone)s::text) AS at) i
WHERE c.id IN (SELECT k.customer_id FROM candidate k) AND c.id > %(after)s::bigint
    AND c.merged_into_id IS NULL AND c.erased_at IS NULL
    AND i.at > %(from)s::timestamptz AND i.at <= %(upto)s::timestamptz
ORDER BY c.id LIMIT %(batch)s::int

-- name: lock_days
-- Lets one transaction at a time keep the days of traits, so that a change is seen by the filling or by
-- the reader of changes. Changes nothing.
SELECT pg_advisory_xact_lock(hashtextextended('campaigns_trait_days', 0))

-- name: fill_days
-- Writes the days of all traits that triggers wait for, of everybody. Changes rows; safe to run twice.
INSERT INTO campaigns_trait_day AS t (trait, customer_id, day, month_day)
SELECT k.trait, c.id, d.day, extract(month FROM d.day) * 100 + extract(day FROM d.day)
FROM (SELECT DISTINCT settings ->> 'trait' AS trait FROM campaigns_journey_trigger WHERE kind = 'date_trait') k
JOIN profiles_customer c ON c.traits ? k.trait
CROSS JOIN LATERAL (SELECT campaigns_day(c.traits, k.trait) AS day) d
WHERE d.day IS NOT NULL
ON CONFLICT (trait, customer_id) DO UPDATE SET day = excluded.day, month_day = excluded.month_day
WHERE t.day <> excluded.day

-- name: refresh_days
-- Writes the days of the people whose traits a batch of the log changed, and takes out days that no trait
-- says any more. Changes rows; safe to run twice.
WITH kept AS (
    SELECT DISTINCT settings ->> 'trait' AS trait FROM campaigns_journey_trigger WHERE kind = 'date_trait'
), told AS (
    SELECT DISTINCT p.id, k.trait FROM profiles_trait_entry e
    CROSS JOIN LATERAL (VALUES (e.customer_id), (e.recorded_for)) AS p (id)
    JOIN kept k ON e.traits ? k.trait
    WHERE (e.xid, e.id) > (%(after_xid)s::text::xid8, %(after_id)s::bigint)
        AND (e.xid, e.id) <= (%(upto_xid)s::text::xid8, %(upto_id)s::bigint)
), said AS MATERIALIZED (
    SELECT t.id, t.trait, campaigns_day(c.traits, t.trait) AS day FROM told t JOIN profiles_customer c ON c.id = t.id
), gone AS (
    DELETE FROM campaigns_trait_day d USING said s WHERE d.customer_id = s.id AND d.trait = s.trait AND s.day IS NULL
)
INSERT INTO campaigns_trait_day (trait, customer_id, day, month_day)
SELECT s.trait, s.id, s.day, extract(month FROM s.day) * 100 + extract(day FROM s.day) FROM said s WHERE s.day IS NOT NULL
ON CONFLICT (trait, customer_id) DO UPDATE SET day = excluded.day, month_day = excluded.month_day

-- name: save_progress
-- Notes how far a trigger has come, and when it goes on. Changes a row.
UPDATE campaigns_journey_trigger SET progress = %(progress)s::bigint, next_at = %(next_at)s::timestamptz
WHERE id = %(id)s::bigint
