-- name: claim_key
-- Takes the key for this caller and returns its row's id, or nothing when it is taken.
-- A second claim waits until the first one's transaction ends. An expired key is taken over.
INSERT INTO kernel_idempotencykey AS taken (caller, key, fingerprint, created_at)
VALUES (%(caller)s::text, %(key)s::text, %(fingerprint)s::text, %(now)s::timestamptz)
ON CONFLICT (caller, key) DO UPDATE
SET fingerprint = EXCLUDED.fingerprint, status = NULL, body = NULL,
    created_at = EXCLUDED.created_at
WHERE taken.created_at < %(expired_before)s::timestamptz
RETURNING id

-- name: find_answer
-- Returns what was answered under the key.
SELECT fingerprint, status, body
FROM kernel_idempotencykey
WHERE caller = %(caller)s::text AND key = %(key)s::text

-- name: store_answer
-- Keeps the answer. Changes one row.
UPDATE kernel_idempotencykey
SET status = %(status)s::smallint, body = %(body)s::text
WHERE id = %(id)s::bigint

-- name: purge_keys
-- Deletes keys that nobody may repeat any more. Safe to run twice; leans on idempotency_key_age_idx.
DELETE FROM kernel_idempotencykey
WHERE created_at < %(expired_before)s::timestamptz
