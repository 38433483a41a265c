package logtail_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ams/app/journal"
	"ams/app/journal/logtail"
	"ams/jobs"
)

// service stands for Better Stack: it notes batches and answers as it is told, 202 when it is told nothing.
type service struct {
	*httptest.Server
	mu      sync.Mutex
	answers []int
	asked   int
	batches [][]map[string]any
	header  http.Header
	method  string
	path    string
}

func newService(t *testing.T, answers ...int) *service {
	t.Helper()
	s := &service{answers: answers}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var batch []map[string]any
		if err := json.Unmarshal(body, &batch); err != nil {
			t.Errorf("the body is no array of events: %v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		status := http.StatusAccepted
		if s.asked < len(s.answers) {
			status = s.answers[s.asked]
		}
		s.asked++
		s.method, s.path, s.header = r.Method, r.URL.Path, r.Header
		if status == http.StatusAccepted {
			s.batches = append(s.batches, batch)
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *service) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// messages are those of all batches, in order.
func (s *service) messages() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.batches {
		for _, e := range b {
			all = append(all, e["message"].(string))
		}
	}
	return all
}

// output is a console that goroutines may write while a test reads it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start ships to a host; what is told through log goes nowhere else.
func start(host string, change func(*logtail.Config)) (log *slog.Logger, s *logtail.Shipper, console *output) {
	console = &output{}
	cfg := logtail.Config{
		Host: host, Token: "source-token", Service: "worker", Console: slog.New(journal.New(journal.Console(console, slog.LevelDebug))),
		Every: 5 * time.Millisecond, Pauses: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond},
	}
	change(&cfg)
	s = logtail.Start(cfg)
	return slog.New(journal.New(s.Sink())), s, console
}

func usual(*logtail.Config) {}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after 20 seconds still not: %s", what)
		}
	}
}

func TestProtocol(t *testing.T) {
	t.Parallel()
	srv := newService(t)
	log, s, _ := start(srv.URL, usual)
	began := time.Now().UTC().Add(-time.Second)
	ctx := jobs.WithCorrelation(journal.WithUser(t.Context(), 7), "abc-1")
	log.WarnContext(ctx, "it is late", "ms", 3, "late", true, "share", 0.5, "password", "hunter2", "error", errors.New("no"), "level", "mine")
	s.Close()
	if srv.method != "POST" || srv.path != "/" || srv.header.Get("Authorization") != "Bearer source-token" || srv.header.Get("Content-Type") != "application/json" {
		t.Errorf("request = %s %s %v, want POST / with the token and JSON", srv.method, srv.path, srv.header)
	}
	if len(srv.batches) != 1 || len(srv.batches[0]) != 1 {
		t.Fatalf("batches = %v, want one with one event", srv.batches)
	}
	event := srv.batches[0][0]
	at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(event["dt"]))
	if err != nil || !strings.HasSuffix(fmt.Sprint(event["dt"]), "Z") || at.Before(began) || at.After(time.Now().Add(time.Second)) {
		t.Errorf("dt = %v, want now in UTC", event["dt"])
	}
	where := event["context"].(map[string]any)
	host, _ := os.Hostname()
	system := map[string]any{"pid": float64(os.Getpid()), "host": host, "service": "worker"}
	if diff := cmp.Diff(system, where["system"]); diff != "" {
		t.Errorf("context.system (-want +got):\n%s", diff)
	}
	runtime := where["runtime"].(map[string]any)
	if !strings.HasSuffix(fmt.Sprint(runtime["file"]), "logtail_test.go") || runtime["line"].(float64) < 1 {
		t.Errorf("context.runtime = %v, want this file", runtime)
	}
	delete(event, "dt")
	delete(event, "context")
	want := map[string]any{
		"level": "warning", "severity": 3.0, "message": "it is late", "ms": 3.0, "late": true, "share": 0.5, "password": "[hidden]",
		"error": "no", "request_id": "abc-1", "user_id": 7.0,
	}
	if diff := cmp.Diff(want, event); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

