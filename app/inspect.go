package app

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"text/tabwriter"
	"time"

	"ams/app/database"
	"ams/jobs"
)

type checkConfigCommand struct {
	Offline bool `help:"Leave out all that connects."`
}

// Run shows every setting as it is in force, then tries what they lead to.
func (k checkConfigCommand) Run(ctx context.Context, c *call) error {
	getenv, err := WithDotEnv(c.getenv, os.ReadFile)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(c.Out, 0, 4, 2, ' ', 0)
	for _, l := range Overview(getenv) {
		origin := "default"
		if l.Given {
			origin = "given"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\n", l.Name, l.Value, origin)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	cfg, err := ReadConfig(getenv)
	if err != nil || k.Offline {
		return err
	}
	if err := errors.Join(checkDatabase(ctx, cfg), cfg.Objects.probe(ctx)); err != nil {
		return err
	}
	fmt.Fprintln(c.Out, "settings, database and buckets are fine")
	return nil
}

func checkDatabase(ctx context.Context, cfg Config) error {
	db, err := open(ctx, cfg, 2, statementLimit)
	if err != nil {
		return err
	}
	defer db.Close()
	return database.Check(ctx, db)
}

// probe proves both buckets. Outside production there may be none.
func (o ObjectsConfig) probe(ctx context.Context) error {
	buckets, err := o.open()
	if err != nil || buckets.Public == nil {
		return err
	}
	return errors.Join(buckets.Public.Probe(ctx), buckets.Private.Probe(ctx))
}

// silence is how long a worker may give no sign before it counts as gone.
const silence = time.Minute

type healthCommand struct {
	Process string `arg:"" enum:"web,worker" help:"web or worker"`
}

// Run is the probe of a container.
func (h healthCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if h.Process == "web" {
		return probe(ctx, cfg.HTTP.Listen)
	}
	db, err := open(ctx, cfg, 1, statementLimit)
	if err != nil {
		return err
	}
	defer db.Close()
	host, err := os.Hostname() // what a worker shows itself as: another container's may be well while this one's is not
	if err != nil {
		return err
	}
	seen, err := jobs.Alive(ctx, db, host)
	if err == nil && time.Since(seen) > silence {
		return errors.New("no worker of this host has shown itself for a minute")
	}
	return err
}

func probe(ctx context.Context, listen string) error {
	_, port, err := net.SplitHostPort(listen)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/livez", nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the web server answers %s", answer.Status)
	}
	return nil
}
