-- +goose Up
-- What staff look after has a version, the text that it is found by, and an index for each order that its list offers.
ALTER TABLE membership_options ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (fold(name_en || ' ' || name_mi)) STORED;
CREATE TRIGGER membership_options_version BEFORE UPDATE ON membership_options FOR EACH ROW EXECUTE FUNCTION raise_version();

ALTER TABLE individual_memberships ADD COLUMN version bigint NOT NULL DEFAULT 1;
CREATE TRIGGER individual_memberships_version BEFORE UPDATE ON individual_memberships
    FOR EACH ROW EXECUTE FUNCTION raise_version();
CREATE INDEX individual_memberships_by_start ON individual_memberships (start_date, id);
CREATE INDEX individual_memberships_by_expiry ON individual_memberships (expiry_date, id);
CREATE INDEX individual_memberships_by_approval ON individual_memberships (approved_datetime, id);
CREATE INDEX individual_memberships_unapproved ON individual_memberships (id)
    WHERE approved_datetime IS NULL AND cancelled_datetime IS NULL;
CREATE INDEX individual_memberships_cancelled ON individual_memberships (id) WHERE cancelled_datetime IS NOT NULL;

-- An invoice without a purchase is an imported one; its number is all that it can be found by.
ALTER TABLE invoices ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (fold(invoice_number)) STORED;
CREATE TRIGGER invoices_version BEFORE UPDATE ON invoices FOR EACH ROW EXECUTE FUNCTION raise_version();
CREATE INDEX invoices_search ON invoices USING gin (search gin_trgm_ops);
CREATE INDEX invoices_by_issue ON invoices (issue_date, id);
CREATE INDEX invoices_by_due ON invoices (due_date, id);
CREATE INDEX invoices_by_payment ON invoices (paid_date, id);
CREATE INDEX invoices_by_amount ON invoices (amount, id);
CREATE INDEX invoices_unpaid ON invoices (id) WHERE paid_date IS NULL;
CREATE INDEX invoices_void ON invoices (id) WHERE provider_status IN ('VOIDED', 'DELETED');

ALTER TABLE purchases ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (fold(code || ' ' || reference)) STORED;
CREATE INDEX purchases_search ON purchases USING gin (search gin_trgm_ops);

-- +goose Down
DROP INDEX purchases_search;
ALTER TABLE purchases DROP COLUMN search;
DROP INDEX invoices_void, invoices_unpaid, invoices_by_amount, invoices_by_payment, invoices_by_due, invoices_by_issue, invoices_search;
DROP TRIGGER invoices_version ON invoices;
ALTER TABLE invoices DROP COLUMN search, DROP COLUMN version;
DROP INDEX individual_memberships_cancelled, individual_memberships_unapproved, individual_memberships_by_approval,
    individual_memberships_by_expiry, individual_memberships_by_start;
DROP TRIGGER individual_memberships_version ON individual_memberships;
ALTER TABLE individual_memberships DROP COLUMN version;
DROP TRIGGER membership_options_version ON membership_options;
ALTER TABLE membership_options DROP COLUMN search, DROP COLUMN version;
