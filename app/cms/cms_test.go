package cms_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"ams/app/clock"
	"ams/app/cms"
	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/app/fault"
	"ams/app/lang"
	"ams/static"
	"ams/views"
)

type translator struct{ code string }

func (t translator) Code() string                           { return t.code }
func (translator) T(id string, _ ...any) string             { return id }
func (translator) N(_, many string, _ int, _ ...any) string { return many }
func (translator) C(_, id string, _ ...any) string          { return id }

// bench is a service on a database of its own.
type bench struct {
	*cms.Service
	t   *testing.T
	db  *database.DB
	log *logs
}

type logs struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func config(languages ...lang.Locale) cms.Config {
	return cms.Config{Languages: languages, Domain: "ams.com", Port: 80, Off: []string{"events"}}
}

func service(t *testing.T, db *database.DB, cfg cms.Config) bench {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	set, err := views.Load(views.FS, assets, translator{"en"}, translator{"mi"})
	if err != nil {
		t.Fatal(err)
	}
	out := &logs{}
	now := clock.Fixed(time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	s := cms.New(db.DB, now, set, cfg, slog.New(slog.NewTextHandler(out, nil)))
	if err := set.Err(); err != nil {
		t.Fatal(err)
	}
	s.Reserve(cms.Mounts{
		Bare:     []string{"admin", "billing", "cms", "cms-documents", "forum", "static"},
		Prefixed: []string{"accounts", "users", "events"},
	})
	return bench{Service: s, t: t, db: db, log: out}
}

// ready is set up with sample content in both languages.
func ready(t *testing.T) bench {
	t.Helper()
	b := service(t, dbtest.New(t), config(lang.EN, lang.MI))
	b.setup()
	if err := b.SampleContent(t.Context()); err != nil {
		t.Fatalf("SampleContent() = %v", err)
	}
	return b
}

func (b bench) setup() cms.Prepared {
	b.t.Helper()
	done, err := b.Setup(b.t.Context())
	if err != nil {
		b.t.Fatalf("Setup() = %v", err)
	}
	return done
}

func (b bench) exec(query string, args ...any) {
	b.t.Helper()
	if _, err := b.db.NewRaw(query, args...).Exec(b.t.Context()); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
}

func (b bench) one(query string, args ...any) string {
	b.t.Helper()
	var v string
	if err := b.db.NewRaw(query, args...).Scan(b.t.Context(), &v); err != nil {
		b.t.Fatalf("%s: %v", query, err)
	}
	return v
}

func (b bench) version() int64 {
	b.t.Helper()
	v, err := b.Version(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return v
}

func (b bench) frame(l lang.Locale) *cms.Frame {
	b.t.Helper()
	f, err := b.Frame(b.t.Context(), b.version(), l)
	if err != nil {
		b.t.Fatalf("Frame(%s) = %v", l, err)
	}
	return f
}

func (b bench) page(path string, l lang.Locale) cms.Page {
	b.t.Helper()
	p, err := b.Page(b.t.Context(), b.version(), path, l)
	if err != nil {
		b.t.Fatalf("Page(%s, %s) = %v", path, l, err)
	}
	return p
}

func (b bench) missing(path string, l lang.Locale) {
	b.t.Helper()
	if _, err := b.Page(b.t.Context(), b.version(), path, l); fault.KindOf(err) != fault.Missing {
		b.t.Errorf("Page(%q, %s) = %v, want that there is no page", path, l, err)
	}
}

// menu writes a menu as one line: current items in brackets, active ones with a star.
func menu(items []views.MenuItem) string {
	var out []string
	for _, i := range items {
		text := i.Text + " " + i.Href
		if i.Current {
			text = "[" + text + "]"
		}
		if i.Active {
			text += "*"
		}
		if len(i.Children) > 0 {
			text += " (" + menu(i.Children) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// addPage puts a page with an empty body below the page at path; it is live and in menus.
func (b bench) addPage(below, slug, title string) {
	b.t.Helper()
	b.exec(`INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, draft_content, live_content, draft_title, title, slug,
			show_in_menus, live, visibility, is_structure_only)
		SELECT 'content', id, 1 + (SELECT count(*) FROM pages WHERE parent_id = p.id), depth + 1, url_path || ?1 || '/', locale_id, '{}', '{}', ?2, ?2, ?1,
			true, true, 'public', false FROM pages p WHERE url_path = ?0`, below, slug, title)
}

func (b bench) body(path, blocks string) {
	b.t.Helper()
	b.exec(`UPDATE pages SET live_content = jsonb_build_object('body', ?1::jsonb) WHERE url_path = ?0`, path, blocks)
}

func doc(t *testing.T, p cms.Page) *goquery.Document {
	t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(string(p.Body)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func count(t *testing.T, most int, what string, work func(ctx context.Context)) {
	t.Helper()
	ctx, c := database.Count(t.Context())
	work(ctx)
	if c.N() > most {
		t.Errorf("%s makes %d queries, want at most %d:\n%s", what, c.N(), most, strings.Join(c.Statements(), "\n"))
	}
}

// offline is a database that is never asked.
func offline(t *testing.T) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), "postgres://127.0.0.1:1/nowhere", database.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
