-- The columns and indexes by which subscribers read these tables as logs.
ALTER TABLE referrals_referral_change
    ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX referrals_referral_change_log ON referrals_referral_change (xid, id);

ALTER TABLE referrals_visit ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX referrals_visit_log ON referrals_visit (xid, id);

ALTER TABLE referrals_ledger_entry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX referrals_ledger_entry_log ON referrals_ledger_entry (xid, id);
