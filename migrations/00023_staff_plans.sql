-- +goose Up
-- A search for a person, a purchase or an option goes on from what it found to the records of the list. With their ids in
-- the index it need not read the records themselves, nor does it take to reading a whole table when it expects many.
DROP INDEX individual_memberships_by_option;
CREATE INDEX individual_memberships_by_option ON individual_memberships (membership_option_id, id);
CREATE INDEX individual_memberships_by_user ON individual_memberships (user_id, id);
CREATE INDEX email_addresses_by_user ON email_addresses (user_id, id);
DROP INDEX invoices_by_account;
CREATE INDEX invoices_by_account ON invoices (account_id, id);
ALTER TABLE invoices DROP CONSTRAINT invoices_purchase_unique,
    ADD CONSTRAINT invoices_purchase_unique UNIQUE (purchase_id) INCLUDE (id);
ALTER TABLE billing_accounts DROP CONSTRAINT billing_accounts_user_unique,
    ADD CONSTRAINT billing_accounts_user_unique UNIQUE (user_id) INCLUDE (id);

-- The filter offers purposes that few or no invoices have.
CREATE INDEX invoices_by_purpose ON invoices (purpose, id);

-- A delete asks what renews the membership, and so does its foreign key; the unique index leaves out cancelled ones.
CREATE INDEX individual_memberships_by_renewed ON individual_memberships (renews_id, id) WHERE renews_id IS NOT NULL;

-- +goose Down
DROP INDEX individual_memberships_by_renewed, invoices_by_purpose;
ALTER TABLE billing_accounts DROP CONSTRAINT billing_accounts_user_unique,
    ADD CONSTRAINT billing_accounts_user_unique UNIQUE (user_id);
ALTER TABLE invoices DROP CONSTRAINT invoices_purchase_unique, ADD CONSTRAINT invoices_purchase_unique UNIQUE (purchase_id);
DROP INDEX invoices_by_account;
CREATE INDEX invoices_by_account ON invoices (account_id);
DROP INDEX email_addresses_by_user, individual_memberships_by_user, individual_memberships_by_option;
CREATE INDEX individual_memberships_by_option ON individual_memberships (membership_option_id);
