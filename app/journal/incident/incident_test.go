package incident_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/journal"
	"ams/app/journal/incident"
	"ams/jobs"
)

// event is what the service reads of an envelope's event.
type event struct {
	Level, Message, Logger, Environment, Release string
	Tags                                         map[string]string
	User                                         map[string]any
	Exception                                    []struct {
		Type, Value string
		Stacktrace  struct{ Frames []struct{ Function string } }
	}
	Contexts    map[string]map[string]any
	Breadcrumbs []struct {
		Message, Level, Category string
		Data                     map[string]any
	}
}

// service speaks Sentry's side of the protocol.
type service struct {
	*httptest.Server
	mu     sync.Mutex
	paths  []string
	whole  string // everything that arrived, unpacked
	events []event
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(r.Body)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Errorf("envelope: %v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.paths = append(s.paths, r.Method+" "+r.URL.Path)
		s.whole += string(text) + r.Header.Get("X-Sentry-Auth")
		lines := bufio.NewScanner(bytes.NewReader(text))
		lines.Buffer(nil, 1<<22)
		for isEvent := false; lines.Scan(); {
			if isEvent {
				var e event
				if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
					t.Errorf("event: %v", err)
				}
				s.events = append(s.events, e)
			}
			isEvent = strings.Contains(lines.Text(), `"type":"event"`)
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) dsn() string { return strings.Replace(s.URL, "http://", "http://key@", 1) + "/7" }

func start(t *testing.T, from slog.Level) (*service, *slog.Logger, *incident.Reporter) {
	t.Helper()
	s := newService(t)
	r, err := incident.Open(incident.Config{DSN: s.dsn(), Environment: "uat", Release: "ams@abc", Service: "web", From: from})
	if err != nil {
		t.Fatalf("Open() = %v", err)
	}
	return s, slog.New(journal.New(r.Sink())), r
}

func TestEvent(t *testing.T) {
	t.Parallel()
	s, log, r := start(t, slog.LevelInfo)
	ctx := jobs.WithCorrelation(journal.WithUser(t.Context(), 42), "abc-1")
	other := jobs.WithCorrelation(t.Context(), "another")
	log.DebugContext(ctx, "too quiet")
	log.InfoContext(ctx, "began", "step", 1, "client", "192.0.2.7", journal.Mailbox, "mere@example.org")
	log.InfoContext(other, "somebody else's")
	log.WarnContext(ctx, "strange")
	log.ErrorContext(ctx, "request failed", "route", "/en/x/", "client", "192.0.2.7", journal.Mailbox, "mere@example.org", "password", "hunter2",
		"error", fmt.Errorf("tell mere@example.org: %w", errors.New("token=hunter2 is refused")))
	log.ErrorContext(other, "no cause")
	log.Log(t.Context(), journal.Critical, "no database")
	r.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.events) != 3 || s.paths[0] != "POST /api/7/envelope/" {
		t.Fatalf("%d events at %v, want 3 at project 7", len(s.events), s.paths)
	}
	e := s.events[0]
	if e.Level != "error" || e.Logger != "journal/incident_test" || e.Environment != "uat" || e.Release != "ams@abc" {
		t.Errorf("event = %+v, want level, logger, environment and release", e)
	}
	if diff := cmp.Diff(map[string]string{"service": "web", "request_id": "abc-1", "route": "/en/x/"}, e.Tags); diff != "" {
		t.Errorf("tags (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]any{"id": "42"}, e.User); diff != "" {
		t.Errorf("user (-want +got):\n%s", diff)
	}
	if len(e.Exception) != 1 || e.Exception[0].Type != "request failed" || !strings.HasPrefix(e.Exception[0].Value, "tell [e-mail]: token=") {
		t.Errorf("exception = %+v", e.Exception)
	}
	frames := e.Exception[0].Stacktrace.Frames
	if !strings.Contains(fmt.Sprint(frames), "TestEvent") {
		t.Errorf("stack = %v, want the caller in it", frames)
	}
	var trail []string
	for _, b := range e.Breadcrumbs {
		trail = append(trail, b.Level+" "+b.Message)
	}
	if diff := cmp.Diff([]string{"info began", "warning strange"}, trail); diff != "" {
		t.Errorf("breadcrumbs (-want +got):\n%s", diff)
	}
	if e := s.events[1]; e.Message != "no cause" || len(e.Exception) != 0 {
		t.Errorf("event without an error = %+v, want the message", e)
	}
	if e := s.events[2]; e.Level != "fatal" || e.Tags["request_id"] != "" {
		t.Errorf("critical event = %+v, want it fatal and nobody's", e)
	}
	for _, hidden := range []string{"hunter2", "mere@", "192.0.2.7"} {
		if strings.Contains(s.whole, hidden) {
			t.Errorf("an envelope holds %q:\n%s", hidden, s.whole)
		}
	}
}

// However little goes along, every error is reported: SENTRY_LOG_LEVEL is about what was told before it.
func TestErrorsBelowTheTrail(t *testing.T) {
	t.Parallel()
	s, log, r := start(t, journal.Critical)
	ctx := jobs.WithCorrelation(t.Context(), "abc-1")
	log.WarnContext(ctx, "strange")
	log.ErrorContext(ctx, "request failed")
	log.Log(ctx, journal.Critical, "no database")
	log.ErrorContext(ctx, "failed again")
	r.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	var got []string
	for _, e := range s.events {
		line := e.Message + ":"
		for _, b := range e.Breadcrumbs {
			line += " " + b.Message
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"request failed:", "no database:", "failed again: no database"}, got); diff != "" {
		t.Errorf("events with their trail (-want +got):\n%s", diff)
	}
}

// Durations are told for the share of work that was asked for.
func TestTrace(t *testing.T) {
	t.Parallel()
	for share, want := range map[float64]bool{0: false, 1: true} {
		s := newService(t)
		r, err := incident.Open(incident.Config{DSN: s.dsn(), Service: "web", Traces: share})
		if err != nil {
			t.Fatal(err)
		}
		r.Trace(jobs.WithCorrelation(t.Context(), "abc-1"), "http.server", "GET /en/users/:username/", "200", 3*time.Second)
		r.Close()
		s.mu.Lock()
		if got := strings.Contains(s.whole, `"transaction":"GET /en/users/:username/"`) && strings.Contains(s.whole, `"request_id":"abc-1"`); got != want {
			t.Errorf("with a share of %v the request is told: %v, want %v:\n%s", share, got, want, s.whole)
		}
		s.mu.Unlock()
	}
}

// Only so much is remembered, whoever tells how much.
func TestTrail(t *testing.T) {
	t.Parallel()
	s, log, r := start(t, slog.LevelDebug)
	ctx := jobs.WithCorrelation(t.Context(), "busy")
	for i := range 1500 {
		log.DebugContext(ctx, fmt.Sprint(i))
	}
	log.ErrorContext(ctx, "broken")
	r.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	crumbs := s.events[0].Breadcrumbs
	if len(crumbs) != 100 || crumbs[0].Message != "1400" || crumbs[99].Message != "1499" {
		t.Errorf("%d breadcrumbs, want the latest 100", len(crumbs))
	}
}

// A service that hangs holds up nobody.
func TestClose(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	t.Cleanup(srv.Close)
	t.Cleanup(func() { close(release) })
	r, err := incident.Open(incident.Config{DSN: strings.Replace(srv.URL, "http://", "http://key@", 1) + "/7"})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	slog.New(journal.New(r.Sink())).Error("x")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("telling took %s", took)
	}
	r.Close()
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("Close() took %s, want 2 seconds", took)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	if _, err := incident.Open(incident.Config{DSN: "nonsense"}); err == nil {
		t.Error("Open(nonsense) = nil, want an error")
	}
}
