package web_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app"
	"ams/app/journal"
	"ams/app/web"
	"ams/app/web/webtest"
	"ams/jobs"
)

// The access log: method, address, status, time, size, person, client, id, and nothing that opens anything.
func TestAccessLog(t *testing.T) {
	t.Parallel()
	var seen string
	k := newKernel(t, time.Minute, func(w *web.Web) {
		r := w.Localised("/test")
		r.GET("/reset/:uid/:key/", func(c *web.Ctx) error { seen = jobs.Correlation(c.Context()); return web.Go(c, "/") })
		r.GET("/panic/", func(*web.Ctx) error { panic("gone wrong") })
		r.GET("/error/", func(*web.Ctx) error { return errors.New("gone wrong") })
	})
	k.Plain("").GET("/livez", func(c *web.Ctx) error { return c.Plain(200, "text/plain", "ok") })
	ask := func(path string, header ...string) (id, log string) {
		k.log.Reset()
		got := k.ask(http.MethodGet, path, header...)
		return got.Header().Get("X-Request-Id"), k.log.String()
	}
	line := func(log, path, rest string) {
		t.Helper()
		want := `(?m)^` + rest + ` \S+ web request method=GET path=` + regexp.QuoteMeta(path) +
			` status=\d{3} ms=\d+ bytes=\d+ client=192\.0\.2\.1 request_id=[A-Za-z0-9._-]{1,64}$`
		if !regexp.MustCompile(want).MatchString(log) {
			t.Errorf("the log is %s, want a line like %s", log, want)
		}
	}
	const token = "hunter2-hunter2"
	_, log := ask("/en/test/reset/7/" + token + "/?page=2&token=" + token + "&sso=" + token + "&sig=" + token + "&key=" + token + "&n%65xt=" + token)
	line(log, `"/en/test/reset/7/:key/?page=2&token=&sso=&sig=&key=&n%65xt="`, "INFO")
	for _, path := range []string{"/en/test/reset/7/" + token, "/test/reset/7/" + token + "/", "/mi/en/test/reset/7/" + token} {
		if _, log := ask(path); strings.Contains(log, token) {
			t.Errorf("GET %s shows the token: %s", path, log)
		}
	}
	_, log = ask("/livez")
	line(log, "/livez", "DEBUG")
	for _, path := range []string{"/en/test/panic/", "/en/test/error/"} {
		id, log := ask(path)
		line(log, path, "INFO")
		if !strings.Contains(log, "status=500") || strings.Count(log, "request_id="+id) != 2 || strings.Count(log, "\n") != 2 {
			t.Errorf("the log of %s is %s, want the error and the request with one id", path, log)
		}
	}
	for given, taken := range map[string]bool{
		"abc-1": true, strings.Repeat("a", 64): true, "A.b_c-9": true,
		"": false, strings.Repeat("a", 65): false, "a b": false, "a\tb": false, "ā": false, "a;b": false, `a"b`: false,
	} {
		id, log := ask("/en/test/reset/1/2/", "X-Request-Id", given)
		if (id == given) != taken || id == "" || seen != id || !strings.Contains(log, "request_id="+id+"\n") {
			t.Errorf("X-Request-ID %q: the answer has %q, the context %q, taken shall be %v:\n%s", given, id, seen, taken, log)
		}
	}
}

// The line of somebody who is signed in names them, by their id alone, also after an upload.
func TestAccessLogOfAPerson(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	var mu sync.Mutex
	s := webtest.NewWith(t, func(o *app.Outside) {
		o.Log = slog.New(journal.New(journal.Console(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return out.Write(p)
		}), slog.LevelInfo)))
	}, webtest.Store(t)...)
	s.Person("kea")
	id := s.Count("SELECT id FROM users WHERE username = 'kea'")
	s.Visitor().Get("/en/accounts/login/").Status(http.StatusOK)
	v := s.SignedIn("kea")
	v.Get("/en/users/kea/").Status(http.StatusOK)
	v.Upload("/en/users/~update/", "", "", nil, "first_name", "").Status(http.StatusUnprocessableEntity)
	for request, want := range map[string]string{
		"GET path=/en/accounts/login/": "", "GET path=/en/users/kea/": fmt.Sprintf(" user_id=%d", id),
		"POST path=/en/users/~update/": fmt.Sprintf(" user_id=%d", id),
	} {
		pattern, line := regexp.MustCompile(`(?m)^INFO \S+ web request method=`+request+` .*$`), ""
		for end := time.Now().Add(20 * time.Second); line == "" && time.Now().Before(end); time.Sleep(time.Millisecond) { // it may come after the answer
			mu.Lock()
			line = pattern.FindString(out.String())
			mu.Unlock()
		}
		if line == "" || !strings.HasSuffix(line, want) || strings.Contains(line, "user_id=") != (want != "") || strings.Contains(line, "kea@") {
			t.Errorf("the line of %s is %q, want it to end with %q", request, line, want)
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// A Host that is not ours is an error on the console, once.
func TestRejectedHost(t *testing.T) {
	t.Parallel()
	k := newKernel(t, time.Minute, func(*web.Web) {})
	r := httptest.NewRequest(http.MethodGet, "/en/", nil)
	r.Host = "evil.example:8080"
	got := httptest.NewRecorder()
	k.Handler().ServeHTTP(got, r)
	if slices.Contains(k.shipped, "host rejected") {
		t.Errorf("shipped: %v, want nothing of the host", k.shipped)
	}
	if n := strings.Count(k.log.String(), "ERROR "); got.Code != 400 || n != 1 || !strings.Contains(k.log.String(), "host=evil.example:8080") {
		t.Errorf("%d with %d errors in the log, want 400 and one:\n%s", got.Code, n, k.log.String())
	}
}
