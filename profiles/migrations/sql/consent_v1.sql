ALTER TABLE profiles_consent_entry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX profiles_consent_entry_log ON profiles_consent_entry (xid, id);

-- The ledger is a proof: nothing is deleted, and an entry only ever changes hands (a merge).
-- Erasing a person blanks address and proof, in a transaction that says so.
CREATE FUNCTION profiles_guard_consent_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (OLD.id, OLD.xid, OLD.recorded_for, OLD.channel, OLD.topic, OLD.state, OLD.source, OLD.text_version, OLD.at)
          = (NEW.id, NEW.xid, NEW.recorded_for, NEW.channel, NEW.topic, NEW.state, NEW.source, NEW.text_version, NEW.at)
        AND ((OLD.address, OLD.proof) = (NEW.address, NEW.proof)
             OR current_setting('profiles.erasing', true) = 'on') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The consent ledger is append-only: % of entry % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER profiles_consent_entry_guard BEFORE UPDATE OR DELETE ON profiles_consent_entry
    FOR EACH ROW EXECUTE FUNCTION profiles_guard_consent_entry();

-- May we speak to a person on a channel about a topic, and if not, why not? Join it with LATERAL in
-- the transaction that claims the send. A null address takes the newest. The twin in Python
-- is `consent/rules.py`. Reasons: allowed, no_address, suppressed, consent_withdrawn, no_consent.
CREATE FUNCTION profiles_may_contact(
    wanted_customer bigint, wanted_channel text, wanted_topic text, wanted_address text
) RETURNS TABLE (allowed boolean, reason text, address text, consent text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT gate.reason = 'allowed', gate.reason, gate.address, gate.consent
    FROM (
        SELECT coalesce(wanted_address, CASE
                   WHEN wanted_channel IN ('email', 'sms', 'push') THEN (
                       SELECT i.value::text FROM profiles_identity i
                       WHERE i.customer_id = wanted_customer AND i.kind = CASE wanted_channel
                           WHEN 'email' THEN 'email' WHEN 'sms' THEN 'phone' ELSE 'device_token' END
                       ORDER BY i.id DESC LIMIT 1)
                   ELSE '' END) AS address
    ) AS place
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN bool_or(s.topic = '' AND s.state = 'withdrawn') THEN 'withdrawn'
            WHEN bool_or(s.topic <> '' AND s.state = 'withdrawn') THEN 'withdrawn'
            WHEN bool_or(s.topic <> '' AND s.state = 'never') THEN 'never'
            WHEN bool_or(s.topic <> '' AND s.state = 'granted') THEN 'granted'
            WHEN bool_or(s.state = 'never') THEN 'never'
            WHEN bool_or(s.state = 'granted') THEN 'granted'
            ELSE 'none' END AS consent
        FROM profiles_consent s
        WHERE s.customer_id = wanted_customer AND s.channel = wanted_channel
          AND s.topic IN ('', wanted_topic) AND s.address IN ('', place.address)
    ) AS stated
    CROSS JOIN LATERAL (
        SELECT place.address, stated.consent, CASE
            WHEN place.address IS NULL THEN 'no_address'
            WHEN EXISTS (SELECT 1 FROM profiles_suppression x
                         WHERE x.channel = wanted_channel AND x.address = place.address
                           AND x.released_at IS NULL) THEN 'suppressed'
            WHEN stated.consent = 'granted' THEN 'allowed'
            WHEN stated.consent = 'withdrawn' THEN 'consent_withdrawn'
            ELSE 'no_consent' END AS reason
    ) AS gate
$$;

-- Which of two contradicting statements holds when people become one: the higher.
CREATE FUNCTION profiles_strictness(state text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE state WHEN 'withdrawn' THEN 3 WHEN 'never' THEN 2 WHEN 'granted' THEN 1 ELSE 0 END
$$;
