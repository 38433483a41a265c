// Package journal is how the program tells its operator what happens. All of it goes through one slog.Handler, which adds
// whom a record belongs to, takes out what nobody may read, and hands the rest to every sink: the console, the log
// service, the error service, the operator's mail.
package journal

import (
	"context"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"time"

	"ams/jobs"
)

// Critical is for what keeps the whole program from working; slog has no word for it.
const Critical = slog.LevelError + 4

// Name is the word that operators know a level by.
func Name(l slog.Level) string {
	switch {
	case l < slog.LevelInfo:
		return "DEBUG"
	case l < slog.LevelWarn:
		return "INFO"
	case l < slog.LevelError:
		return "WARNING"
	case l < Critical:
		return "ERROR"
	}
	return "CRITICAL"
}

// The fields that say whom a record belongs to.
const (
	RequestID = "request_id" // also that of the request that caused a job
	JobType   = "job_type"
	UserID    = "user_id"
)

// Entry is a record as sinks get it: nothing in its texts has to be hidden any more.
type Entry struct {
	Time    time.Time
	Level   slog.Level
	Logger  string // the package that tells
	Source  runtime.Frame
	Message string
	Fields  []slog.Attr // texts, numbers, booleans, times and durations; groups are part of the keys
}

// Field is the text of a field, "" where the entry has none.
func (e Entry) Field(key string) string {
	for _, f := range e.Fields {
		if f.Key == key {
			return f.Value.String()
		}
	}
	return ""
}

// Sink is one place that entries go to. Take is called by many goroutines at once and must not wait for anybody.
type Sink struct {
	From slog.Level // the least important level that it wants
	Near bool       // it stays on this machine, and so gets what must not be shipped
	Take func(Entry)
	// Close passes on what the sink still holds, within a time limit of its own; nil where it holds nothing.
	Close func()
}

// Handler hands records to sinks.
type Handler struct {
	sinks  []Sink
	fields []slog.Attr
	group  string
	secret bool // further fields belong to a group that is never told
}

// New hands to these sinks.
func New(sinks ...Sink) *Handler { return &Handler{sinks: sinks} }

// Close closes all sinks side by side: one that waits for a service that is away takes no time from the others. Call it
// once, when nobody tells anything any more.
func (h *Handler) Close() {
	var all sync.WaitGroup
	for _, s := range h.sinks {
		if s.Close != nil {
			all.Go(s.Close)
		}
	}
	all.Wait()
}

// Enabled says whether any sink wants the level.
func (h *Handler) Enabled(_ context.Context, l slog.Level) bool {
	for _, s := range h.sinks {
		if l >= s.From {
			return true
		}
	}
	return false
}

// Handle never fails: a sink that cannot take an entry tells so on the console.
func (h *Handler) Handle(ctx context.Context, r slog.Record) error {
	e := Entry{Time: r.Time, Level: r.Level, Message: Scrub(r.Message), Fields: h.fields[:len(h.fields):len(h.fields)]}
	e.Source, _ = runtime.CallersFrames([]uintptr{r.PC}).Next()
	e.Logger = logger(e.Source.Function)
	r.Attrs(func(a slog.Attr) bool {
		if !h.secret {
			e.Fields = flatten(e.Fields, h.group, a)
		}
		return !h.secret
	})
	e.belong(ctx)
	for _, s := range h.sinks {
		if e.Level >= s.From && (s.Near || !near(ctx)) {
			s.Take(e)
		}
	}
	return nil
}

// WithAttrs gives a handler whose records have these fields, too.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	if h.secret {
		return h
	}
	with := *h
	with.fields = h.fields[:len(h.fields):len(h.fields)]
	for _, a := range attrs {
		with.fields = flatten(with.fields, h.group, a)
	}
	return &with
}

// WithGroup gives a handler that puts the name before the keys of later fields.
func (h *Handler) WithGroup(name string) slog.Handler {
	if name == "" || h.secret {
		return h
	}
	with := *h
	if SecretName(name) {
		with.fields = append(h.fields[:len(h.fields):len(h.fields)], slog.String(h.group+name, hidden))
		with.secret = true
	}
	with.group += name + "."
	return &with
}

// belong adds request, job and person, unless the record names them itself.
func (e *Entry) belong(ctx context.Context) {
	if id := jobs.Correlation(ctx); id != "" && e.Field(RequestID) == "" {
		e.Fields = append(e.Fields, slog.String(RequestID, Scrub(id)))
	}
	if kind := jobs.Running(ctx); kind != "" && e.Field(JobType) == "" {
		e.Fields = append(e.Fields, slog.String(JobType, kind))
	}
	if id, ok := ctx.Value(userKey{}).(int64); ok && e.Field(UserID) == "" {
		e.Fields = append(e.Fields, slog.Int64(UserID, id))
	}
}

// logger is the package of a function, "web" for ams/app/web.(*Web).begin.
func logger(function string) string {
	slash := strings.LastIndexByte(function, '/')
	if dot := strings.IndexByte(function[slash+1:], '.'); dot >= 0 {
		function = function[:slash+1+dot]
	}
	if function == "" {
		return "library" // what came through package log has no caller
	}
	return strings.TrimPrefix(strings.TrimPrefix(function, "ams/"), "app/")
}

type (
	userKey struct{}
	nearKey struct{}
)

// WithUser names the person whom ctx works for, by id alone.
func WithUser(ctx context.Context, id int64) context.Context {
	return context.WithValue(ctx, userKey{}, id)
}

// Near keeps what is told with ctx on this machine: what anybody on the net can cause as often as they like is not
// worth a place in a service that counts.
func Near(ctx context.Context) context.Context { return context.WithValue(ctx, nearKey{}, true) }

func near(ctx context.Context) bool { return ctx.Value(nearKey{}) != nil }
