-- The ledger's promises, kept by the database and not only by our code.

-- 1. Entries and postings are never changed and never deleted. Corrections are new postings.
CREATE FUNCTION referrals_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: post a correction instead', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER referrals_ledger_entry_append_only
    BEFORE UPDATE OR DELETE ON referrals_ledger_entry
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();

CREATE TRIGGER referrals_posting_append_only
    BEFORE UPDATE OR DELETE ON referrals_posting
    FOR EACH ROW EXECUTE FUNCTION referrals_refuse_change();

-- The settings of the functions keep a plan that was made while the tables were empty from
-- reading them whole once they have grown.

-- 2. At commit every posting has at least two entries, in one unit, that sum to zero.
CREATE FUNCTION referrals_check_posting() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan TO off SET enable_hashjoin TO off SET enable_mergejoin TO off AS $$
DECLARE
    posting bigint := CASE TG_TABLE_NAME WHEN 'referrals_posting' THEN NEW.id ELSE
        (to_jsonb(NEW) ->> 'posting_id')::bigint END;
    found record;
BEGIN
    SELECT count(*) AS entries, coalesce(sum(e.amount), 0) AS total,
        count(DISTINCT (a.unit, a.program_id)) AS units INTO found
    FROM referrals_ledger_entry e JOIN referrals_account a ON a.id = e.account_id
    WHERE e.posting_id = posting;
    IF found.entries < 2 OR found.total <> 0 OR found.units <> 1 THEN
        RAISE EXCEPTION 'posting % is not balanced: % entries, % units, sum %',
            posting, found.entries, found.units, found.total
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER referrals_posting_balanced
    AFTER INSERT ON referrals_posting DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_check_posting();

CREATE CONSTRAINT TRIGGER referrals_ledger_entry_balanced
    AFTER INSERT ON referrals_ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION referrals_check_posting();

-- 3. A member's account is never seen below zero. The lock on the account makes two
--    transactions that take from it wait for each other, so the sum sees both. NO KEY, because
--    each already holds the key share lock of its own entries' foreign key.
CREATE FUNCTION referrals_check_member_balance() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan TO off AS $$
DECLARE
    account_kind text;
    balance numeric;
BEGIN
    SELECT kind INTO account_kind FROM referrals_account WHERE id = NEW.account_id;
    IF account_kind NOT IN ('pending', 'available') THEN
        RETURN NULL;
    END IF;
    -- A later entry of this transaction checks the same sum: once for each account is enough.
    IF EXISTS (
        SELECT FROM referrals_ledger_entry later
        WHERE later.account_id = NEW.account_id AND later.id > NEW.id AND later.amount < 0
            AND later.xid = pg_current_xact_id()
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM referrals_account WHERE id = NEW.account_id FOR NO KEY UPDATE;
    SELECT sum(amount) INTO balance FROM referrals_ledger_entry WHERE account_id = NEW.account_id;
    IF balance < 0 THEN
        RAISE EXCEPTION 'account % would fall to %', NEW.account_id, balance
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER referrals_ledger_entry_member_balance
    AFTER INSERT ON referrals_ledger_entry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.amount < 0) EXECUTE FUNCTION referrals_check_member_balance();
