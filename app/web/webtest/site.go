// Package webtest drives the whole program through its public door, as browsers do: a database of its own for each
// test, a clock that stands still until it is moved, and an inbox for what was sent.
package webtest

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app"
	"ams/app/account"
	"ams/app/billing"
	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/app/dev/inbox"
	"ams/app/journal"
	"ams/jobs"
)

// Password fits every rule; all people of Site.Person have it.
const Password = "kererū-in-the-miro-tree"

// Site is the running program.
type Site struct {
	T     *testing.T
	App   *app.App
	DB    *database.DB
	Inbox *inbox.Inbox
	Clock *Clock
	URL   string // of the server, without a slash at the end

	Provider *Provider // nil where billing is off

	cfg      app.Config
	last     *atomic.Pointer[database.Counter] // of the newest request
	visitors *atomic.Int32                     // so far
	log      *record
	change   func(*app.Outside)
}

// record keeps what is written at the same time by many.
type record struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (r *record) Write(line []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(line)
}

// Logged is everything that the program has logged so far.
func (s *Site) Logged() string {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.text.String()
}

// Clock stands still until Pass moves it.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the application's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Pass lets time go by.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// New starts the program with the settings of the test profile, and those that are given as name, value.
func New(t *testing.T, settings ...string) *Site {
	t.Helper()
	return NewWith(t, func(*app.Outside) {}, settings...)
}

// NewWith is New with another outside.
func NewWith(t *testing.T, change func(*app.Outside), settings ...string) *Site {
	t.Helper()
	values := map[string]string{
		"DJANGO_SETTINGS_MODULE": "config.settings.test", "AMS_ENABLED_LANGUAGES": "en,mi",
		"AMS_TRUSTED_PROXY_COUNT": "1", // visitors say where they are
	}
	for i := 0; i+1 < len(settings); i += 2 {
		values[settings[i]] = settings[i+1]
	}
	cfg, err := app.ReadConfig(func(name string) string { return values[name] })
	if err != nil {
		t.Fatalf("ReadConfig() = %v", err)
	}
	s := &Site{
		T: t, DB: dbtest.New(t), Clock: &Clock{now: time.Date(2027, 3, 3, 1, 0, 0, 0, time.UTC)},
		last: &atomic.Pointer[database.Counter]{}, visitors: &atomic.Int32{}, log: &record{}, cfg: cfg, change: change,
	}
	s.forgotten()
	if s.Inbox, err = inbox.Open(t.TempDir(), s.Clock); err != nil {
		t.Fatal(err)
	}
	s.start()
	if _, err := s.App.Content.Setup(t.Context()); err != nil {
		t.Fatalf("Setup() = %v", err)
	}
	return s
}

// Twin is another process of the same program: its own connections, the same database and clock.
func (s *Site) Twin() *Site {
	s.T.Helper()
	twin := *s
	var err error
	twin.DB, err = database.Open(s.T.Context(), dbtest.DSN(s.T), database.Options{MaxConns: 4, ApplicationName: "twin"})
	if err != nil {
		s.T.Fatal(err)
	}
	twin.forgotten()
	s.T.Cleanup(func() { _ = twin.DB.Close() })
	twin.start()
	return &twin
}

// forgotten lets go of the program once its test is over. A parallel test keeps what its cleanups know until the last of its
// siblings has ended, and hundreds of programs would not fit.
func (s *Site) forgotten() { s.T.Cleanup(func() { *s = Site{T: s.T} }) }

// start composes the program and serves it.
func (s *Site) start() {
	s.T.Helper()
	outside := app.Outside{
		Clock: s.Clock, Mail: s.Inbox,
		Log: slog.New(slog.NewMultiHandler(journal.New(journal.Console(s.T.Output(), slog.LevelError)), slog.NewTextHandler(s.log, nil))),
		Provider: func(p billing.Provider) billing.Provider {
			s.Provider = &Provider{Provider: p}
			return s.Provider
		},
	}
	if s.cfg.Mail.Inbox {
		outside.Inbox = s.Inbox
	}
	s.change(&outside)
	var err error
	if s.App, err = app.New(s.cfg, s.DB, outside); err != nil {
		s.T.Fatalf("app.New() = %v", err)
	}
	server := httptest.NewServer(http.HandlerFunc(s.serve))
	s.T.Cleanup(func() {
		server.Close()
		server.Config.Handler = nil
	})
	s.URL = server.URL
}

func (s *Site) serve(w http.ResponseWriter, r *http.Request) {
	ctx, counter := database.Count(r.Context())
	s.last.Store(counter)
	s.App.Handler.ServeHTTP(w, r.WithContext(ctx))
}

// Statements are the queries that the newest request made.
func (s *Site) Statements() []string { return s.last.Load().Statements() }

// For is the same site for a subtest.
func (s *Site) For(t *testing.T) *Site {
	same := *s
	same.T = t
	return &same
}

// Person makes an account with a verified address, named after its username.
func (s *Site) Person(username string) {
	s.T.Helper()
	s.appoint(account.Appointment{Username: username, FirstName: "Mere", LastName: "Kahu"})
}

// Staff makes an account with every right.
func (s *Site) Staff(username string) {
	s.T.Helper()
	s.appoint(account.Appointment{Username: username, FirstName: "Hōne", LastName: "Heke", Superuser: true})
}

// Clerk makes a member of the staff with these permissions and no others.
func (s *Site) Clerk(username string, codes ...string) {
	s.T.Helper()
	s.Person(username)
	s.Exec("UPDATE users SET is_staff = true WHERE username = ?", username)
	s.Grant(username, codes...)
}

