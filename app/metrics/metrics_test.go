package metrics_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ams/app/metrics"
	"ams/jobs"
)

// look asks as Prometheus does.
func look(t *testing.T, url string) string {
	t.Helper()
	answer, err := http.Get(url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	if kind := answer.Header.Get("Content-Type"); answer.StatusCode != http.StatusOK || !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Fatalf("GET /metrics = %d, %s, want 200 and the text format", answer.StatusCode, kind)
	}
	return string(text)
}

func has(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if !strings.Contains(text, "\n"+l+"\n") {
			t.Errorf("the metrics lack the line %q", l)
		}
	}
}

func serve(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	t.Cleanup(server.Close)
	return server.URL
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestMetrics(t *testing.T) {
	t.Parallel()
	m := metrics.New(quiet())
	url := serve(t, m)
	m.Request("/en/users/:username/", http.MethodGet, 200, 30*time.Millisecond)
	m.Request("/en/users/:username/", http.MethodGet, 200, 3*time.Second)
	m.Request("", "BREW", 405, time.Millisecond)
	m.Query(2 * time.Millisecond)
	m.Job("email.send", "done", 200*time.Millisecond)
	m.Mail("account_email_confirmation", "sent")
	m.Raised("application", 4*time.Second)
	m.Adopted("renewal", 20*time.Minute)
	m.Voided("seats")
	m.Voided("")
	has(t, look(t, url),
		`ams_http_requests_total{method="GET",route="/en/users/:username/",status="200"} 2`,
		`ams_http_request_seconds_bucket{method="GET",route="/en/users/:username/",status="200",le="0.05"} 1`,
		`ams_http_request_seconds_count{method="GET",route="/en/users/:username/",status="200"} 2`,
		`ams_http_requests_total{method="other",route="none",status="405"} 1`,
		`ams_db_queries_total 1`, `ams_db_query_seconds_bucket{le="0.0025"} 1`, `ams_db_query_seconds_bucket{le="0.001"} 0`,
		`ams_jobs_total{kind="email.send",outcome="done"} 1`, `ams_job_seconds_sum{kind="email.send",outcome="done"} 0.2`,
		`ams_mail_total{outcome="sent",template="account_email_confirmation"} 1`,
		`ams_invoices_raised_total{purpose="application"} 1`, `ams_invoices_adopted_total{purpose="renewal"} 1`,
		`ams_invoices_voided_total{purpose="seats"} 1`, `ams_invoices_voided_total{purpose="unknown"} 1`,
		`ams_invoice_raise_seconds_bucket{le="5"} 1`, `ams_invoice_raise_seconds_count 2`, `ams_invoice_raise_seconds_sum 1204`)

	for method, path := range map[string]string{http.MethodGet: "/", http.MethodPost: "/metrics"} {
		request, err := http.NewRequestWithContext(t.Context(), method, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode < 400 {
			t.Errorf("%s %s = %d, want a refusal: the address is for one thing", method, path, answer.StatusCode)
		}
	}
}

// Where nobody looks, counting is nothing.
func TestNobody(t *testing.T) {
	t.Parallel()
	var m *metrics.Metrics
	m.Request("/", http.MethodGet, 200, time.Second)
	m.Query(time.Second)
	m.Job("k", "done", time.Second)
	m.Mail("a", "sent")
	m.Raised("application", time.Second)
	m.Adopted("application", time.Second)
	m.Voided("application")
	m.Ask(metrics.Backlog{})
}

// What waits is asked at each look. A database that is away takes its own numbers with it and no others.
func TestAsk(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := metrics.New(slog.New(slog.NewTextHandler(&log, nil)))
	url := serve(t, m)
	var away error
	waiting := 0
	m.Ask(metrics.Backlog{
		Queue: func(ctx context.Context) ([]jobs.Load, error) {
			if _, limited := ctx.Deadline(); !limited {
				t.Error("the queue may be asked for ever")
			}
			return []jobs.Load{{Lane: "mail", State: "waiting", Jobs: 3, Oldest: 90 * time.Second}, {Lane: "mail", State: "dead"}}, nil
		},
		Purchases: func(ctx context.Context) (metrics.Purchases, error) {
			if _, limited := ctx.Deadline(); !limited {
				t.Error("the purchases may be asked for ever")
			}
			waiting++
			return metrics.Purchases{Waiting: waiting, Failed: 2, Oldest: time.Hour}, away
		},
	})
	queue := []string{
		`ams_queue_jobs{lane="mail",state="waiting"} 3`, `ams_queue_oldest_seconds{lane="mail",state="waiting"} 90`,
		`ams_queue_jobs{lane="mail",state="dead"} 0`, `ams_queue_oldest_seconds{lane="mail",state="dead"} 0`,
	}
	text := look(t, url)
	has(t, text, queue...)
	has(t, text, `ams_purchases{state="waiting"} 1`, `ams_purchases{state="failed"} 2`, `ams_purchase_oldest_waiting_seconds 3600`)
	has(t, look(t, url), `ams_purchases{state="waiting"} 2`)

	away = errors.New("the database is away")
	text = look(t, url)
	has(t, text, queue...)
	has(t, text, `ams_db_queries_total 0`)
	if strings.Contains(text, "ams_purchase") {
		t.Errorf("numbers of purchases that nobody knows: %s", text)
	}
	if !strings.Contains(log.String(), "the database is away") {
		t.Errorf("the log says %q, want the cause", log.String())
	}
}
