-- +goose Up
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Search text without case and accents. unaccent alone is only STABLE, so generated columns and indexes refuse it.
-- +goose StatementBegin
CREATE FUNCTION fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
    AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION fold(text);
DROP EXTENSION btree_gist;
DROP EXTENSION pg_trgm;
DROP EXTENSION unaccent;
