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
-- A day that a year lacks (29 February) is the day before. Changes nothing; reads everybody who has
-- the trait.
SELECT c.id AS customer_id, i.at, v.text AS value
FROM profiles_customer c
CROSS JOIN LATERAL (SELECT left(c.traits ->> %(trait)s::text, 10) AS text) v
CROSS JOIN LATERAL (SELECT CASE WHEN pg_input_is_valid(v.text, 'date') THEN v.text::date END AS day) d
CROSS JOIN LATERAL generate_series(0, CASE WHEN %(yearly)s::bool THEN 2 ELSE 0 END) AS y (place)
CROSS JOIN LATERAL (SELECT ((d.day + make_interval(years => CASE WHEN %(yearly)s::bool
        THEN extract(year FROM %(upto)s::timestamptz)::int - 1 + y.place - extract(year FROM d.day)::int ELSE 0 END)
    )::date + %(offset_days)s::int + %(at)s::time)
    AT TIME ZONE campaigns_zone(nullif(c.time_zone, ''), %(zone)s::text) AS at) i
WHERE c.traits ? %(trait)s::text AND c.id > %(after)s::bigint AND v.text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
    AND c.merged_into_id IS NULL AND c.erased_at IS NULL
    AND i.at > %(from)s::timestamptz AND i.at <= %(upto)s::timestamptz
ORDER BY c.id LIMIT %(batch)s::int

-- name: save_progress
-- Notes how far a trigger has come, and when it goes on. Changes a row.
UPDATE campaigns_journey_trigger SET progress = %(progress)s::bigint, next_at = %(next_at)s::timestamptz
WHERE id = %(id)s::bigint
