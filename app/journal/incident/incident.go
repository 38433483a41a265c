// Package incident reports errors to a service that speaks Sentry's protocol: an event for each entry that is an error,
// with what was told before it about the same request or job. Of people it knows the id.
package incident

import (
	"cmp"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/getsentry/sentry-go"

	"ams/app/journal"
)

// Config is a project at the error service.
type Config struct {
	DSN         string
	Environment string
	Release     string
	Service     string     // web, worker or command
	From        slog.Level // the least important level that goes along as a breadcrumb
	Traces      float64    // share of pieces of work whose duration is told
}

const (
	kept      = 1000 // breadcrumbs of all requests and jobs together
	perEvent  = 100
	patience  = 2 * time.Second
	longCause = 8000 // bytes of one text
)

// Reporter sends events in the background.
type Reporter struct {
	cfg    Config
	client *sentry.Client

	mu     sync.Mutex
	crumbs []crumb // a ring
	next   int
}

type crumb struct {
	request, job string
	sentry.Breadcrumb
}

// Open prepares to report; it does not connect.
func Open(cfg Config) (*Reporter, error) {
	client, err := sentry.NewClient(sentry.ClientOptions{
		Dsn: cfg.DSN, Environment: cfg.Environment, Release: cfg.Release, Tags: map[string]string{"service": cfg.Service},
		DataCollection: nothing(), EnableTracing: cfg.Traces > 0, TracesSampleRate: cfg.Traces,
	})
	if err != nil {
		return nil, fmt.Errorf("SENTRY_DSN: %w", err)
	}
	return &Reporter{cfg: cfg, client: client}, nil
}

// nothing of requests and people is collected by the library itself.
func nothing() *sentry.DataCollection {
	off := &sentry.KeyValueCollectionBehavior{Mode: sentry.CollectionOff}
	return &sentry.DataCollection{
		UserInfo: sentry.Set(false), Cookies: off, QueryParams: off, HTTPBodies: []sentry.BodyType{},
		HTTPHeaders: &sentry.HeaderCollectionConfig{Request: off, Response: off},
	}
}

// Sink takes entries for this reporter.
func (r *Reporter) Sink() journal.Sink {
	return journal.Sink{From: min(r.cfg.From, slog.LevelError), Take: r.take, Close: r.Close}
}

// Close waits for what is on its way, for two seconds at most.
func (r *Reporter) Close() { r.client.Flush(patience) }

func (r *Reporter) take(e journal.Entry) {
	if e.Level >= slog.LevelError {
		r.client.CaptureEvent(r.event(e), nil, sentry.NewScope())
	}
	if e.Level >= r.cfg.From {
		r.keep(e)
	}
}

func (r *Reporter) event(e journal.Entry) *sentry.Event {
	event := sentry.NewEvent()
	event.Level, event.Logger, event.Timestamp = level(e.Level), e.Logger, e.Time
	event.Message = e.Message
	event.Tags = map[string]string{}
	details := sentry.Context{}
	for _, f := range e.Fields {
		switch f.Key {
		case journal.RequestID, journal.JobType, "route":
			event.Tags[f.Key] = f.Value.String()
		case journal.UserID:
			event.User = sentry.User{ID: f.Value.String()}
		case "client", journal.Mailbox: // where a person is
		default:
			details[f.Key] = short(f.Value.String())
		}
	}
	if len(details) > 0 {
		event.Contexts["record"] = details
	}
	stack := sentry.NewStacktrace()
	if cause := e.Field("error"); cause != "" {
		event.Exception = []sentry.Exception{{Type: e.Message, Value: short(cause), Stacktrace: stack}}
	} else {
		event.Threads = []sentry.Thread{{Stacktrace: stack, Current: true}}
	}
	event.Breadcrumbs = r.trail(e)
	return event
}

// keep remembers an entry in place of the oldest one.
func (r *Reporter) keep(e journal.Entry) {
	data := map[string]any{}
	for _, f := range e.Fields {
		if f.Key != "client" && f.Key != journal.Mailbox {
			data[f.Key] = short(f.Value.String())
		}
	}
	c := crumb{request: e.Field(journal.RequestID), job: e.Field(journal.JobType), Breadcrumb: sentry.Breadcrumb{
		Type: "default", Category: e.Logger, Message: e.Message, Level: level(e.Level), Timestamp: e.Time, Data: data,
	}}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.crumbs) < kept {
		r.crumbs = append(r.crumbs, c)
		return
	}
	r.crumbs[r.next] = c
	r.next = (r.next + 1) % kept
}

// trail is what was told about the same request or job before, oldest first.
func (r *Reporter) trail(e journal.Entry) (trail []*sentry.Breadcrumb) {
	request, job := e.Field(journal.RequestID), e.Field(journal.JobType)
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.crumbs {
		c := r.crumbs[(r.next+i)%len(r.crumbs)]
		if c.request == request && (job == "" || c.job == job) {
			trail = append(trail, &c.Breadcrumb)
		}
	}
	return trail[max(0, len(trail)-perEvent):]
}

func level(l slog.Level) sentry.Level {
	name := journal.Name(l)
	if name == "CRITICAL" {
		return sentry.LevelFatal
	}
	return sentry.Level(strings.ToLower(name))
}

func short(s string) string {
	if len(s) > longCause {
		s = strings.ToValidUTF8(s[:longCause], "") + "…"
	}
	return cmp.Or(s, "-")
}
