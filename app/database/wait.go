package database

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const (
	listening = 30 * time.Second // for the port to open
	attempts  = 30               // to sign in
	each      = 5 * time.Second
	pause     = time.Second
)

// WaitFor returns when the server accepts connections to the database: a container may start before its database does.
// It waits up to 30 seconds for the port, then makes up to 30 attempts. Its errors tell the kind of the problem and
// nothing of the address, so that they may be logged.
func WaitFor(ctx context.Context, dsn string) error {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return errors.New("wait for PostgreSQL: the address cannot be read")
	}
	cfg.ConnectTimeout = each
	// Host and port of the first server; its network is unix for a path.
	network, address := pgconn.NetworkAddress(cfg.Host, cfg.Port)
	if err := retry(ctx, time.Now().Add(listening), 1<<30, func(ctx context.Context) error {
		conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
		if err == nil {
			err = conn.Close()
		}
		return err
	}); err != nil {
		return err
	}
	return retry(ctx, time.Time{}, attempts, func(ctx context.Context) error {
		conn, err := pgx.ConnectConfig(ctx, cfg)
		if err != nil {
			return err
		}
		return conn.Close(ctx)
	})
}

// retry calls try until it succeeds, at most n times and, unless until is zero, not after until.
func retry(ctx context.Context, until time.Time, n int, try func(context.Context) error) error {
	var last error
	for i := 1; ; i++ {
		limited, cancel := context.WithTimeout(ctx, each)
		err := try(limited)
		cancel()
		if err == nil {
			return nil
		}
		end, ends := ctx.Deadline() // a try may end by it before ctx knows
		if broken := ctx.Err() != nil || ends && !time.Now().Before(end); last == nil || !broken {
			last = err // what the end breaks off tells nothing of the server
		}
		if ctx.Err() == nil && i < n && (until.IsZero() || time.Now().Add(pause).Before(until)) {
			select {
			case <-time.After(pause):
				continue
			case <-ctx.Done():
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("wait for PostgreSQL: %s: %w", kind(last), ctx.Err())
		}
		return fmt.Errorf("wait for PostgreSQL: %s", kind(last))
	}
}

// kind is what went wrong without host, account or database.
func kind(err error) string {
	var pg *pgconn.PgError
	var dns *net.DNSError
	switch {
	case errors.As(err, &pg):
		switch pg.Code {
		case "28P01", "28000":
			return "the server refuses the account or its password"
		case "3D000":
			return "the database does not exist"
		case "53300":
			return "the server has no connection left"
		case "57P03":
			return "the server is starting or stopping"
		}
		return "the server answers with code " + pg.Code
	case errors.As(err, &dns):
		return "the host name is unknown"
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return "nothing listens there"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "no answer in time"
	}
	return "the connection fails"
}
