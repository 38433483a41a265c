-- +goose Up
-- Terms are also found by what staff have noted about them.
ALTER TABLE terms DROP COLUMN search;
ALTER TABLE terms ADD COLUMN search text NOT NULL
    GENERATED ALWAYS AS (fold(key || ' ' || name_en || ' ' || name_mi || ' ' || description)) STORED;

-- +goose Down
ALTER TABLE terms DROP COLUMN search;
ALTER TABLE terms ADD COLUMN search text NOT NULL GENERATED ALWAYS AS (fold(key || ' ' || name_en || ' ' || name_mi)) STORED;
