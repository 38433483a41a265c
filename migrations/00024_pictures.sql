-- +goose Up
-- Beside the picture that somebody chose: the small square one that pages show, a key in the public bucket as well.
ALTER TABLE users ADD COLUMN profile_thumbnail varchar(255) NOT NULL DEFAULT '';
CREATE INDEX users_without_thumbnail ON users (id) WHERE profile_picture <> '' AND profile_thumbnail = '';

-- +goose Down
DROP INDEX users_without_thumbnail;
ALTER TABLE users DROP COLUMN profile_thumbnail;
