package app_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/database"
	"ams/app/database/dbtest"
	"ams/app/mail"
	"ams/jobs"
)

// services stand for Better Stack, at /, and for Sentry, at any other address. They note what they are told.
type services struct {
	*httptest.Server
	mu     sync.Mutex
	logs   []map[string]any
	events []map[string]any
	whole  string // everything, unpacked
}

func newServices(t *testing.T) *services {
	t.Helper()
	s := &services{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := io.Reader(r.Body)
		if r.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(r.Body)
		}
		text, _ := io.ReadAll(body)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.whole += string(text)
		if r.URL.Path == "/" {
			var batch []map[string]any
			if err := json.Unmarshal(text, &batch); err != nil || r.Header.Get("Authorization") != "Bearer source-token" {
				t.Errorf("logs: %v, %s", err, r.Header)
			}
			s.logs = append(s.logs, batch...)
			w.WriteHeader(http.StatusAccepted)
			return
		}
		lines := bytes.Split(text, []byte("\n"))
		for i, line := range lines[:len(lines)-1] {
			var e map[string]any
			if bytes.Contains(line, []byte(`"type":"event"`)) && json.Unmarshal(lines[i+1], &e) == nil {
				s.events = append(s.events, e)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

// log is the entry of a service with that message and request, nil while there is none.
func (s *services) log(service, message, request string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, l := range s.logs {
		system := l["context"].(map[string]any)["system"].(map[string]any)
		if system["service"] == service && l["message"] == message && l["request_id"] == request {
			return l
		}
	}
	return nil
}

// event is the report about a request or a job that it caused.
func (s *services) event(service, request string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, e := range s.events {
		if tags := e["tags"].(map[string]any); tags["service"] == service && tags["request_id"] == request {
			return e
		}
	}
	return nil
}

func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !holds(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after half a minute still not: %s", what)
		}
	}
}

// One id goes from the request through the job that it causes to the worker's line, the log service and the error
// service; nothing that people typed or that opens anything goes with it.
func TestCorrelation(t *testing.T) {
	t.Parallel()
	db, srv := dbtest.New(t), newServices(t)
	port := freePort(t)
	settings := []string{
		"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(),
		"PORT", port, "AMS_WORKER_EMBEDDED", "False", "LOGTAIL_SOURCE_TOKEN", "source-token", "LOGTAIL_INGESTING_HOST", srv.URL,
		"SENTRY_DSN", strings.Replace(srv.URL, "http://", "http://key@", 1) + "/7", "AMS_OPERATOR_EMAILS", "ops@example.org",
	}
	if code, out, errs := run(t, env(nil, settings...), "", "setup_cms"); code != 0 {
		t.Fatalf("setup_cms = %d: %s%s", code, out, errs)
	}
	stopWeb, webOut := started(t, settings, "listening", "web")
	stopWorker, workerOut := started(t, settings, "", "worker")

	const address, password, cookie, bearer = "mere.kahu@example.org", "kererū-in-the-miro-tree", "cookie-of-mere", "bearer-of-mere"
	post := func(id, path string, form url.Values) (status int) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost:"+port+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Request-Id", id)
		r.Header.Set("Cookie", "sessionid="+cookie)
		r.Header.Set("Authorization", "Bearer "+bearer)
		client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if got := answer.Header.Get("X-Request-Id"); got != id {
			t.Errorf("POST %s answers as request %q, want %q", path, got, id)
		}
		return answer.StatusCode
	}
	form := url.Values{
		"email": {address}, "username": {"mere"}, "first_name": {"Mere"}, "last_name": {"Kahu"}, "password1": {password}, "password2": {password},
	}
	if status := post("follow-me-1", "/en/accounts/signup/", form); status != http.StatusSeeOther {
		t.Fatalf("sign-up = %d, want 303", status)
	}
	soon(t, "the worker tells of the job", func() bool { return srv.log("worker", "job", "follow-me-1") != nil })
	if l := srv.log("worker", "job", "follow-me-1"); l["job_type"] != "email.send" || l["outcome"] != "done" || l["level"] != "info" {
		t.Errorf("the worker ships %v, want the job done", l)
	}
	if l := srv.log("worker", "mail sent", "follow-me-1"); l == nil || l["job_type"] != "email.send" {
		t.Errorf("the courier ships %v, want it to belong to the request and the job", l)
	}
	soon(t, "the web server ships its line", func() bool { return srv.log("web", "request", "follow-me-1") != nil })
	if out := workerOut.String(); !strings.Contains(out, "job_type=email.send") || !strings.Contains(out, "request_id=follow-me-1") {
		t.Errorf("the worker's console lacks the request:\n%s", out)
	}

	bury(t, db, "dead-1")
	if _, err := db.NewRaw(`ALTER TABLE users RENAME TO gone`).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status := post("broken-1", "/en/accounts/login/?token=query-of-mere", url.Values{"login": {address}, "password": {password}}); status != 500 {
		t.Errorf("sign-in without a table = %d, want 500", status)
	}
	soon(t, "both errors are reported", func() bool { return srv.event("web", "broken-1") != nil && srv.event("worker", "dead-1") != nil })
	if tags := srv.event("worker", "dead-1")["tags"].(map[string]any); tags["job_type"] != "email.send" {
		t.Errorf("the dead job is reported with %v, want its type", tags)
	}
	for name, stop := range map[string]func() int{"web": stopWeb, "worker": stopWorker} {
		if code := stop(); code != 0 {
			t.Errorf("%s ends with %d, want 0", name, code)
		}
	}
	var mailed int
	if err := db.NewRaw("SELECT count(*) FROM email_messages WHERE template_id = 'operator_error'").Scan(t.Context(), &mailed); err != nil || mailed != 1 {
		t.Errorf("%d errors are mailed, %v, want that of the web server: a message about a message would have no end", mailed, err)
	}
	srv.mu.Lock()
	defer srv.mu.Unlock()
	for _, hidden := range []string{address, "mere.kahu", password, "in-the-miro-tree", cookie, bearer, "query-of-mere", "source-token"} {
		for where, text := range map[string]string{"services": srv.whole, "web": webOut.String(), "worker": workerOut.String()} {
			if strings.Contains(text, hidden) {
				t.Errorf("%s: %q was told", where, hidden)
			}
		}
	}
}

