package site_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"ams/app"
	"ams/app/clock"
	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/app/dev/inbox"
)

// line is the network between the program and its database.
type line struct {
	net.Listener
	mu    sync.Mutex
	open  chan struct{} // closed while bytes pass
	conns []net.Conn
}

// newLine leads to the database of the test; dsn is the near end.
func newLine(t *testing.T, far string) (l *line, dsn string) {
	t.Helper()
	cfg, err := pgconn.ParseConfig(far)
	if err != nil {
		t.Fatal(err)
	}
	l = &line{open: make(chan struct{})}
	close(l.open)
	if l.Listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.cut)
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			database, err := net.Dial(network, address)
			if err != nil {
				_ = near.Close()
				continue
			}
			l.mu.Lock()
			l.conns = append(l.conns, near, database)
			l.mu.Unlock()
			go l.carry(database, near)
			go l.carry(near, database)
		}
	}()
	return l, "postgres://" + cfg.User + "@" + l.Addr().String() + "/" + cfg.Database + "?sslmode=disable"
}

func (l *line) carry(to io.WriteCloser, from io.Reader) {
	defer to.Close()
	buffer := make([]byte, 4096)
	for {
		n, err := from.Read(buffer)
		if err != nil {
			return
		}
		l.mu.Lock()
		open := l.open
		l.mu.Unlock()
		<-open
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// hang lets no byte pass until free is called.
func (l *line) hang() (free func()) {
	stop := make(chan struct{})
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open = stop
	return func() { close(stop) }
}

// cut ends all connections, and there are no new ones.
func (l *line) cut() {
	_ = l.Close()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.conns {
		_ = c.Close()
	}
}

// asked is the program on a line to its database, as a probe sees it: by any host name, without TLS.
func asked(t *testing.T) (l *line, ask func(path string) (status int, body string, took time.Duration)) {
	t.Helper()
	dbtest.New(t)
	l, dsn := newLine(t, dbtest.DSN(t))
	settings := map[string]string{"DJANGO_SETTINGS_MODULE": "test", "DJANGO_SECURE_SSL_REDIRECT": "True"}
	cfg, err := app.ReadConfig(func(name string) string { return settings[name] })
	if err != nil {
		t.Fatal(err)
	}
	db, err := database.Open(t.Context(), dsn, database.Options{MaxConns: 2, ConnectTimeout: 10 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	box, err := inbox.Open(t.TempDir(), clock.System())
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.New(cfg, db, app.Outside{Clock: clock.System(), Mail: box, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return l, func(path string) (int, string, time.Duration) {
		t.Helper()
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, path, nil)
		r.Host = "10.0.0.7:5000"
		got, began := httptest.NewRecorder(), time.Now()
		a.Handler.ServeHTTP(got, r)
		if c := got.Header().Get("Set-Cookie"); c != "" {
			t.Errorf("GET %s sets the cookie %s", path, c)
		}
		return got.Code, got.Body.String(), time.Since(began)
	}
}

// failing is the part that an unready program names.
func failing(t *testing.T, body string) string {
	t.Helper()
	var told struct{ Status, Failing string }
	if err := json.Unmarshal([]byte(body), &told); err != nil {
		t.Fatalf("/readyz says %q, want JSON", body)
	}
	return told.Failing
}

func TestHealth(t *testing.T) {
	t.Parallel()
	t.Run("Fine", func(t *testing.T) {
		t.Parallel()
		_, ask := asked(t)
		for _, path := range []string{"/livez", "/healthz"} {
			if status, body, _ := ask(path); status != 200 || body != "ok" {
				t.Errorf("GET %s = %d %q, want 200 ok", path, status, body)
			}
		}
		if status, body, _ := ask("/readyz"); status != 200 || failing(t, body) != "" {
			t.Errorf("GET /readyz = %d %q, want 200", status, body)
		}
		if status, _, _ := ask("/en/"); status != 400 {
			t.Errorf("GET /en/ of that host = %d, want 400", status)
		}
	})
	t.Run("DatabaseHangs", func(t *testing.T) {
		t.Parallel()
		l, ask := asked(t)
		ask("/healthz")
		free := l.hang()
		if status, _, took := ask("/livez"); status != 200 || took > 20*time.Second {
			t.Errorf("GET /livez = %d after %s, want 200 at once", status, took)
		}
		if status, _, took := ask("/healthz"); status != 503 || took > 20*time.Second {
			t.Errorf("GET /healthz = %d after %s, want 503 after 2 seconds", status, took)
		}
		if status, body, took := ask("/readyz"); status != 503 || failing(t, body) != "database" || took > 20*time.Second {
			t.Errorf("GET /readyz = %d %s after %s, want 503 for the database after 2 seconds", status, body, took)
		}
		free()
		for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
			if status, _, _ := ask("/healthz"); status == 200 {
				break
			}
			if time.Now().After(end) {
				t.Fatal("the database is back and /healthz does not see it")
			}
		}
	})
	t.Run("DatabaseGone", func(t *testing.T) {
		t.Parallel()
		l, ask := asked(t)
		ask("/healthz")
		l.cut()
		if status, _, took := ask("/healthz"); status != 503 || took > 20*time.Second {
			t.Errorf("GET /healthz = %d after %s, want 503", status, took)
		}
		if status, body, _ := ask("/readyz"); status != 503 || failing(t, body) != "database" {
			t.Errorf("GET /readyz = %d %s, want 503 for the database", status, body)
		}
		if status, body, _ := ask("/livez"); status != 200 || body != "ok" {
			t.Errorf("GET /livez = %d, want 200: it lives", status)
		}
	})
	t.Run("BIL-60 pending migrations make it unready and leave it healthy", func(t *testing.T) {
		t.Parallel()
		db := dbtest.Empty(t)
		if err := database.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		var versions []int64
		if err := db.NewRaw("SELECT version_id FROM goose_db_version ORDER BY 1 DESC LIMIT 2").Scan(t.Context(), &versions); err != nil {
			t.Fatal(err)
		}
		if err := database.MigrateTo(t.Context(), db, versions[1]); err != nil {
			t.Fatal(err)
		}
		cfg, err := app.ReadConfig(func(name string) string { return map[string]string{"DJANGO_SETTINGS_MODULE": "test"}[name] })
		if err != nil {
			t.Fatal(err)
		}
		a, err := app.New(cfg, db, app.Outside{Clock: clock.System(), Mail: nil, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		ask := func(path string) (int, string) {
			got := httptest.NewRecorder()
			a.Handler.ServeHTTP(got, httptest.NewRequest(http.MethodGet, path, nil))
			return got.Code, got.Body.String()
		}
		if status, body := ask("/healthz"); status != 200 || !strings.Contains(body, "ok") {
			t.Errorf("GET /healthz = %d, want 200", status)
		}
		if status, body := ask("/readyz"); status != 503 || failing(t, body) != "migrations" {
			t.Errorf("GET /readyz = %d %s, want 503 for the migrations", status, body)
		}
		if err := database.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if status, _ := ask("/readyz"); status != 200 {
			t.Errorf("GET /readyz after the migration = %d, want 200", status)
		}
	})
}
