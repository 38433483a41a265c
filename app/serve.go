package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"ams/app/database"
	"ams/app/dev/inbox"
	"ams/app/mail"
	"ams/app/metrics"
	"ams/jobs"
)

const (
	statementLimit = 30 * time.Second
	connectLimit   = 10 * time.Second
	grace          = 25 * time.Second
	smtpsPort      = 465
	// spare is how many connections a worker needs beside one for each runner and its handler: to listen, for the
	// schedule and for the heartbeat.
	spare = 4
)

// settings reads the configuration of this call.
func (c *call) settings() (Config, error) {
	getenv, err := WithDotEnv(c.getenv, os.ReadFile)
	if err != nil {
		return Config{}, err
	}
	cfg, err := ReadConfig(getenv)
	if err != nil {
		return Config{}, err
	}
	cfg.Dev.Dir, err = filepath.Abs(cfg.Dev.Dir) // the object store changes the folder that the process works in
	return cfg, err
}

// outside connects what the settings name. closing tells the sinks what they have not heard yet.
func (c *call) outside(cfg Config, service string) (out Outside, closing func(), err error) {
	out = Outside{Clock: cfg.Clock()}
	if closing, err = c.sinks(cfg, service, &out); err != nil {
		return out, nil, err
	}
	slog.SetDefault(out.Log) // for what libraries and domains tell
	if cfg.Metrics != "" {
		out.Metrics = metrics.New(out.Log)
	}
	if err := c.mail(cfg, &out); err != nil {
		closing()
		return out, nil, err
	}
	return out, closing, nil
}

// mail chooses how messages leave.
func (c *call) mail(cfg Config, out *Outside) (err error) {
	switch cfg.Mail.Transport {
	case byMailgun:
		out.Mail, err = mail.NewMailgun(mail.MailgunConfig{
			Domain: cfg.Mail.MailgunDomain, Key: cfg.Mail.MailgunKey.Reveal(), URL: cfg.Mail.MailgunURL,
		})
	case bySMTP:
		s := cfg.Mail.SMTP
		out.Mail, err = mail.NewSMTP(mail.SMTPConfig{
			Hello: cfg.Site.Domain,
			Host:  s.Host, Port: s.Port, User: s.User, Password: s.Password.Reveal(), StartTLS: s.TLS && s.Port != smtpsPort,
			TLS: s.TLS && s.Port == smtpsPort,
		})
	case toConsole:
		out.Mail = mail.NewPrinter(c.Out)
	}
	if err != nil || !cfg.Mail.Inbox {
		return err
	}
	if out.Inbox, err = inbox.Open(filepath.Join(cfg.Dev.Dir, "mail"), out.Clock); err != nil {
		return err
	}
	if out.Mail == nil {
		out.Mail = out.Inbox
	} else {
		out.Mail = mail.Copied(out.Mail, out.Inbox)
	}
	return nil
}

// open waits for the database and connects. Commands that need one say so when none is named.
func open(ctx context.Context, cfg Config, conns int, limit time.Duration) (*database.DB, error) {
	if cfg.Database.URL == "" {
		return nil, errors.New("no database: set DATABASE_URL, or start everything with ams dev")
	}
	if err := database.WaitFor(ctx, cfg.Database.URL.Reveal()); err != nil {
		return nil, err
	}
	return database.Open(ctx, cfg.Database.URL.Reveal(), database.Options{
		MaxConns: int32(conns), StatementTimeout: limit, ConnectTimeout: connectLimit, ConnLifetime: cfg.Database.Lifetime,
		IdleInTransactionTimeout: -1, // a running job is an idle transaction
		ApplicationName:          "ams", IgnoreUnknownColumns: cfg.Profile == Production,
	})
}

// conns is the size of the pool of a process that serves pages, works off jobs, or both.
func (cfg Config) conns(serves, works bool) int {
	n := 0
	if serves {
		n += 10
	}
	if works {
		n += 3*(cfg.Worker.Concurrency+1) + spare
	}
	return n
}

