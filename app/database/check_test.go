package database

import (
	"context"
	"os"
	"strings"
	"testing"

	"ams/app/dev/postgres"
)

// A server of its own: dbtest imports this package, and its databases all know macrons.
func TestCheck(t *testing.T) {
	t.Parallel()
	srv, err := postgres.Start(t.Context(), postgres.Config{Throwaway: true, Bin: os.Getenv("AMS_PG_BIN")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Stop)
	at := func(name string) *DB {
		db, err := Open(t.Context(), srv.DSN(name), Options{MaxConns: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		return db
	}
	admin := at("postgres")
	for _, q := range []string{
		`CREATE DATABASE c_locale TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C'`,
		`CREATE DATABASE c_search TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'`,
		`CREATE DATABASE sql_ascii TEMPLATE template0 ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'`,
	} {
		if _, err := admin.ExecContext(t.Context(), q); err != nil {
			t.Fatalf("%s: %v", q, err)
		}
	}
	var number int
	if err := admin.NewRaw(`SELECT current_setting('server_version_num')::int`).Scan(t.Context(), &number); err != nil {
		t.Fatal(err)
	}
	search := "does not know that ā"
	if number >= 180000 { // text search follows the database's provider there
		search = ""
	}
	for name, tc := range map[string]struct {
		database   string
		extensions []string
		want       string
	}{
		"OK":           {"postgres", []string{"unaccent", "pg_trgm", "btree_gist"}, ""},
		"ErrLocale":    {"c_locale", nil, "does not know that ā"},
		"ErrSearch":    {"c_search", nil, search},
		"ErrEncoding":  {"sql_ascii", nil, "has the encoding SQL_ASCII"},
		"ErrExtension": {"postgres", []string{"unaccent", "not_there"}, "lacks the extension not_there"},
	} {
		t.Run(name, func(t *testing.T) {
			err := check(context.Background(), at(tc.database), tc.extensions)
			if (err == nil) != (tc.want == "") || err != nil && !strings.Contains(err.Error(), tc.want) {
				t.Errorf("check of %s = %v, want %q", tc.database, err, tc.want)
			}
		})
	}
}
