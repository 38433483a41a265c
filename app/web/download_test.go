package web_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/web"
)

// A file that goes wrong before its first byte is a page; one that goes wrong later is seen to be broken, and never taken
// for the whole.
func TestDownload(t *testing.T) {
	t.Parallel()
	file := func(write func(ctx context.Context, to io.Writer) error) web.Handler {
		return func(c *web.Ctx) error { return web.Download(c, "ngā tāngata.csv", "text/csv; charset=utf-8", write) }
	}
	k := newKernel(t, 200*time.Millisecond, func(w *web.Web) {
		r := w.Localised("/test")
		r.GET("/whole/", file(func(ctx context.Context, to io.Writer) error {
			if _, err := io.WriteString(to, "a,b\r\n"); err != nil {
				return err
			}
			time.Sleep(300 * time.Millisecond) // longer than a page may take
			_, err := io.WriteString(to, "1,2\r\n")
			return errors.Join(err, ctx.Err())
		}))
		r.GET("/empty/", file(func(context.Context, io.Writer) error { return nil }))
		r.GET("/refused/", file(func(context.Context, io.Writer) error { return fault.Conflict(lang.M("Sign in")) }))
		r.GET("/early/", file(func(context.Context, io.Writer) error { return errors.New("secret cause") }))
		r.GET("/late/", file(func(_ context.Context, to io.Writer) error {
			_, err := io.WriteString(to, strings.Repeat("a,b\r\n", 5_000))
			return errors.Join(err, errors.New("secret cause"))
		}))
	})
	server := httptest.NewServer(k.Handler())
	t.Cleanup(server.Close)
	get := func(path string) (int, http.Header, string, error) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/en/test"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = "example.com"
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			return 0, nil, "", err
		}
		defer answer.Body.Close()
		body, err := io.ReadAll(answer.Body)
		return answer.StatusCode, answer.Header, string(body), err
	}
	for path, want := range map[string]struct {
		status int
		body   string // part of it
		file   bool
	}{
		"/whole/": {200, "a,b\r\n1,2\r\n", true}, "/empty/": {200, "", true}, "/refused/": {409, "Sign in", false}, "/early/": {500, "our mistake", false},
	} {
		status, header, body, err := get(path)
		if err != nil || status != want.status || !strings.Contains(body, want.body) {
			t.Errorf("GET %s = %d, %v, %q, want %d with %q", path, status, err, body, want.status, want.body)
		}
		if got := header.Get("Content-Disposition"); (got == "attachment; filename*=utf-8''ng%C4%81%20t%C4%81ngata.csv") != want.file {
			t.Errorf("GET %s: Content-Disposition = %q", path, got)
		}
		if strings.HasPrefix(header.Get("Content-Type"), "text/csv") != want.file {
			t.Errorf("GET %s: Content-Type = %q", path, header.Get("Content-Type"))
		}
	}
	if status, _, body, err := get("/late/"); err == nil {
		t.Errorf("GET /late/ = %d with %d bytes and no error, want a broken connection", status, len(body))
	}
	if !strings.Contains(k.log.String(), "a download broke off") || k.reported.Load() != 2 {
		t.Errorf("%d errors were reported, want those of /early/ and /late/; the log:\n%s", k.reported.Load(), k.log.String())
	}
}
