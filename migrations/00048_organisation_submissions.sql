-- +goose Up
-- What tells a form that is sent twice: its token and who sent it, in one. Organisations that are imported, or that staff
-- enter, have none.
ALTER TABLE organisations ADD COLUMN submission_key uuid, ADD CONSTRAINT organisations_submission_unique UNIQUE (submission_key);

-- +goose Down
ALTER TABLE organisations DROP COLUMN submission_key;
