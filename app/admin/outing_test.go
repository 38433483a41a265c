package admin_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web/webtest"
)

// outing is an entity that nobody needs but these tests: it has every kind of field, column and filter.
type outing struct {
	bun.BaseModel `bun:"table:outings,alias:o"`

	ID        int64     `bun:",pk,autoincrement"`
	Version   int64     `bun:",nullzero,default:1"`
	Name      lang.Text `bun:"embed:name_"`
	Slug      string
	Notes     string
	Seats     int
	Cents     int64
	Published bool
	Kind      string
	Reason    string
	HeldOn    clock.Date
	StartsAt  *time.Time
	LeaderID  int64   `bun:",nullzero"`
	DeputyID  *int64  `bun:"deputy_id"`
	Helpers   []int64 `bun:"-"`
}

type stop struct {
	bun.BaseModel `bun:"table:stops,alias:s"`

	ID       int64 `bun:",pk,autoincrement"`
	OutingID int64
	Place    string
	Minutes  int
}

const schema = `
	CREATE TABLE outings (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version bigint NOT NULL DEFAULT 1,
		name_en varchar(60) NOT NULL, name_mi varchar(60) NOT NULL, slug varchar(20) NOT NULL CONSTRAINT outings_slug_unique UNIQUE, notes text NOT NULL,
		seats int NOT NULL, cents bigint NOT NULL, published boolean NOT NULL, kind text NOT NULL, reason text NOT NULL,
		held_on date NOT NULL, starts_at timestamptz,
		leader_id bigint REFERENCES users ON DELETE RESTRICT, deputy_id bigint REFERENCES users ON DELETE SET NULL,
		search text NOT NULL GENERATED ALWAYS AS (fold(name_en || ' ' || name_mi)) STORED);
	CREATE TRIGGER outings_version BEFORE UPDATE ON outings FOR EACH ROW EXECUTE FUNCTION raise_version();
	CREATE TABLE stops (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, outing_id bigint NOT NULL REFERENCES outings ON DELETE CASCADE,
		place varchar(30) NOT NULL, minutes int NOT NULL);
	CREATE TABLE outing_helpers (outing_id bigint REFERENCES outings ON DELETE CASCADE, user_id bigint REFERENCES users ON DELETE CASCADE,
		PRIMARY KEY (outing_id, user_id))`

