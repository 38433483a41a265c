package database

import (
	"context"
	"fmt"
	"path"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"ams/migrations"
)

// Migration is one file of package migrations and whether this database has it.
type Migration struct {
	Version int64
	Name    string
	// Applied is the zero time while the migration is pending.
	Applied time.Time
}

// provider is made anew for each call and never closed: closing it would close the pool.
func provider(db *DB) (*goose.Provider, error) {
	// Of two instances that migrate at once one waits: it looks every second, for five minutes.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300), lock.WithUnlockTimeout(1, 10))
	if err != nil {
		return nil, fmt.Errorf("prepare the migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, db.DB.DB, migrations.FS,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("read the migrations: %w", err)
	}
	return p, nil
}

// Migrate applies what is pending, each file in its own transaction. Instances may call it at the same time. Open the
// database without StatementTimeout for it.
func Migrate(ctx context.Context, db *DB) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// MigrateTo goes up or down until version is the newest applied migration; 0 undoes all of them.
func MigrateTo(ctx context.Context, db *DB, version int64) error {
	p, err := provider(db)
	if err != nil {
		return err
	}
	if version != 0 && !known(p, version) {
		return fmt.Errorf("migrate to %d: there is no such migration", version)
	}
	now, err := p.GetDBVersion(ctx)
	if err != nil {
		return fmt.Errorf("migrate to %d: %w", version, err)
	}
	if version < now {
		_, err = p.DownTo(ctx, version)
	} else {
		_, err = p.UpTo(ctx, version)
	}
	if err != nil {
		return fmt.Errorf("migrate to %d: %w", version, err)
	}
	return nil
}

func known(p *goose.Provider, version int64) bool {
	for _, s := range p.ListSources() {
		if s.Version == version {
			return true
		}
	}
	return false
}

// Pending is the number of migrations that this program has and the database does not.
func Pending(ctx context.Context, db *DB) (int, error) {
	all, err := Status(ctx, db)
	if err != nil {
		return 0, err
	}
	n := 0
	for _, m := range all {
		if m.Applied.IsZero() {
			n++
		}
	}
	return n, nil
}

// Status lists every migration of this program, oldest first.
func Status(ctx context.Context, db *DB) ([]Migration, error) {
	p, err := provider(db)
	if err != nil {
		return nil, err
	}
	states, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the state of the migrations: %w", err)
	}
	out := make([]Migration, 0, len(states))
	for _, s := range states {
		m := Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path)}
		if s.State == goose.StateApplied {
			m.Applied = s.AppliedAt
		}
		out = append(out, m)
	}
	return out, nil
}
