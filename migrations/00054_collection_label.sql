-- +goose Up
-- What the collection of this path is called: its own name behind those of the collections that it lies in.
-- +goose StatementBegin
CREATE FUNCTION collection_label(of text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT string_agg(name, ' / ' ORDER BY length(path)) FROM collections WHERE starts_with(of, path) $$;
-- +goose StatementEnd

-- +goose Down
DROP FUNCTION collection_label(text);
