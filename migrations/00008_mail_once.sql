-- +goose Up
-- What happened names its letter, so that a job that runs twice writes it once.
ALTER TABLE email_messages ADD COLUMN once_key text;
CREATE UNIQUE INDEX email_messages_once ON email_messages (once_key) WHERE once_key IS NOT NULL;

-- +goose Down
DROP INDEX email_messages_once;
ALTER TABLE email_messages DROP COLUMN once_key;