// outings is what somebody declares for one more entity.
func outings(a *admin.Admin) admin.Resource[outing] {
	kinds := []field.Option{{Value: "walk", Label: lang.M("Walk")}, {Value: "other", Label: lang.M("Other")}}
	people := a.Chooser("users.user")
	helpers := admin.Link{Table: "outing_helpers", Owner: "outing_id", Other: "user_id"}
	return admin.Resource[outing]{
		App: "outings", Model: "outing", One: lang.M("outing"), Many: lang.M("Outings"), Icon: "flag", Letter: "w", Order: "o.held_on DESC",
		Title: func(o *outing) string { return o.Name.In(lang.Default) },
		New:   func() *outing { return &outing{Seats: 10, Kind: "walk"} },
		Columns: []admin.Column[outing]{
			admin.Words("name", lang.M("Name"), "o.name_en", func(tr *lang.Translator, o *outing) string { return o.Name.In(tr.Locale()) }),
			admin.Day("held_on", lang.M("Day"), "o.held_on", func(o *outing) clock.Date { return o.HeldOn }),
			admin.Time("starts", lang.M("Starts"), "o.starts_at", func(o *outing) *time.Time { return o.StartsAt }),
			admin.Number("seats", lang.M("Seats"), "o.seats", func(o *outing) int64 { return int64(o.Seats) }),
			admin.Yes("published", lang.M("Published"), "", func(o *outing) bool { return o.Published }),
			admin.Text("leader", lang.M("Leader"), "u.last_name", func(o *outing) string { return strconv.FormatInt(o.LeaderID, 10) }).Via("LEFT JOIN users u ON u.id = o.leader_id"),
		},
		Search: []admin.Search{admin.Own(), admin.Parent("users", "leader_id")},
		Filters: []admin.Filter{
			admin.OneOf("kind", lang.M("Kind"), "o.kind", kinds...), admin.Days("held", lang.M("Held"), "o.held_on"),
			admin.Times("starts", lang.M("Starts"), "o.starts_at"), admin.Related("leader", lang.M("Leader"), "o.leader_id = ?", people),
			shown(),
		},
		Sections: []admin.Section[outing]{
			admin.Sect(lang.M("Outing"),
				field.Translated("name", lang.M("Name"), func(o *outing) *lang.Text { return &o.Name }).Max(60),
				field.Name("slug", lang.M("Slug"), func(o *outing) *string { return &o.Slug }).OnceOnly(),
				field.Choice("kind", lang.M("Kind"), func(o *outing) *string { return &o.Kind }, kinds...),
				field.Text("reason", lang.M("Which"), func(o *outing) *string { return &o.Reason }).When(func(o *outing) bool { return o.Kind == "other" }),
				field.Date("held_on", lang.M("Day"), func(o *outing) *clock.Date { return &o.HeldOn }),
				field.DateTime("starts", lang.M("Start"), func(o *outing) **time.Time { return &o.StartsAt }).Optional(),
				field.Int("seats", lang.M("Seats"), func(o *outing) *int { return &o.Seats }, 1, 99),
				field.Parsed("price", lang.M("Price"), func(o *outing) *int64 { return &o.Cents }, cents, dollars, nil).Optional(),
				field.Bool("published", lang.M("Published"), func(o *outing) *bool { return &o.Published }),
				field.Ref("leader", lang.M("Leader"), func(o *outing) *int64 { return &o.LeaderID }, people),
				field.Ref("deputy", lang.M("Deputy"), func(o *outing) **int64 { return &o.DeputyID }, people).Optional(),
				field.Refs("helpers", lang.M("Helpers"), func(o *outing) *[]int64 { return &o.Helpers }, people),
				field.Long("notes", lang.M("Notes"), func(o *outing) *string { return &o.Notes }).Optional()),
			admin.Sect(lang.Message{}, field.Computed("state", lang.M("State"), func(*lang.Translator, *outing) string { return "sunny" }).Aside()),
		},
		Inlines: []admin.Inline[outing]{admin.Table[outing, stop]{
			Key: "stops", Entity: "outings.stop", Label: lang.M("Stops"), Column: "outing_id", Order: "id", Title: func(s *stop) string { return s.Place },
			Fields: []field.Field[stop]{
				field.Text("place", lang.M("Place"), func(s *stop) *string { return &s.Place }).Max(30).OnceOnly(),
				field.Int("minutes", lang.M("Minutes"), func(s *stop) *int { return &s.Minutes }, 1, 600),
			},
			New: func(owner int64) *stop { return &stop{OutingID: owner} }, Blank: 2, Write: admin.Rows[stop](),
		}},
		Actions: []admin.Action[outing]{{
			Name: "publish", Label: lang.M("Publish"), Ask: lang.M("Everybody will see them."),
			Each: publish, Done: func(n int) lang.Message { return lang.N("%d published.", "%d published.", n, n) },
		}},
		Fill: func(ctx context.Context, db bun.IDB, o *outing) (err error) {
			o.Helpers, err = helpers.Load(ctx, db, o.ID)
			return err
		},
		After: func(ctx context.Context, tx bun.Tx, _ access.Holder, o *outing) error {
			return helpers.Save(ctx, tx, o.ID, o.Helpers)
		},
		Broken: func(constraint string) (string, lang.Message) {
			if constraint == "outings_slug_unique" {
				return "slug", lang.M("Take another slug.")
			}
			return "", lang.Message{}
		},
		Write: sparing(),
	}
}

// sparing writes only rows that changed, so that the engine itself has to raise the version when a table of theirs does.
func sparing() admin.Writer[outing] {
	w := admin.Rows[outing]()
	update := w.Update
	w.Update = func(ctx context.Context, tx bun.Tx, by access.Holder, before, after *outing) error {
		if fmt.Sprint(*before) == fmt.Sprint(*after) {
			return nil
		}
		return update(ctx, tx, by, before, after)
	}
	return w
}

func shown() admin.Filter {
	f := admin.Cases("shown", lang.M("Shown"),
		admin.Case{Value: "yes", Label: lang.M("Full seats"), Where: "o.seats > 0"}, admin.Case{Value: "all", Label: lang.M("All of them")})
	f.Default = "yes"
	return f
}

func publish(ctx context.Context, tx bun.Tx, _ access.Holder, o *outing) error {
	if o.Kind == "other" {
		return fault.Conflict(lang.M("only walks are published"))
	}
	_, err := tx.NewUpdate().Model(o).Set("published = true").WherePK().Exec(ctx)
	return err
}

func cents(s string) (int64, lang.Message) {
	f, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, lang.M("Enter an amount.")
	}
	return f * 100, lang.Message{}
}

func dollars(c int64) string { return strconv.FormatInt(c/100, 10) }

// trips is a site with one more entity, changed where a test needs it, and somebody who looks after it.
func trips(t *testing.T, change ...func(*admin.Resource[outing])) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := webtest.New(t)
	s.Exec(schema)
	s.App.Staff.Area("outings", lang.M("Outings"), "flag")
	r := outings(s.App.Staff)
	for _, c := range change {
		c(&r)
	}
	admin.Add(s.App.Staff, r)
	if err := s.App.Staff.Check(); err != nil {
		t.Fatal(err)
	}
	s.Staff("boss")
	s.Person("kea")
	return s, s.SignedIn("boss")
}
