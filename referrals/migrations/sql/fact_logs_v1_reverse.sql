ALTER TABLE referrals_ledger_entry DROP COLUMN xid;
ALTER TABLE referrals_visit DROP COLUMN xid;
ALTER TABLE referrals_referral_change DROP COLUMN xid;
