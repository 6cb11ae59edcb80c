-- name: lock_due_upload
-- Locks the oldest upload that is to be worked on and that no other worker has; safe for many.
-- Leans on the index of the status.
SELECT id FROM profiles_upload WHERE status IN ('checking', 'running') AND id > %(after_id)s::bigint
ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED

-- name: count_people
-- Notes people whom a check has met and returns those it had not met before. Safe to run twice:
-- the second time nobody is new.
INSERT INTO profiles_upload_person (upload_id, digest, is_known)
SELECT %(upload_id)s::bigint, p.digest, p.is_known
FROM unnest(%(digests)s::uuid[], %(known)s::boolean[]) AS p (digest, is_known)
ON CONFLICT (upload_id, digest) DO NOTHING
RETURNING is_known

-- name: forget_pieces
-- Deletes the files of uploads that have ended, and of those that nobody went on with.
DELETE FROM profiles_upload_piece p USING profiles_upload u
WHERE u.id = p.upload_id
  AND (u.status IN ('finished', 'failed') OR u.created_at < %(before)s::timestamptz)
  AND u.status NOT IN ('checking', 'running')
