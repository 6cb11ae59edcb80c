-- Changes of traits are a fact log.
ALTER TABLE profiles_trait_entry ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX profiles_trait_entry_log ON profiles_trait_entry (xid, id);
