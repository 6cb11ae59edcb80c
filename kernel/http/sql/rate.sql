-- name: take
-- Takes one request from the bucket if there is one, and says until when the bucket is spent.
-- One row for each bucket, changed in place; safe for many web processes at once.
WITH taken AS (
    INSERT INTO kernel_rate AS bucket (name, spent_until)
    VALUES (%(name)s::text, %(now)s::timestamptz + %(step)s::interval)
    ON CONFLICT (name) DO UPDATE
    SET spent_until = GREATEST(bucket.spent_until, %(now)s::timestamptz) + %(step)s::interval
    WHERE GREATEST(bucket.spent_until, %(now)s::timestamptz) + %(step)s::interval
        <= %(now)s::timestamptz + %(burst)s::interval
    RETURNING spent_until
)
SELECT true AS is_taken, spent_until FROM taken
UNION ALL
SELECT false, spent_until FROM kernel_rate
WHERE name = %(name)s::text AND NOT EXISTS (SELECT FROM taken)