// bury adds a job about a message that does not exist, as a request would.
func bury(t *testing.T, db *database.DB, request string) {
	t.Helper()
	r := jobs.NewRegistry()
	mail.NewCourier(db.DB, clock.System(), nil, nil).Jobs(r)
	queue := jobs.NewQueue(r)
	err := db.RunInTx(jobs.WithCorrelation(t.Context(), request), nil, func(ctx context.Context, tx bun.Tx) error {
		return queue.Add(ctx, tx, mail.Send{Message: "0195592a-0000-7000-8000-000000000001"})
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Operators get one message about each kind of error in a quarter of an hour, and nothing of what people sent.
func TestOperatorMail(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	port := freePort(t)
	settings := []string{
		"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(), "PORT", port,
		"AMS_OPERATOR_EMAILS", "ops@example.org,night@example.org", "DJANGO_SERVER_EMAIL", "AMS <ams@example.org>",
		"DJANGO_EMAIL_SUBJECT_PREFIX", "[Example] ", "AMS_WORKER_EMBEDDED", "False",
	}
	if code, out, errs := run(t, env(nil, settings...), "", "setup_cms"); code != 0 {
		t.Fatalf("setup_cms = %d: %s%s", code, out, errs)
	}
	stop, _ := started(t, settings, "listening", "web")
	ask := func(path string) {
		t.Helper()
		if got := status(t, "http://localhost:"+port+path); got != http.StatusInternalServerError {
			t.Fatalf("GET %s = %d, want 500", path, got)
		}
	}
	mails := func() (n int) {
		if err := db.NewRaw("SELECT count(*) FROM email_messages WHERE template_id = 'operator_error'").Scan(t.Context(), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if _, err := db.NewRaw("ALTER TABLE users RENAME TO gone; ALTER TABLE site_settings RENAME TO also_gone").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		ask("/en/accounts/login/?email=mere@example.org")
	}
	soon(t, "the error is mailed", func() bool { return mails() == 1 })
	age := func(by string) {
		t.Helper()
		if _, err := db.NewRaw("UPDATE rate_limits SET hits = ARRAY[hits[1] - ?::interval] WHERE key LIKE 'report:%'", by).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	age("14 minutes")
	ask("/en/accounts/login/")
	ask("/mi/accounts/login/") // another kind, told after whatever was told before
	soon(t, "the other error is mailed", func() (mailed bool) {
		err := db.NewRaw("SELECT EXISTS (SELECT 1 FROM email_messages WHERE text LIKE '%route: /mi/accounts/login/%')").Scan(t.Context(), &mailed)
		return err == nil && mailed
	})
	if n := mails(); n != 2 {
		t.Errorf("%d messages, want one of each kind", n)
	}
	age("1 minute")
	ask("/en/accounts/login/")
	soon(t, "the first error is mailed again", func() bool { return mails() == 3 })
	if code := stop(); code != 0 || mails() != 3 {
		t.Errorf("web ends with %d after %d messages, want 0 after 3", code, mails())
	}
	var m struct {
		From, Subject, Text, HTML string
		Recipients                []string `bun:"recipients,array"`
	}
	err := db.NewRaw(`SELECT "from", subject, text, html, recipients FROM email_messages ORDER BY created_at LIMIT 1`).Scan(t.Context(), &m)
	if err != nil {
		t.Fatal(err)
	}
	if m.From != "AMS <ams@example.org>" || m.Subject != "[Example] ERROR: request failed" || len(m.Recipients) != 2 {
		t.Errorf("message from %s to %v: %s", m.From, m.Recipients, m.Subject)
	}
	for _, part := range []string{m.Text, m.HTML} {
		if !strings.Contains(part, "request_id: ") || !strings.Contains(part, "does not exist") || strings.Contains(part, "mere@") {
			t.Errorf("message = %s, want the cause and the request, and no address", part)
		}
	}
}

// A worker that stops ships its last words.
func TestLastWords(t *testing.T) {
	t.Parallel()
	dbtest.New(t)
	srv := newServices(t)
	settings := []string{
		"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(),
		"PORT", freePort(t), "AMS_WORKER_EMBEDDED", "False", "LOGTAIL_SOURCE_TOKEN", "source-token", "LOGTAIL_INGESTING_HOST", srv.URL,
		"SENTRY_DSN", "off",
	}
	stop, out := started(t, settings, "listening", "web")
	if code := stop(); code != 0 {
		t.Fatalf("web ends with %d: %s", code, out)
	}
	for _, message := range []string{"SENTRY_DSN is off", "listening"} {
		found := false
		for _, l := range srv.logs {
			found = found || l["message"] == message
		}
		if !found || !strings.Contains(out.String(), message) {
			t.Errorf("%q is shipped: %v; the console says:\n%s", message, found, out)
		}
	}
	if !strings.Contains(out.String(), "WARNING ") {
		t.Errorf("a sink that is off is no warning:\n%s", out)
	}
}
