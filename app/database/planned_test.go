package database_test

import (
	"testing"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/database/dbtest"
)

// A query whose plan is kept gives what any other gives: on the pool, in a transaction that has written before, counted
// as one, and with another value each time.
func TestPlanned(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ctx, counter := database.Count(t.Context())
	ask := func(db bun.IDB, values ...any) (names []string) {
		t.Helper()
		err := db.NewSelect().ColumnExpr("name").Table("kept").Where("id = ANY(?) AND since <= ?", bun.Safe("$1"), bun.Safe("$2")).
			OrderExpr("id").Conn(database.Planned(db, values...)).Scan(ctx, &names)
		if err != nil {
			t.Fatalf("Planned(%v) = %v", values, err)
		}
		return names
	}
	day := func(s string) clock.Date {
		d, err := clock.ParseDate(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), `CREATE TEMPORARY TABLE kept (id bigint PRIMARY KEY, name text, since date);
		INSERT INTO kept VALUES (1, 'it''s \ ? $1', '2027-01-01'), (2, 'Ngā', '2027-06-01')`); err != nil {
		t.Fatal(err)
	}
	for range 7 { // from the sixth time on PostgreSQL may plan for any value
		for _, c := range []struct {
			ids  []int64
			on   string
			want int
		}{{[]int64{1, 2}, "2027-06-01", 2}, {[]int64{1, 2}, "2027-05-31", 1}, {[]int64{2}, "2027-05-31", 0}, {nil, "2028-01-01", 0}} {
			if got := ask(conn, c.ids, day(c.on)); len(got) != c.want || c.want > 0 && got[0] != `it's \ ? $1` {
				t.Errorf("of %v on %s: %q, want %d", c.ids, c.on, got, c.want)
			}
		}
	}
	before := counter.N()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.NewRaw("INSERT INTO kept VALUES (3, 'new', '2027-01-01')").Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if got := ask(tx, []int64{3}, day("2027-01-01")); len(got) != 1 || got[0] != "new" {
		t.Errorf("in the transaction that stored it: %q, want it", got)
	}
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	if n := counter.N() - before; n != 2 {
		t.Errorf("counted %d statements, want the insert and the query:\n%q", n, counter.Statements()[before:])
	}
	if got := ask(conn, []int64{3}, day("2027-01-01")); len(got) != 0 {
		t.Errorf("after it was rolled back: %q, want nothing", got)
	}
	var plans int
	if err := conn.NewRaw("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%kept%'").Scan(t.Context(), &plans); err != nil || plans != 1 {
		t.Errorf("%d plans are kept, %v, want one for all of them", plans, err)
	}
}
