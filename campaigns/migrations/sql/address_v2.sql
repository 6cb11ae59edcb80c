-- The address of the device of a channel that a person used last, or NULL.
CREATE FUNCTION campaigns_device(customer bigint, wanted text) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT d.address FROM campaigns_device d
    WHERE d.customer_id = customer AND d.channel = wanted AND d.gone_at IS NULL
    ORDER BY d.seen_at DESC, d.id DESC LIMIT 1
$$;

-- Where a message of a channel goes: the planned address, else the person's trait, else the newest
-- identifier or device; empty when there is none or it cannot be one. A phone number is written as
-- E.164: digits after a plus. Returns a table, so that the planner puts it into the statement.
CREATE OR REPLACE FUNCTION campaigns_address(customer bigint, customer_key uuid, traits jsonb, channel text, planned text)
RETURNS TABLE (address text) LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN channel IN ('email', 'audience') AND found.address !~ '^[^@\s]+@[^@\s]+\.[^@\s]+$' THEN ''
        WHEN channel IN ('sms', 'whatsapp') AND found.address !~ '^\+[1-9][0-9]{6,14}$' THEN ''
        ELSE found.address END
    FROM (SELECT coalesce(nullif(planned, ''), CASE
        WHEN channel IN ('email', 'audience') THEN
            coalesce(nullif(traits ->> 'email', ''), campaigns_identity(customer, 'email'))
        WHEN channel IN ('sms', 'whatsapp') THEN regexp_replace(
            coalesce(nullif(traits ->> 'phone', ''), campaigns_identity(customer, 'phone')), '[^+0-9]', '', 'g')
        WHEN channel = 'push' THEN
            coalesce(campaigns_device(customer, 'push'), campaigns_identity(customer, 'device_token'))
        WHEN channel = 'webpush' THEN campaigns_device(customer, 'webpush')
        ELSE customer_key::text END, '') AS address OFFSET 0) AS found
$$;
