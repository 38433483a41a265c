package jobs

import (
	"context"
	"fmt"
	"time"
)

// poke wakes all runners. One that is busy looks again afterwards anyway, so that one note each is enough.
func (r *Runner) poke() {
	for _, alarm := range r.alarms {
		select {
		case alarm <- struct{}{}:
		default:
		}
	}
}

// listen wakes the runners at each commit that changes the queue, and connects anew whenever the connection breaks.
func (r *Runner) listen(ctx context.Context) {
	const pause = 200 * time.Millisecond
	for ctx.Err() == nil {
		if err := r.hear(ctx); ctx.Err() == nil {
			r.cfg.Log.WarnContext(ctx, "queue: not listening", "error", err.Error())
		}
		sleep(ctx, pause, nil)
	}
}

func (r *Runner) hear(ctx context.Context) error {
	pooled, err := r.cfg.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	conn := pooled.Hijack() // a connection that listens must never serve anybody else
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `LISTEN jobs`); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	r.poke() // for whatever came while nobody listened
	for {
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
		r.poke()
	}
}

// keepSchedule adds what falls due.
func (r *Runner) keepSchedule(ctx context.Context) {
	if len(r.cfg.Registry.scheduled()) == 0 {
		return
	}
	planned := false
	for ctx.Err() == nil {
		var err error
		if !planned {
			err = r.cfg.Registry.plan(ctx, r.cfg.DB)
			planned = err == nil
		}
		for more := planned; more && err == nil; {
			more, err = r.queue.addDue(ctx, r.cfg.DB)
		}
		if err != nil && ctx.Err() == nil {
			r.cfg.Log.ErrorContext(ctx, "schedule", "error", err.Error())
		}
		sleep(ctx, r.cfg.Poll, nil)
	}
}

// beat shows every ten seconds that the process lives, and takes its row away when it stops.
func (r *Runner) beat(ctx context.Context) {
	const (
		pause = 10 * time.Second
		seen  = `
			INSERT INTO workers (id, name, version, started_at, seen_at) VALUES (?0, ?1, ?2, ?3, ?3)
			ON CONFLICT (id) DO UPDATE SET seen_at = ?3`
	)
	for ctx.Err() == nil {
		_, err := r.cfg.DB.NewRaw(seen, r.id, r.cfg.Name, r.cfg.Version, time.Now()).Exec(ctx)
		if err != nil && ctx.Err() == nil {
			r.cfg.Log.WarnContext(ctx, "heartbeat", "error", err.Error())
		}
		sleep(ctx, pause, nil)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settling)
	defer cancel()
	if _, err := r.cfg.DB.NewRaw(`DELETE FROM workers WHERE id = ?`, r.id).Exec(ctx); err != nil {
		r.cfg.Log.WarnContext(ctx, "heartbeat", "error", err.Error())
	}
}