func TestSeverity(t *testing.T) {
	t.Parallel()
	srv := newService(t)
	log, s, _ := start(srv.URL+"/", func(c *logtail.Config) { c.From = slog.LevelDebug })
	levels := []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError, journal.Critical}
	for _, l := range levels {
		log.Log(t.Context(), l, "x")
	}
	s.Close()
	var got []string
	for _, b := range srv.batches {
		for _, e := range b {
			got = append(got, fmt.Sprint(e["level"], e["severity"]))
		}
	}
	if diff := cmp.Diff([]string{"debug1", "info2", "warning3", "error4", "critical5"}, got); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
}

// A server that does not answer costs whoever logs nothing; what does not fit is dropped, the newest first, and counted.
func TestSlowServer(t *testing.T) {
	t.Parallel()
	release, arrived := make(chan struct{}), make(chan struct{}, 10)
	var mu sync.Mutex
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		var batch []map[string]any
		_ = json.NewDecoder(r.Body).Decode(&batch)
		mu.Lock()
		defer mu.Unlock()
		for _, e := range batch {
			got = append(got, fmt.Sprint(e["message"]))
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(srv.Close)
	log, s, console := start(srv.URL, usual)
	log.Info("first")
	<-arrived
	began := time.Now()
	for i := range 1300 {
		log.Info(fmt.Sprint(i))
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("1,300 records took %s while the server stood still", took)
	}
	close(release)
	s.Close()
	if len(got) != 1001 || got[0] != "first" || got[1] != "0" || got[1000] != "999" {
		t.Errorf("%d entries arrived, want the first and the 1,000 oldest of the rest", len(got))
	}
	if out := console.String(); !strings.Contains(out, "entries=300") {
		t.Errorf("the console says %q, want that 300 were dropped", out)
	}
}

// A full buffer is shipped at once, however long the time between two batches is.
func TestFull(t *testing.T) {
	t.Parallel()
	srv := newService(t)
	log, s, _ := start(srv.URL, func(c *logtail.Config) { c.Every = time.Hour })
	for range 999 {
		log.Info("x")
	}
	time.Sleep(20 * time.Millisecond)
	if n := srv.requests(); n != 0 {
		t.Errorf("%d requests with 999 entries, want none yet", n)
	}
	log.Info("x")
	eventually(t, "the full buffer is shipped", func() bool { return len(srv.messages()) == 1000 })
	s.Close()
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers  []int
		requests int
		arrives  bool
		console  string // what it says, "" for nothing
	}{
		"ServerError":   {[]int{500, 503, 502}, 4, true, ""},
		"GivesUp":       {[]int{500, 500, 500, 500}, 4, false, "entries are lost"},
		"Unauthorised":  {[]int{401}, 1, false, "refuses"},
		"NotAcceptable": {[]int{406}, 1, false, "refuses"},
		"TooLarge":      {[]int{413}, 1, false, "refuses"},
		"Elsewhere":     {[]int{302}, 1, false, "refuses"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := newService(t, c.answers...)
			log, s, console := start(srv.URL, func(c *logtail.Config) { c.From = slog.LevelDebug })
			log.Info("hello")
			eventually(t, "the attempts are over", func() bool { return srv.requests() >= c.requests })
			s.Close()
			if got := len(srv.messages()) == 1; srv.requests() != c.requests || got != c.arrives {
				t.Errorf("%d requests, arrived = %v, want %d, %v", srv.requests(), got, c.requests, c.arrives)
			}
			if out := console.String(); (c.console == "") != (out == "") || !strings.Contains(out, c.console) {
				t.Errorf("the console says %q, want %q", out, c.console)
			}
			for _, m := range srv.messages() {
				if m != "hello" {
					t.Errorf("shipped %q: the shipper tells of itself through itself", m)
				}
			}
		})
	}
	t.Run("ComplainsOnce", func(t *testing.T) {
		t.Parallel()
		srv := newService(t, 401, 401, 401)
		log, s, console := start(srv.URL, usual)
		for i := range 3 {
			log.Info("x")
			eventually(t, "the batch is refused", func() bool { return srv.requests() > i })
		}
		s.Close()
		if n := strings.Count(console.String(), "refuses"); n != 1 {
			t.Errorf("the console is told %d times, want once:\n%s", n, console)
		}
	})
	t.Run("ComplainsAnewAfterASuccess", func(t *testing.T) {
		t.Parallel()
		srv := newService(t, 401, 403, 202, 401)
		log, s, console := start(srv.URL, usual)
		for i := range 4 {
			log.Info("x")
			eventually(t, "the batch is answered", func() bool { return srv.requests() > i })
		}
		s.Close()
		if n := strings.Count(console.String(), "refuses"); n != 2 {
			t.Errorf("the console is told %d times, want once before the success and once after it:\n%s", n, console)
		}
	})
	t.Run("NoAnswer", func(t *testing.T) { // is given up, and tried again
		t.Parallel()
		release, asked := make(chan struct{}), make(chan struct{}, 10)
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			if asked <- struct{}{}; len(asked) == 1 {
				<-release
			}
		}))
		t.Cleanup(srv.Close)
		t.Cleanup(func() { close(release) })
		log, s, console := start(srv.URL, func(c *logtail.Config) { c.Patience = time.Second })
		log.Info("x")
		eventually(t, "it is tried again", func() bool { return len(asked) >= 2 })
		s.Close()
		if out := console.String(); out != "" {
			t.Errorf("the console says %q, want nothing: the second attempt arrived", out)
		}
	})
	t.Run("Network", func(t *testing.T) {
		t.Parallel()
		srv := newService(t)
		srv.Close()
		log, s, console := start(srv.URL, usual)
		log.Info("x")
		eventually(t, "it gives up", func() bool { return strings.Contains(console.String(), "entries are lost") })
		s.Close()
		if out := console.String(); strings.Contains(out, "source-token") {
			t.Errorf("the console shows the token: %s", out)
		}
	})
	t.Run("Pauses", func(t *testing.T) {
		t.Parallel()
		srv := newService(t, 500, 500)
		log, s, _ := start(srv.URL, func(c *logtail.Config) { c.Pauses = []time.Duration{30 * time.Millisecond, 60 * time.Millisecond} })
		began := time.Now()
		log.Info("x")
		eventually(t, "it arrives", func() bool { return len(srv.messages()) == 1 })
		if took := time.Since(began); took < 90*time.Millisecond {
			t.Errorf("the third attempt came after %s, want both pauses before it", took)
		}
		s.Close()
	})
}

