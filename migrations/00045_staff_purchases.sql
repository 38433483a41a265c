-- +goose Up
-- Staff look after purchases: a version, and an index for each order and filter that their list offers.
ALTER TABLE purchases ADD COLUMN version bigint NOT NULL DEFAULT 1;
CREATE TRIGGER purchases_version BEFORE UPDATE ON purchases FOR EACH ROW EXECUTE FUNCTION raise_version();
CREATE INDEX purchases_by_state ON purchases (invoice_state, id);
CREATE INDEX purchases_by_kind ON purchases (kind, id);
CREATE INDEX purchases_by_date ON purchases (created_at, id);
CREATE INDEX purchases_by_code ON purchases (code, id);
CREATE INDEX purchases_by_total ON purchases (total, id);

-- +goose Down
DROP INDEX purchases_by_total, purchases_by_code, purchases_by_date, purchases_by_kind, purchases_by_state;
DROP TRIGGER purchases_version ON purchases;
ALTER TABLE purchases DROP COLUMN version;
