//go:build !production

package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"ams/app/database"
	"ams/app/dev/objects"
	"ams/app/dev/postgres"
)

type devCommand struct{}

// Run starts what the settings do not name, brings the database up to date, and serves until it is stopped. It ends
// what it started and nothing else.
func (devCommand) Run(ctx context.Context, c *call) error {
	c.getenv = ForDev(c.getenv)
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if cfg.Deployed {
		return errors.New("ams dev is not for deployments: it uses a secret that everybody knows")
	}
	if err := os.MkdirAll(cfg.Dev.Dir, 0o755); err != nil {
		return fmt.Errorf("make AMS_DEV_DIR: %w", err)
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	given := cfg.Database.URL != ""
	if !given {
		server, err := startPostgres(ctx, cfg)
		if err != nil {
			return err
		}
		defer server.Stop()
		cfg.Database.URL = Secret(server.DSN("ams"))
		go endWith(server.Done(), stop, "PostgreSQL")
	}
	if !cfg.Objects.Given() {
		storing, endStore := context.WithCancel(context.WithoutCancel(ctx)) // the web server needs it until its own end
		defer endStore()
		store, err := objects.Start(storing, objects.Config{Dir: filepath.Join(cfg.Dev.Dir, "objects")})
		if err != nil {
			return err
		}
		defer func() {
			endStore()
			<-store.Done()
		}()
		go endWith(store.Done(), stop, "the object store")
		cfg.useStore(store)
	}
	if err := c.prepareDatabase(ctx, cfg); err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, true, true)
	if err != nil {
		return err
	}
	defer closing()
	err = a.watched(ctx, func(ctx context.Context) error {
		return a.both(ctx, func(net.Addr) { c.welcome(cfg, given) })
	})
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return err
}

// endWith stops everything when a part that it needs is gone.
func endWith(gone <-chan struct{}, stop context.CancelCauseFunc, what string) {
	<-gone
	stop(fmt.Errorf("%s has stopped", what))
}

func startPostgres(ctx context.Context, cfg Config) (*postgres.Server, error) {
	server, err := postgres.Start(ctx, postgres.Config{Dir: filepath.Join(cfg.Dev.Dir, "postgres"), Bin: cfg.Dev.PostgresBin})
	if err != nil {
		return nil, err
	}
	if err := server.CreateDatabase(ctx, "ams"); err != nil {
		server.Stop()
		return nil, err
	}
	return server, nil
}

// prepareDatabase migrates, and fills a database that is new.
func (c *call) prepareDatabase(ctx context.Context, cfg Config) error {
	db, err := open(ctx, cfg, 2, 0)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := database.Check(ctx, db); err != nil {
		return err
	}
	if err := database.Migrate(ctx, db); err != nil {
		return err
	}
	fresh, err := isEmpty(ctx, db)
	if err != nil {
		return err
	}
	out, flush, err := c.outside(cfg, commandService)
	if err != nil {
		return err
	}
	defer flush()
	a, err := New(cfg, db, out)
	if err != nil {
		return err
	}
	if _, err := a.Content.Setup(ctx); err != nil {
		return err
	}
	if !fresh || !cfg.Dev.SampleData {
		return nil
	}
	return a.samples(ctx)
}

// welcome tells where everything is. Its last line says that the site is ready.
func (c *call) welcome(cfg Config, databaseGiven bool) {
	fmt.Fprintln(c.Out)
	if !databaseGiven { // else its address may hold a password
		fmt.Fprintf(c.Out, "Database  %s\n", cfg.Database.URL.Reveal())
	}
	fmt.Fprintf(c.Out, "Inbox     %s/dev/mail\nParts     %s/dev/parts/\n", cfg.Site.BaseURL, cfg.Site.BaseURL)
	if cfg.Dev.SampleData {
		fmt.Fprintf(c.Out, "Accounts  %s (administrator) and %s, both with the password of the samples (%q unless you set another)\n",
			cfg.Samples.AdminEmail, cfg.Samples.UserEmail, "password")
	}
	fmt.Fprintf(c.Out, "Ready     %s/\n", cfg.Site.BaseURL)
}

// useStore names the buckets of the built-in store.
func (c *Config) useStore(s *objects.Store) {
	bucket := func(name string) BucketConfig {
		return BucketConfig{
			Name: name, Endpoint: s.Endpoint, Region: objects.Region, AccessKey: Secret(s.Key), SecretKey: Secret(s.Secret),
		}
	}
	c.Objects = ObjectsConfig{Public: bucket(objects.PublicBucket), Private: bucket(objects.PrivateBucket)}
}