func TestClose(t *testing.T) {
	t.Parallel()
	t.Run("ShipsTheRest", func(t *testing.T) {
		t.Parallel()
		srv := newService(t)
		log, s, _ := start(srv.URL, func(c *logtail.Config) { c.Every = time.Hour })
		log.Info("last words")
		s.Close()
		log.Info("too late")
		if diff := cmp.Diff([]string{"last words"}, srv.messages()); diff != "" {
			t.Errorf("shipped (-want +got):\n%s", diff)
		}
	})
	t.Run("CutsAPauseShort", func(t *testing.T) {
		t.Parallel()
		srv := newService(t, 500)
		log, s, _ := start(srv.URL, func(c *logtail.Config) { c.Pauses = []time.Duration{time.Hour} })
		log.Info("one")
		eventually(t, "the first attempt fails", func() bool { return srv.requests() == 1 })
		log.Info("two")
		s.Close()
		if diff := cmp.Diff([]string{"one", "two"}, srv.messages()); diff != "" {
			t.Errorf("shipped (-want +got):\n%s", diff)
		}
	})
	t.Run("EndsInTime", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		t.Cleanup(srv.Close)
		t.Cleanup(func() { close(release) })
		log, s, console := start(srv.URL, func(c *logtail.Config) { c.Grace = 100 * time.Millisecond })
		log.Info("x")
		began := time.Now()
		s.Close()
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("Close took %s with a server that hangs, want the grace period", took)
		}
		if !strings.Contains(console.String(), "entries are lost") {
			t.Errorf("the console says %q, want that entries are lost", console)
		}
	})
}
