package app_test

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app"
	"ams/app/database/dbtest"
	"ams/app/membership"
	"ams/app/metrics"
	"ams/app/web/webtest"
)

// numbers are what a process tells of itself, by name and labels.
type numbers map[string]float64

func look(t *testing.T, address string) (all numbers, text string) {
	t.Helper()
	answer, err := http.Get(address + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("GET /metrics = %d, %v, want 200", answer.StatusCode, err)
	}
	all = numbers{}
	for line := range strings.Lines(string(body)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if n, err := strconv.ParseFloat(value, 64); err == nil && !strings.HasPrefix(line, "#") {
			all[name] = n
		}
	}
	return all, string(body)
}

// want checks single numbers; one that is missing is not 0.
func (n numbers) want(t *testing.T, want numbers) {
	t.Helper()
	for name, w := range want {
		if got, there := n[name]; !there || got != w {
			t.Errorf("%s = %v (there: %v), want %v", name, got, there, w)
		}
	}
}

// applied is a site with two purchases that wait for their invoices.
func applied(t *testing.T, change func(*app.Outside)) *webtest.Site {
	t.Helper()
	s := webtest.NewWith(t, change)
	option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
	for _, name := range []string{"kea", "tui"} {
		s.Person(name)
		s.SignedIn(name).Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
	}
	return s
}

// Web and worker each tell of themselves on an address of their own, and of what waits for all of them.
func TestMetrics(t *testing.T) {
	t.Parallel()
	s := applied(t, func(*app.Outside) {})
	const fail = `UPDATE purchases SET invoice_state = 'FAILED', failed_at = now(), failure_code = 'refused' WHERE id = (SELECT max(id) FROM purchases)`
	s.Exec(fail)
	s.Exec("DELETE FROM gue_jobs WHERE job_type = 'billing.raise_invoice' AND convert_from(args, 'UTF8')::json->>'Purchase' = (SELECT max(id)::text FROM purchases)")
	bury(t, s.DB, "dead-1")
	port, webAddress, workerAddress := freePort(t), "127.0.0.1:"+freePort(t), "127.0.0.1:"+freePort(t)
	settings := func(more ...string) []string {
		return append([]string{
			"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(), "PORT", port,
			"AMS_WORKER_EMBEDDED", "False", "AMS_DEV_NOW", s.Clock.Now().Add(20 * time.Minute).Format(time.RFC3339),
		}, more...)
	}
	site := "http://localhost:" + port

	t.Run("BIL-79 without an address no metrics are served", func(t *testing.T) {
		stop, _ := started(t, settings(), "listening", "web")
		if got := status(t, site+"/metrics"); got != http.StatusNotFound {
			t.Errorf("GET /metrics at the port of the site = %d, want 404", got)
		}
		stop()
	})
	stop, _ := started(t, settings("AMS_METRICS_ADDR", webAddress), "listening", "web")
	t.Run("BIL-79 with an address waiting and failed purchases and the age of the oldest are among them", func(t *testing.T) {
		got, _ := look(t, "http://"+webAddress)
		got.want(t, numbers{`ams_purchases{state="waiting"}`: 1, `ams_purchases{state="failed"}`: 1})
		if age := got["ams_purchase_oldest_waiting_seconds"]; age < 1200 || age > 1320 {
			t.Errorf("the oldest purchase waits for %v seconds, want 1200 and some", age)
		}
	})
	if got := status(t, site+"/metrics"); got != http.StatusNotFound {
		t.Errorf("GET /metrics at the port of the site = %d, want 404 with an address for them as well", got)
	}
	if got := status(t, "http://"+webAddress+"/en/"); got != http.StatusNotFound {
		t.Errorf("GET /en/ at the address of the metrics = %d, want 404", got)
	}
	webTells(t, site, webAddress)
	if code, out, errs := run(t, env(nil, settings("AMS_METRICS_ADDR", webAddress)...), "", "setup_cms"); code != 0 {
		t.Errorf("setup_cms beside a web server with metrics = %d, want a command to need no address: %s%s", code, out, errs)
	}
	code, out, errs := run(t, env(nil, settings("AMS_METRICS_ADDR", webAddress, "PORT", freePort(t))...), "", "web")
	if code != 1 || !strings.Contains(out+errs, webAddress+" for metrics") {
		t.Errorf("web with an address that is taken = %d, %s%s, want 1 and the address named", code, out, errs)
	}

	stopWorker, _ := started(t, settings("AMS_METRICS_ADDR", workerAddress), "", "worker")
	until(s, 0, "SELECT count(*) FROM gue_jobs")
	soon(t, "the worker tells of all jobs", func() bool {
		got, _ := look(t, "http://"+workerAddress)
		return got[`ams_job_seconds_count{kind="billing.raise_invoice",outcome="done"}`] > 0 &&
			got[`ams_job_seconds_count{kind="email.send",outcome="done"}`] > 0 && got[`ams_jobs_total{kind="email.send",outcome="dead"}`] > 0
	})
	workerTells(t, workerAddress)
	for name, stop := range map[string]func() int{"web": stop, "worker": stopWorker} {
		if code := stop(); code != 0 {
			t.Errorf("%s ends with %d, want 0", name, code)
		}
	}
}

