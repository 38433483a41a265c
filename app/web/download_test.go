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

func TestDownload(t *testing.T) {
	t.Parallel()
	row := strings.Repeat("x", 1000) + "\r\n"
	write := func(_ context.Context, out io.Writer) error {
		for range 100 {
			if _, err := io.WriteString(out, row); err != nil {
				return err
			}
		}
		return nil
	}
	files := map[string]func(context.Context, io.Writer) error{
		"whole": write,
		"empty": func(context.Context, io.Writer) error { return nil },
		"early": func(context.Context, io.Writer) error { return fault.Conflict(lang.M("Not now.")) },
		"late": func(ctx context.Context, out io.Writer) error {
			if err := write(ctx, out); err != nil {
				return err
			}
			return errors.New("the database went away")
		},
		"slow": func(ctx context.Context, out io.Writer) error { // longer than a page may take
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(3 * time.Second):
				return write(ctx, out)
			}
		},
	}
	k := newKernel(t, 2*time.Second, func(w *web.Web) {
		w.Localised("/test").GET("/:name/", func(c *web.Ctx) error {
			return c.Download(c.Param("name")+".csv", "text/csv; charset=utf-8", files[c.Param("name")])
		})
	})
	server := httptest.NewUnstartedServer(k.Handler())
	server.Config.WriteTimeout = 2 * time.Second
	server.Start()
	defer server.Close()
	for name, want := range map[string]struct {
		status, size int
		broken       bool
	}{
		"whole": {http.StatusOK, 100 * len(row), false}, "empty": {http.StatusOK, 0, false}, "slow": {http.StatusOK, 100 * len(row), false},
		"early": {http.StatusConflict, 0, false}, "late": {http.StatusOK, 0, true},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/en/test/"+name+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "example.com"
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(got.Body)
		_ = got.Body.Close()
		if got.StatusCode != want.status || (err != nil) != want.broken {
			t.Errorf("%s = %d, broken off: %v, want %d and %v", name, got.StatusCode, err, want.status, want.broken)
		}
		isFile := got.Header.Get("Content-Disposition") == "attachment; filename="+name+".csv" && got.Header.Get("Content-Type") == "text/csv; charset=utf-8"
		if isFile != (want.status == http.StatusOK) {
			t.Errorf("%s: is a file = %v with headers %v", name, isFile, got.Header)
		}
		if isFile && !want.broken && len(body) != want.size {
			t.Errorf("%s: %d bytes, want %d", name, len(body), want.size)
		}
	}
	if n := strings.Count(k.log.String(), "ERROR "); n != 1 {
		t.Errorf("%d errors reported, want the late one", n)
	}
}
