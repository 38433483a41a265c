//go:build unix

// Package dbtest gives each test a PostgreSQL database of its own, cloned from one migrated template.
//
// The server is the one that AMS_TEST_DSN names (tools/withpg sets it, so that all packages share one). Without it the
// first test of a process starts a throw-away server, which dies with the process.
package dbtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ams/app/database"
	"ams/app/dev/postgres"
	"ams/migrations"
)

// conns are enough for a request with a few helpers at its side; with many tests at once the server has to bear them all.
const conns = 4

// patience bounds every step of the set-up: a loaded machine is slow, a stuck one shall fail.
const patience = 2 * time.Minute

// returning is how long connections may be on their way back after a test.
const returning = 30 * time.Second

// shared is the one package variable of the program. Tests of a package have no common owner that could hold the
// server: package testing offers only TestMain for that, which every package would have to write and could forget.
var shared state

type state struct {
	start    sync.Once
	template sync.Once
	mu       sync.Mutex

	dsn   string
	admin *pgxpool.Pool
	err   error

	name        string // the template
	templateErr error

	made map[testing.TB]string // database name of each running test
}

// New gives a migrated database with at most four connections; it is dropped when the test ends.
func New(t testing.TB) *database.DB {
	t.Helper()
	return NewSized(t, conns)
}

// NewSized is New for tests that need another number of connections, such as those with several workers.
func NewSized(t testing.TB, conns int) *database.DB {
	t.Helper()
	return open(t, clone(t), conns)
}

// Empty gives a database without any migration.
func Empty(t testing.TB) *database.DB {
	t.Helper()
	server(t)
	return open(t, create(t, "template0"), conns)
}

// DSN is the address of the database that New, NewSized or Empty made last for this very t, for child processes and
// programs that connect by themselves. When there is none yet, it makes a migrated one.
func DSN(t testing.TB) string {
	t.Helper()
	server(t)
	shared.mu.Lock()
	name := shared.made[t]
	shared.mu.Unlock()
	if name == "" {
		name = clone(t)
	}
	return withDatabase(shared.dsn, name)
}

func clone(t testing.TB) string {
	t.Helper()
	server(t)
	shared.template.Do(func() { shared.name, shared.templateErr = template() })
	if shared.templateErr != nil {
		t.Fatalf("dbtest: %v", shared.templateErr)
	}
	return create(t, shared.name)
}

// server connects to the server, or starts it.
func server(t testing.TB) {
	t.Helper()
	shared.start.Do(func() { shared.err = shared.connect() })
	if shared.err != nil {
		t.Fatalf("dbtest: %v", shared.err)
	}
}

func (s *state) connect() error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	s.made = map[testing.TB]string{}
	s.dsn = os.Getenv("AMS_TEST_DSN")
	if s.dsn == "" {
		srv, err := postgres.Start(ctx, postgres.Config{Throwaway: true, Bin: os.Getenv("AMS_PG_BIN")})
		if err != nil {
			return err
		}
		s.dsn = srv.DSN("postgres")
	}
	cfg, err := pgxpool.ParseConfig(s.dsn)
	if err != nil {
		return fmt.Errorf("read AMS_TEST_DSN: %w", err)
	}
	cfg.MaxConns = 2
	s.admin, err = pgxpool.NewWithConfig(context.Background(), cfg)
	if err != nil {
		return err
	}
	return s.admin.Ping(ctx)
}

// create copies source into a new database that ends with the test.
func create(t testing.TB, source string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name := "ams_test_" + strings.ToLower(rand.Text())
	// file_copy is three times as fast as the default here: it neither logs nor waits for a disk.
	_, err := shared.admin.Exec(ctx, fmt.Sprintf(`CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy`, quoted(name), quoted(source)))
	if err != nil {
		t.Fatalf("dbtest: create a database: %v", err)
	}
	shared.mu.Lock()
	shared.made[t] = name
	shared.mu.Unlock()
	t.Cleanup(func() { drop(t, name) })
	return name
}

func drop(t testing.TB, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	shared.mu.Lock()
	if shared.made[t] == name {
		delete(shared.made, t)
	}
	shared.mu.Unlock()
	if _, err := shared.admin.Exec(ctx, `DROP DATABASE IF EXISTS `+quoted(name)+` WITH (FORCE)`); err != nil {
		t.Errorf("dbtest: drop the database: %v", err)
	}
}

func open(t testing.TB, name string, conns int) *database.DB {
	t.Helper()
	db, err := database.Open(context.Background(), withDatabase(shared.dsn, name), database.Options{
		MaxConns: int32(conns), ConnectTimeout: 30 * time.Second, ApplicationName: "dbtest",
	})
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { shut(t, db) })
	return db
}

// shut closes a database and wants every connection back. What a test has stopped may need longer for that than Close
// waits; the pool goes on closing.
func shut(t testing.TB, db *database.DB) {
	err := db.Close()
	for end := time.Now().Add(returning); err != nil && db.Pool.Stat().TotalConns() > 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("dbtest: %v", err)
			return
		}
	}
	if err != nil {
		t.Logf("dbtest: only after more than the usual time: %v", err)
	}
}

// template makes sure that the migrated template of these very migrations is there, and returns its name. The first
// process builds it while the others wait.
func template() (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	name, err := templateName()
	if err != nil {
		return "", err
	}
	conn, err := shared.admin.Acquire(ctx)
	if err != nil {
		return "", err
	}
	defer conn.Release()
	h := fnv.New64a()
	h.Write([]byte(name))
	key := int64(h.Sum64())
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return "", fmt.Errorf("wait for the template database: %w", err)
	}
	defer conn.Exec(context.Background(), `SELECT pg_advisory_unlock($1)`, key)
	var ready bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1 AND datistemplate)`, name).Scan(&ready)
	if err != nil || ready {
		return name, err
	}
	return name, build(ctx, conn.Conn(), name)
}

func build(ctx context.Context, conn *pgx.Conn, name string) error {
	// A build that was killed left a database that is no template yet.
	for _, q := range []string{`DROP DATABASE IF EXISTS %s WITH (FORCE)`, `CREATE DATABASE %s TEMPLATE template0 STRATEGY file_copy`} {
		if _, err := conn.Exec(ctx, fmt.Sprintf(q, quoted(name))); err != nil {
			return fmt.Errorf("make the template database: %w", err)
		}
	}
	db, err := database.Open(ctx, withDatabase(shared.dsn, name), database.Options{MaxConns: 2, ApplicationName: "dbtest template"})
	if err != nil {
		return err
	}
	err = database.Check(ctx, db)
	if err == nil {
		err = database.Migrate(ctx, db)
	}
	// Cloning fails while anybody is connected.
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, fmt.Sprintf(`ALTER DATABASE %s WITH is_template true allow_connections false`, quoted(name)))
	if err != nil {
		return fmt.Errorf("finish the template database: %w", err)
	}
	return nil
}

// templateName holds a hash of all migrations: another branch has another template on the same server.
func templateName() (string, error) {
	files, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, f := range files {
		text, err := migrations.FS.ReadFile(f)
		if err != nil {
			return "", fmt.Errorf("read the migrations: %w", err)
		}
		fmt.Fprintf(h, "%s %d\n%s", f, len(text), text)
	}
	return "ams_template_" + hex.EncodeToString(h.Sum(nil))[:16], nil
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// withDatabase is the same server's address with another database, for both notations.
func withDatabase(dsn, name string) string {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		if u, err := url.Parse(dsn); err == nil {
			u.Path = "/" + name
			return u.String()
		}
	}
	return dsn + " dbname='" + name + "'"
}
