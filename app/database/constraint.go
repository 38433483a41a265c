package database

import (
	"errors"

	"github.com/jackc/pgx/v5/pgconn"
)

// Constraint is the name of the rule of the schema that a statement broke (unique, foreign key, check, exclusion, not
// null), "" for every other error. A unique index counts by its own name; NOT NULL, nameless before PostgreSQL 18, is
// called table_column_not_null, as PostgreSQL 18 does.
func Constraint(err error) string {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return ""
	}
	switch pg.Code {
	case "23505", "23503", "23001", "23514", "23P01":
		return pg.ConstraintName
	case "23502":
		if pg.ConstraintName != "" {
			return pg.ConstraintName
		}
		return pg.TableName + "_" + pg.ColumnName + "_not_null"
	}
	return ""
}

// Unfit tells whether a statement failed because a value is longer or larger than its column holds.
func Unfit(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "22001" || pg.Code == "22003")
}
