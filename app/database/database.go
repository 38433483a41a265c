// Package database opens PostgreSQL for the application, migrates it and names the rules that a statement broke.
package database

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"
)

// closing bounds Close: a connection that was never given back must not keep a process alive.
const closing = 3 * time.Second

// DB is Bun on a pgx pool. Statements through Pool itself are for LISTEN and the queue; Count does not see them.
type DB struct {
	*bun.DB
	Pool *pgxpool.Pool
}

// Options of one pool. The zero value is usable.
type Options struct {
	// MaxConns is the most connections open at once; 0 means the larger of 4 and the number of processors.
	MaxConns int32
	// StatementTimeout ends longer statements; 0 means none, which migrations need.
	StatementTimeout time.Duration
	// IdleInTransactionTimeout ends forgotten transactions; 0 leaves the server's setting, a negative value switches it
	// off, which a worker needs: a running job is an idle transaction.
	IdleInTransactionTimeout time.Duration
	// ConnectTimeout bounds one attempt to connect; 0 means 5 seconds.
	ConnectTimeout time.Duration
	// ConnLifetime is how long a connection is used again; 0 means an hour, a negative value one use.
	ConnLifetime time.Duration
	// ApplicationName is shown in pg_stat_activity.
	ApplicationName string
	// IgnoreUnknownColumns lets a release go on working while the next one's migration has added columns already.
	// Tests leave it off, so that a misspelt column is found.
	IgnoreUnknownColumns bool
}

// Open prepares a pool for a URL or a keyword/value string and connects with the first statement. Errors never show
// the password.
func Open(ctx context.Context, dsn string, o Options) (*DB, error) {
	cfg, err := poolConfig(dsn, o)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	var opts []bun.DBOption
	if o.IgnoreUnknownColumns {
		opts = append(opts, bun.WithDiscardUnknownColumns())
	}
	db := bun.NewDB(stdlib.OpenDBFromPool(pool), pgdialect.New(), opts...).WithQueryHook(counting{})
	return &DB{DB: db, Pool: pool}, nil
}

func poolConfig(dsn string, o Options) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	// Bun writes values into the statement, so that each one looks new: preparing them would double the work. The
	// simple protocol passes connection poolers, too.
	cfg.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	if o.ConnectTimeout > 0 {
		cfg.ConnConfig.ConnectTimeout = o.ConnectTimeout
	}
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	switch {
	case o.ConnLifetime > 0:
		cfg.MaxConnLifetime = o.ConnLifetime
		cfg.MaxConnLifetimeJitter = o.ConnLifetime / 10 // not all at once
	case o.ConnLifetime < 0: // pgx takes no lifetime for an endless one
		cfg.AfterRelease = func(*pgx.Conn) bool { return false }
	}
	params := cfg.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	params["client_encoding"] = "UTF8" // the simple protocol quotes values by it
	params["intervalstyle"] = "iso_8601"
	if o.ApplicationName != "" {
		params["application_name"] = o.ApplicationName
	}
	if o.StatementTimeout > 0 {
		params["statement_timeout"] = milliseconds(o.StatementTimeout)
	}
	if o.IdleInTransactionTimeout != 0 {
		params["idle_in_transaction_session_timeout"] = milliseconds(max(o.IdleInTransactionTimeout, 0))
	}
	return cfg, nil
}

func milliseconds(d time.Duration) string {
	return strconv.FormatInt(d.Milliseconds(), 10)
}

// Close waits for running statements, at most three seconds.
func (db *DB) Close() error {
	err := db.DB.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		db.Pool.Close()
	}()
	select {
	case <-done:
	case <-time.After(closing):
		return fmt.Errorf("close the database: %d connections were never given back", db.Pool.Stat().AcquiredConns())
	}
	if err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}
