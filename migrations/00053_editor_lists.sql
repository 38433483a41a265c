-- +goose Up
-- The editor lists people by name. The index that leads by last name alone gives way to it, so that a change of a person
-- writes as many as before. When somebody last signed in has none: one would make every sign-in write into all of them.
CREATE INDEX users_by_name ON users (last_name, first_name, id);
DROP INDEX users_by_last_name;

-- +goose Down
CREATE INDEX users_by_last_name ON users (last_name, id);
DROP INDEX users_by_name;