// service is the name of a process that serves pages, works off jobs, does both, or neither.
func service(serves, works bool) string {
	switch {
	case serves:
		return webService
	case works:
		return workerService
	}
	return commandService
}

// prepared is the program with its connections; close ends them.
func (c *call) prepared(ctx context.Context, cfg Config, serves, works bool) (a *App, closing func(), err error) {
	out, flush, err := c.outside(cfg, service(serves, works))
	if err != nil {
		return nil, nil, err
	}
	db, err := open(ctx, cfg, cfg.conns(serves, works), statementLimit)
	if err != nil {
		flush()
		return nil, nil, err
	}
	if out.Metrics != nil {
		db.Observe(out.Metrics.Query)
	}
	closing = func() {
		if a != nil && out.operators != nil {
			out.operators.close(a)
		}
		if err := db.Close(); err != nil {
			out.Log.Warn("close the database", "error", err)
		}
		flush()
	}
	if a, err = New(cfg, db, out); err != nil {
		a = nil // half an application tells nobody anything
		closing()
		return nil, nil, err
	}
	if out.operators != nil {
		out.operators.start(a)
	}
	return a, closing, nil
}

// serve answers requests until ctx ends, then lets running ones finish. ready is called with the address.
func (a *App) serve(ctx context.Context, ready func(net.Addr)) error {
	listener, err := net.Listen("tcp", a.cfg.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", a.cfg.HTTP.Listen, err)
	}
	server := &http.Server{
		Handler: a.Handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		IdleTimeout: 2 * time.Minute, ErrorLog: slog.NewLogLogger(a.out.Log.Handler(), slog.LevelWarn),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	ready(listener.Addr())
	select {
	case err := <-ended:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := server.Shutdown(stopping); err != nil {
		_ = server.Close() // what has not ended by now is cut off
		return fmt.Errorf("stop the web server: %w", err)
	}
	return nil
}

// lanes gives each lane a runner of its own, so that a provider that hangs delays nobody else, and the default one as
// many as the settings say.
func (a *App) lanes() map[string]int {
	lanes := map[string]int{}
	for _, lane := range a.Registry.Lanes() {
		lanes[lane] = 1
	}
	lanes[jobs.DefaultLane] = a.cfg.Worker.Concurrency
	return lanes
}

// work works off jobs until ctx ends.
func (a *App) work(ctx context.Context) error {
	runner, err := jobs.NewRunner(jobs.RunnerConfig{
		DB: a.db.DB, Pool: a.db.Pool, Registry: a.Registry, Log: a.out.Log, Observe: a.ran, Grace: grace,
		Lanes: a.lanes(), Poll: a.cfg.Worker.Poll, Version: version(),
	})
	if err != nil {
		return err
	}
	return runner.Run(ctx)
}

// both runs web and worker in one process; the end of one ends the other.
func (a *App) both(ctx context.Context, ready func(net.Addr)) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	worked := make(chan error, 1)
	go func() {
		worked <- a.work(ctx)
		stop()
	}()
	err := a.serve(ctx, ready)
	stop()
	return errors.Join(err, <-worked)
}

type webCommand struct{}

// Run serves. It never migrates: with migrations pending it is up but not ready.
func (webCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, true, cfg.Worker.Embedded)
	if err != nil {
		return err
	}
	defer closing()
	ready := func(at net.Addr) { a.out.Log.Info("listening", "address", at.String()) }
	return a.watched(ctx, func(ctx context.Context) error {
		if cfg.Worker.Embedded {
			return a.both(ctx, ready)
		}
		return a.serve(ctx, ready)
	})
}

type workerCommand struct{}

// Run works until it is stopped.
func (workerCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, false, true)
	if err != nil {
		return err
	}
	defer closing()
	return a.watched(ctx, a.work)
}