// Grant gives somebody permissions.
func (s *Site) Grant(username string, codes ...string) {
	s.T.Helper()
	for _, code := range codes {
		s.Exec("INSERT INTO permissions (codename) VALUES (?) ON CONFLICT DO NOTHING", code)
		s.Exec(`INSERT INTO user_permissions (user_id, permission_id)
			SELECT u.id, p.id FROM users u, permissions p WHERE u.username = ? AND p.codename = ?`, username, code)
	}
}

// Contents tells apart any two states of the database, sessions left out.
func (s *Site) Contents(without ...string) string {
	s.T.Helper()
	without = append(without, "sessions", "goose_db_version")
	var tables []string
	err := s.DB.NewRaw(`SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN (?) ORDER BY 1`,
		bun.List(without)).Scan(s.T.Context(), &tables)
	if err != nil {
		s.T.Fatalf("list the tables = %v", err)
	}
	out := ""
	for _, t := range tables {
		var sum string
		err := s.DB.NewRaw(`SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM ? t`, bun.Ident(t)).Scan(s.T.Context(), &sum)
		if err != nil {
			s.T.Fatalf("sum up %s = %v", t, err)
		}
		out += t + " " + sum + "\n"
	}
	return out
}

func (s *Site) appoint(a account.Appointment) {
	s.T.Helper()
	a.Email, a.Password = Address(a.Username), Password
	if _, err := s.App.People.Appoint(s.T.Context(), a); err != nil {
		s.T.Fatalf("Appoint(%s) = %v", a.Username, err)
	}
}

// Address is the e-mail address of somebody whom the site made.
func Address(username string) string { return username + "@example.org" }

// Work does all jobs that are due.
func (s *Site) Work() {
	s.T.Helper()
	if _, err := jobs.Drain(s.T.Context(), s.DB.DB, s.App.Registry); err != nil {
		s.T.Fatalf("Drain() = %v", err)
	}
}

// Mails works and gives what was sent to an address, newest first.
func (s *Site) Mails(to string) []inbox.Entry {
	s.T.Helper()
	s.Work()
	all, err := s.Inbox.List(s.T.Context(), 100)
	if err != nil {
		s.T.Fatalf("List() = %v", err)
	}
	var found []inbox.Entry
	for _, e := range all {
		if e.To == to {
			found = append(found, e)
		}
	}
	return found
}

// Count is the one number that a query gives.
func (s *Site) Count(query string, args ...any) int {
	s.T.Helper()
	var n int
	if err := s.DB.NewRaw(query, args...).Scan(s.T.Context(), &n); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
	return n
}

// Row reads the one row that a query gives.
func (s *Site) Row(into any, query string, args ...any) {
	s.T.Helper()
	if err := s.DB.NewRaw(query, args...).Scan(s.T.Context(), into); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
}

// Add puts a job in, as the schedule would.
func (s *Site) Add(a jobs.Args) {
	s.T.Helper()
	err := s.DB.RunInTx(s.T.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		return jobs.NewQueue(s.App.Registry).Add(ctx, tx, a)
	})
	if err != nil {
		s.T.Fatalf("Add(%s) = %v", a.Kind(), err)
	}
}

// Exec changes the database behind the program's back.
func (s *Site) Exec(query string, args ...any) {
	s.T.Helper()
	if _, err := s.DB.NewRaw(query, args...).Exec(s.T.Context()); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
}

// Behind runs act while a transaction holds what the query has changed, waits until act waits for it, commits, and
// returns when act has ended.
func (s *Site) Behind(act func(), query string, args ...any) {
	s.T.Helper()
	tx, err := s.DB.BeginTx(s.T.Context(), nil)
	if err != nil {
		s.T.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.NewRaw(query, args...).Exec(s.T.Context()); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
	done := make(chan struct{})
	go func() { defer close(done); act() }()
	s.Blocked()
	if err := tx.Commit(); err != nil {
		s.T.Fatal(err)
	}
	<-done
}

// Holding runs acts 0 to n-1 at the same time while a transaction holds what the query has locked, lets them go on once
// all of them wait for it, and returns when they have ended.
func (s *Site) Holding(query string, n int, act func(i int)) {
	s.T.Helper()
	s.held(query, func(all *sync.WaitGroup) {
		for i := range n {
			all.Go(func() { act(i) })
		}
		s.blocked(n)
	})
}

// InTurn is Holding with acts that come one after the other, so that they also go on in this order.
func (s *Site) InTurn(query string, acts ...func()) {
	s.T.Helper()
	s.held(query, func(all *sync.WaitGroup) {
		for i, act := range acts {
			all.Go(act)
			s.blocked(i + 1)
		}
	})
}

func (s *Site) held(query string, begin func(*sync.WaitGroup)) {
	s.T.Helper()
	tx, err := s.DB.BeginTx(s.T.Context(), nil)
	if err != nil {
		s.T.Fatal(err)
	}
	defer tx.Rollback()
	if _, err := tx.NewRaw(query).Exec(s.T.Context()); err != nil {
		s.T.Fatalf("%s = %v", query, err)
	}
	var all sync.WaitGroup
	begin(&all)
	if err := tx.Commit(); err != nil {
		s.T.Fatal(err)
	}
	all.Wait()
}

// Blocked returns once somebody waits for a lock.
func (s *Site) Blocked() {
	s.T.Helper()
	s.blocked(1)
}

func (s *Site) blocked(n int) {
	s.T.Helper()
	const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for deadline := time.Now().Add(patience); s.Count(waiting) < n; time.Sleep(lookAgain) {
		if time.Now().After(deadline) {
			s.T.Fatalf("less than %d wait for the transaction", n)
		}
	}
}
