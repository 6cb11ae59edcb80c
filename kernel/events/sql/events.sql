-- name: insert_events
-- Appends events of one type in the order given; a key that exists is skipped.
-- Safe to run twice for events that carry a key. Leans on the unique index of kernel_event.key.
INSERT INTO kernel_event (type, version, subject, payload, key, cause_id, hop, occurred_at)
SELECT %(type)s::text, %(version)s::smallint, new.subject, new.payload, new.key,
    new.cause_id, new.hop, %(now)s::timestamptz
FROM jsonb_to_recordset(%(events)s::jsonb)
    AS new (subject text, payload jsonb, key text, cause_id bigint, hop smallint)
ON CONFLICT (key) DO NOTHING
RETURNING id
