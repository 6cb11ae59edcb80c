-- name: gather_facts
-- What the database knows about a sign-up: shared phone, the mailbox or the friend referred
-- before, and earlier purchases. Reads a few index entries of each table.
SELECT
    EXISTS (
        SELECT FROM profiles_identity own
        JOIN profiles_identity other ON other.kind = own.kind AND other.value = own.value
        WHERE own.kind = 'phone' AND own.customer_id = %(friend_id)s::bigint
            AND other.customer_id = a.customer_id
    ) AS has_same_phone,
    (
        SELECT min(r.id) FROM referrals_referral r
        WHERE r.program_id = a.program_id AND r.friend_print = %(friend_print)s::bytea
            AND r.friend_id <> %(friend_id)s::bigint AND r.status <> 'rejected'
    ) AS other_referral_with_mailbox,
    (
        SELECT min(r.advocate_id) FROM referrals_referral r
        JOIN referrals_advocate first ON first.id = r.advocate_id
        WHERE r.program_id = a.program_id AND r.friend_id = %(friend_id)s::bigint
            AND r.status <> 'rejected' AND first.customer_id <> a.customer_id
    ) AS other_advocate,
    (
        SELECT count(*) FROM profiles_touchpoint t
        JOIN profiles_event e ON e.id = t.event_id
        WHERE t.customer_id = %(friend_id)s::bigint AND e.name = %(qualifying_event)s::text
            AND NOT EXISTS (
                SELECT FROM referrals_referral own
                WHERE own.program_id = a.program_id AND own.friend_id = t.customer_id
                    AND own.status <> 'rejected' AND t.occurred_at >= own.started_at
            )
    ) AS earlier_purchases
FROM referrals_advocate a
WHERE a.id = %(advocate_id)s::bigint

-- name: list_mailboxes
-- The e-mail addresses of a customer. Leans on the identity's index by customer.
SELECT value FROM profiles_identity
WHERE customer_id = %(customer_id)s::bigint AND kind = 'email'
ORDER BY id
