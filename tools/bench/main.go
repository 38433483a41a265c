//go:build unix

// Command bench measures what the house promises about speed and memory, on this machine and in one run:
//
//	go run ./tools/bench [-rounds 3] [-for 3s] [-profile folder] [part …]
//
// The parts are pages, staff, entry, buying, queue and start; without any it is all of them. It builds the program as the
// Dockerfile does, starts a PostgreSQL of its own on a disk, with the settings that it has by itself, fills it, and asks
// the real processes, web and worker, over loopback. It ends what it started. Beside our pages it asks a bare one, which
// another process of this program serves, because the share between the two says more than a number that depends on the
// machine.
//
// With -profile the web server runs inside this program, so that its processor time can be looked at: cpu profiles go
// into the folder, and figures are a little worse.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"
	_ "time/tzdata"
)

// plan is what a run was asked for.
type plan struct {
	rounds  int
	lasting time.Duration // of each load
	profile string        // folder; empty: none
	parts   []string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

// run is the measurement, or one of the processes that it starts.
func run(ctx context.Context, args []string) error {
	if len(args) == 3 {
		switch args[0] {
		case "bare":
			return serveBare(ctx, args[1], args[2])
		case "queue":
			return workQueue(ctx, args[1], args[2])
		case "observed":
			return observe(ctx, args[1], args[2])
		}
	}
	var p plan
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&p.rounds, "rounds", 3, "how often each load is measured; the median counts")
	flags.DurationVar(&p.lasting, "for", 3*time.Second, "how long each load lasts, after a warm-up")
	flags.StringVar(&p.profile, "profile", "", "folder for cpu profiles of the web server")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if p.parts = flags.Args(); len(p.parts) == 0 {
		p.parts = []string{"pages", "staff", "entry", "buying", "queue", "start"}
	}
	return measure(ctx, p)
}

// measure does the parts in order and prints what came out.
func measure(ctx context.Context, p plan) (err error) {
	h := &house{plan: p}
	defer func() { err = errors.Join(err, h.close()) }()
	if err := h.build(ctx); err != nil {
		return err
	}
	if err := h.open(ctx); err != nil {
		return err
	}
	var r report
	for _, part := range []struct {
		name string
		run  func(context.Context, *report) error
	}{{"start", h.starts}, {"pages", h.pages}, {"staff", h.staff}, {"entry", h.entry}, {"buying", h.buying}, {"queue", h.queue}} {
		if !slices.Contains(p.parts, part.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s …\n", part.name)
		if err := part.run(ctx, &r); err != nil {
			return fmt.Errorf("measure %s: %w", part.name, err)
		}
	}
	fmt.Print(r.String())
	return nil
}
