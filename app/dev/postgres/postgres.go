//go:build unix

// Package postgres starts PostgreSQL servers that need no set-up: throw-away ones for tests, a lasting one for `ams dev`.
// They listen on a Unix socket only, trust whoever reaches it, and end with the process that started them.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	superuser = "ams"
	// settled is how long a server may take to end when asked politely.
	settled = 10 * time.Second
)

// Config says which server to start. Exactly one of Dir and Throwaway is given.
type Config struct {
	// Dir keeps the cluster and its log; the same folder gives the same data again.
	Dir string
	// Throwaway trades every safety for speed and forgets the data in Stop.
	Throwaway bool
	// Bin is the value of AMS_PG_BIN: a folder with initdb and postgres, "" to search.
	Bin string
}

// Server is a running PostgreSQL.
type Server struct {
	socket string
	pid    int
	run    *folder
	lock   *os.File // held while the server of Dir runs; nil for throw-away servers
	quit   syscall.Signal
	done   chan struct{}
	stop   sync.Once
}

// Start returns when the server accepts connections. ctx bounds the start only; Stop ends the server.
func Start(ctx context.Context, c Config) (*Server, error) {
	if (c.Dir == "") != c.Throwaway {
		return nil, errors.New("start PostgreSQL: give either a folder or Throwaway")
	}
	l, err := newLauncher(c.Bin)
	if err != nil {
		return nil, err
	}
	base := os.TempDir()
	if c.Throwaway {
		base = memory()
	}
	run, err := newFolder(base)
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL: %w", err)
	}
	s := &Server{run: run, done: make(chan struct{})}
	if c.Throwaway {
		s.quit = syscall.SIGQUIT // no checkpoint for data that nobody will read
		err = l.startThrowaway(ctx, s)
	} else {
		s.quit = syscall.SIGINT
		err = l.startLasting(ctx, s, c.Dir)
	}
	if err != nil {
		s.release()
		return nil, err
	}
	return s, nil
}

// DSN is the address of one database of the server.
func (s *Server) DSN(db string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User(superuser), Path: "/" + db,
		RawQuery: url.Values{"host": {s.socket}}.Encode(),
	}
	return u.String()
}

// CreateDatabase makes an empty UTF-8 database unless it is there.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, s.DSN("postgres"))
	if err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var there bool
	err = conn.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`, name).Scan(&there)
	if err == nil && !there {
		_, err = conn.Exec(ctx, `CREATE DATABASE `+pgx.Identifier{name}.Sanitize())
	}
	if err != nil {
		return fmt.Errorf("create the database %s: %w", name, err)
	}
	return nil
}

// Done is closed when the server has ended, by Stop or by itself.
func (s *Server) Done() <-chan struct{} { return s.done }

// Stop ends the server, its connections included, and waits until it is gone. It may be called more than once.
func (s *Server) Stop() {
	s.stop.Do(func() {
		s.signal(s.quit)
		select {
		case <-s.done:
		case <-time.After(settled):
			s.signal(syscall.SIGKILL)
			<-s.done
		}
		s.release()
	})
}

func (s *Server) signal(sig syscall.Signal) {
	select {
	case <-s.done: // the number may belong to another process by now
	default:
		_ = syscall.Kill(s.pid, sig) // an error means that it has just ended
	}
}

func (s *Server) release() {
	s.run.remove()
	if s.lock != nil {
		s.lock.Close()
	}
}

// serve starts postgres on data and waits until it is ready.
func (l *launcher) serve(ctx context.Context, s *Server, data, logfile string, settings ...string) error {
	log, err := os.Create(logfile)
	if err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	defer log.Close()
	s.socket = filepath.Join(s.run.path, "s")
	if err := l.mkdir(s.socket); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	args := []string{"-D", data, "-c", "listen_addresses=", "-k", s.socket}
	for _, v := range settings {
		args = append(args, "-c", v)
	}
	cmd := l.command(context.WithoutCancel(ctx), "postgres", args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := s.launch(cmd); err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	if err := s.ready(ctx, data); err != nil {
		s.signal(syscall.SIGQUIT)
		<-s.done
		text, _ := os.ReadFile(logfile)
		return fmt.Errorf("start PostgreSQL: %w%s", err, tail(text))
	}
	return nil
}

// launch starts cmd and watches it. One operating system thread does both, because Linux delivers the signal of a
// parent's death when the thread that started the child ends.
func (s *Server) launch(cmd *exec.Cmd) error {
	started := make(chan error, 1)
	go func() {
		release := endWithUs(cmd)
		defer release()
		err := cmd.Start()
		if err == nil {
			s.pid = cmd.Process.Pid
			err = guard(s.pid)
		}
		started <- err
		if cmd.Process == nil {
			return
		}
		if err != nil {
			_ = cmd.Process.Signal(syscall.SIGQUIT)
		}
		_ = cmd.Wait() // its exit code says nothing that its log does not
		close(s.done)
	}()
	return <-started
}

// ready waits for the word that the server writes into its own file: nothing has to try to connect.
func (s *Server) ready(ctx context.Context, data string) error {
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if pid, word := postmaster(data); pid == s.pid && word == "ready" {
			return nil
		}
		select {
		case <-s.done:
			return errors.New("the server ended at once")
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// tail is the end of the server's log, in one line.
func tail(log []byte) string {
	text := strings.Join(strings.Fields(string(log)), " ")
	if len(text) > 400 {
		text = "…" + strings.ToValidUTF8(text[len(text)-400:], "")
	}
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}
