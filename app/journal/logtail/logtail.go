// Package logtail ships log entries to Better Stack: batches of JSON over HTTPS. Whatever happens there, nobody who logs
// ever waits, and what it has to say about itself goes to the console alone.
package logtail

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"ams/app/journal"
)

// Config is a source at Better Stack.
type Config struct {
	Host    string // with or without https://
	Token   string
	Service string     // web, worker or command
	From    slog.Level // the least important level that is shipped
	// Console is told of what could not be shipped. It must not lead back here.
	Console *slog.Logger
	Every   time.Duration   // between two batches; 0 means a second
	Pauses  []time.Duration // before each further attempt; nil means 1, 10 and 60 seconds
	Grace   time.Duration   // for all that is left at the end; 0 means 5 seconds
	// Patience is how long one answer may take; 0 means 10 seconds.
	Patience time.Duration
}

const capacity = 1000

// Shipper holds entries until they are shipped.
type Shipper struct {
	cfg    Config
	url    string
	host   string
	client *http.Client

	mu      sync.Mutex
	waiting []json.RawMessage
	dropped int
	ended   bool

	full, closing chan struct{}
	done          chan struct{}
	give          context.Context
	giveUp        context.CancelFunc
	complained    bool // of being refused
}

// Start begins to ship; Close ends it.
func Start(cfg Config) *Shipper {
	if cfg.Every == 0 {
		cfg.Every = time.Second
	}
	if cfg.Pauses == nil {
		cfg.Pauses = []time.Duration{time.Second, 10 * time.Second, time.Minute}
	}
	if cfg.Grace == 0 {
		cfg.Grace = 5 * time.Second
	}
	if cfg.Patience == 0 {
		cfg.Patience = 10 * time.Second
	}
	url := strings.TrimSuffix(cfg.Host, "/") + "/"
	if !strings.Contains(url, "://") {
		url = "https://" + url
	}
	s := &Shipper{
		cfg: cfg, url: url, full: make(chan struct{}, 1), closing: make(chan struct{}), done: make(chan struct{}),
		client: &http.Client{
			Timeout:       cfg.Patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	s.host, _ = os.Hostname()
	s.give, s.giveUp = context.WithCancel(context.Background())
	go s.run()
	return s
}

// Sink takes entries for this shipper.
func (s *Shipper) Sink() journal.Sink {
	return journal.Sink{From: s.cfg.From, Take: s.take, Close: s.Close}
}

// take keeps an entry for the next batch. Where there is no place left the newest is dropped, and counted.
func (s *Shipper) take(e journal.Entry) {
	event, err := json.Marshal(s.event(e))
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
	case err != nil || len(s.waiting) >= capacity:
		s.dropped++
	default:
		s.waiting = append(s.waiting, event)
	}
	if len(s.waiting) >= capacity {
		select {
		case s.full <- struct{}{}:
		default:
		}
	}
}

// event is an entry as Better Stack reads it.
func (s *Shipper) event(e journal.Entry) map[string]any {
	event := map[string]any{}
	for _, f := range e.Fields {
		event[f.Key] = plain(f.Value)
	}
	event["dt"] = e.Time.UTC().Format(time.RFC3339Nano)
	event["level"] = strings.ToLower(journal.Name(e.Level))
	event["severity"] = severity(e.Level)
	event["message"] = e.Message
	event["context"] = map[string]any{
		"runtime": map[string]any{
			"logger_name": e.Logger, "function": e.Source.Function, "file": e.Source.File, "line": e.Source.Line,
		},
		"system": map[string]any{"pid": os.Getpid(), "host": s.host, "service": s.cfg.Service},
	}
	return event
}

func plain(v slog.Value) any {
	switch v.Kind() {
	case slog.KindBool, slog.KindFloat64, slog.KindInt64, slog.KindUint64:
		return v.Any()
	case slog.KindTime:
		return v.Time().UTC().Format(time.RFC3339Nano)
	}
	return v.String()
}

// severity counts from 1 for DEBUG to 5 for CRITICAL.
func severity(l slog.Level) int {
	return min(max(int(l)/4+2, 1), 5)
}

func (s *Shipper) run() {
	defer close(s.done)
	tick := time.NewTicker(s.cfg.Every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-s.full:
		case <-s.closing:
			s.flush()
			return
		}
		s.flush()
	}
}

// flush ships what waits.
func (s *Shipper) flush() {
	s.mu.Lock()
	batch, dropped := s.waiting, s.dropped
	s.waiting, s.dropped = nil, 0
	s.mu.Unlock()
	if dropped > 0 {
		s.cfg.Console.Warn("the log service is too slow: entries were dropped", "entries", dropped)
	}
	if len(batch) > 0 {
		s.ship(batch)
	}
}

// ship tries again what may succeed later, and tells once of what never will.
func (s *Shipper) ship(batch []json.RawMessage) {
	body, err := json.Marshal(batch)
	if err != nil {
		s.cfg.Console.Error("encode log entries", "error", err)
		return
	}
	var status int
	for attempt := 0; ; attempt++ {
		ending := s.ends() // asked before: whatever the end overtakes is tried once more
		status, err = s.post(body)
		if err == nil && status/100 == 2 {
			s.complained = false
			return
		}
		if err == nil && status < http.StatusInternalServerError {
			s.refused(status, len(batch))
			return
		}
		if attempt == len(s.cfg.Pauses) || ending {
			break
		}
		s.pause(s.cfg.Pauses[attempt])
	}
	if err == nil {
		err = fmt.Errorf("it answers %d", status)
	}
	s.cfg.Console.Error("the log service is not there: entries are lost", "entries", len(batch), "error", err)
}

func (s *Shipper) refused(status, entries int) {
	if !s.complained {
		s.cfg.Console.Error("the log service refuses our entries: check LOGTAIL_SOURCE_TOKEN and LOGTAIL_INGESTING_HOST",
			"status", status, "entries", entries)
	}
	s.complained = true
}

// pause is cut short by the end of the program: then there is one more attempt.
func (s *Shipper) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.closing:
	}
}

func (s *Shipper) ends() bool {
	select {
	case <-s.closing:
		return true
	default:
		return false
	}
}

func (s *Shipper) post(body []byte) (status int, err error) {
	r, err := http.NewRequestWithContext(s.give, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return 0, fmt.Errorf("address of the log service: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.cfg.Token)
	answer, err := s.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, _ = io.CopyN(io.Discard, answer.Body, 4096) // so that the connection is used again
	return answer.StatusCode, nil
}

// Close ships what is left, for as long as the grace lasts. Entries that come later are lost. Call it once.
func (s *Shipper) Close() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	late := time.AfterFunc(s.cfg.Grace, s.giveUp)
	close(s.closing)
	<-s.done
	late.Stop()
	s.giveUp()
}
