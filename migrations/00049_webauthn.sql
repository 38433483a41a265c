-- +goose Up
-- Somebody has one app and one set of recovery codes. Security keys, which an import may bring, can be several.
ALTER TABLE authenticators DROP CONSTRAINT authenticators_once;
CREATE UNIQUE INDEX authenticators_once ON authenticators (user_id, type) WHERE type IN ('totp', 'recovery_codes');
CREATE INDEX authenticators_by_user ON authenticators (user_id, id);

-- +goose Down
DROP INDEX authenticators_by_user;
DROP INDEX authenticators_once;
ALTER TABLE authenticators ADD CONSTRAINT authenticators_once UNIQUE (user_id, type);