// webTells asks for pages, and then what the web server tells of that.
func webTells(t *testing.T, site, address string) {
	t.Helper()
	for range 2 {
		if got := status(t, site+"/en/users/mere.kahu/?token=abcdefgh"); got != http.StatusOK { // the page to sign in
			t.Fatalf("GET a person's page = %d, want 200", got)
		}
	}
	form := url.Values{"email": {"mere@example.org"}, "username": {"mere"}, "password1": {"x"}}
	answer, err := http.PostForm(site+"/en/accounts/signup/", form)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	strange, err := http.NewRequestWithContext(t.Context(), "BREW", site+"/en/accounts/login/", nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer, err = http.DefaultClient.Do(strange); err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	const (
		person = `method="GET",route="/en/users/:username/",status="302"`
		signUp = `ams_http_requests_total{method="POST",route="/en/accounts/signup/",status="422"}`
		last   = `ams_http_requests_total{method="other",route="none",status="405"}`
	)
	got, text := look(t, "http://"+address)
	// A request is counted once its answer has gone, in one place before the other, as is a query that goes on meanwhile.
	counted := func() bool {
		return got[last] > 0 && got[signUp] > 0 && got["ams_http_request_seconds_count{"+person+"}"] > 1 &&
			got["ams_db_queries_total"] == got["ams_db_query_seconds_count"]
	}
	for end := time.Now().Add(20 * time.Second); !counted() && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		got, text = look(t, "http://"+address)
	}
	got.want(t, numbers{
		"ams_http_requests_total{" + person + "}":        2,
		"ams_http_request_seconds_count{" + person + "}": 2,
		signUp: 1,
		last:   1,
		`ams_queue_jobs{lane="mail",state="waiting"}`:    1,
		`ams_queue_jobs{lane="default",state="running"}`: 0,
	})
	if n := got["ams_db_queries_total"]; n < 5 || n != got["ams_db_query_seconds_count"] {
		t.Errorf("ams_db_queries_total = %v, ams_db_query_seconds_count = %v, want the same, and some", n, got["ams_db_query_seconds_count"])
	}
	for _, personal := range []string{"mere", "kahu", "abcdefgh", "BREW", "token"} {
		if strings.Contains(text, personal) {
			t.Errorf("the metrics hold %q", personal)
		}
	}
}

// workerTells checks what the worker tells of the jobs that it has done.
func workerTells(t *testing.T, address string) {
	t.Helper()
	got, _ := look(t, "http://"+address)
	got.want(t, numbers{
		`ams_jobs_total{kind="billing.raise_invoice",outcome="done"}`:        1,
		`ams_job_seconds_count{kind="billing.raise_invoice",outcome="done"}`: 1,
		`ams_jobs_total{kind="email.send",outcome="dead"}`:                   1,
		`ams_mail_total{outcome="sent",template="mock_invoice"}`:             1,
		`ams_queue_jobs{lane="mail",state="dead"}`:                           1,
		`ams_queue_jobs{lane="default",state="waiting"}`:                     0,
		`ams_invoices_raised_total{purpose="application"}`:                   1,
		`ams_invoice_raise_seconds_count`:                                    1,
		`ams_purchases{state="waiting"}`:                                     0,
		`ams_purchases{state="failed"}`:                                      1,
		`ams_purchase_oldest_waiting_seconds`:                                0,
	})
	if sum := got["ams_invoice_raise_seconds_sum"]; sum < 1200 || sum > 1320 {
		t.Errorf("ams_invoice_raise_seconds_sum = %v, want the 20 minutes that the purchase has waited", sum)
	}
	if got["ams_db_queries_total"] == 0 {
		t.Error("the worker has asked the database nothing")
	}
}

// What is recorded twice, found or ended is counted for what it is.
func TestInvoiceMetrics(t *testing.T) {
	t.Parallel()
	m := metrics.New(slog.New(slog.DiscardHandler))
	server := httptest.NewServer(m.Handler())
	t.Cleanup(server.Close)
	s := applied(t, func(o *app.Outside) { o.Metrics = m })
	calls := 0
	s.Provider.After(func(call string) error {
		if call != "raise" {
			return nil
		}
		if calls++; calls == 2 { // of the second purchase, whose membership is cancelled meanwhile
			s.Exec("UPDATE individual_memberships SET cancelled_datetime = ? WHERE id = (SELECT max(id) FROM individual_memberships)", s.Clock.Now())
			return nil
		}
		return fmt.Errorf("the answer got lost")
	})
	s.Work()
	got, _ := look(t, server.URL)
	got.want(t, numbers{
		`ams_invoices_raised_total{purpose="application"}`: 1,
		`ams_invoices_voided_total{purpose="application"}`: 1, `ams_purchases{state="waiting"}`: 1,
	})
	s.Provider.Works()
	s.Clock.Pass(time.Minute)
	s.Due()
	s.Work()
	got, _ = look(t, server.URL)
	got.want(t, numbers{
		`ams_invoices_raised_total{purpose="application"}`: 1, `ams_invoices_adopted_total{purpose="application"}`: 1,
		`ams_invoice_raise_seconds_sum`: 60, `ams_purchases{state="waiting"}`: 0,
	})
	if n := s.Count("SELECT count(*) FROM invoices"); n != 2 {
		t.Errorf("%d invoices recorded, want 2", n)
	}
}
