package accounts_test

import (
	"bytes"
	"context"
	"errors"
	"image/color"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app"
	"ams/app/journal"
	"ams/app/web/webtest"
)

// between puts somebody before the public bucket of these settings, who does something of their own with a request, or
// passes it on. The settings lead to them; store is the address behind.
func between(t *testing.T, settings []string, own func(http.ResponseWriter, *http.Request) bool) (led []string, store string) {
	t.Helper()
	const name = "DJANGO_MEDIA_PUBLIC_ENDPOINT_URL"
	store = settings[slices.Index(settings, name)+1]
	address, err := url.Parse(store)
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(address)
		r.Out.Host = r.In.Host // it is signed
	}}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !own(w, r) {
			through.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return append(slices.Clone(settings), name, server.URL), store
}

// lines are what a log holds, for a test that reads it meanwhile.
type lines struct {
	mu  sync.Mutex
	all strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// Somebody who closes the browser while their picture is stored is nobody's error, and half a picture is kept nowhere.
// It runs alone, so that the log of the whole process is its own.
func TestLeavingWhileAPictureIsStored(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	settings, _ := between(t, webtest.Store(t), func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != http.MethodPut {
			return false
		}
		_, _ = io.Copy(io.Discard, r.Body) // else nobody would notice that the other side has gone
		leave()
		<-r.Context().Done()
		return true
	})
	var log lines
	all, before := slog.New(journal.New(journal.Console(&log, slog.LevelInfo))), slog.Default()
	slog.SetDefault(all)
	t.Cleanup(func() { slog.SetDefault(before) })
	s := webtest.NewWith(t, func(o *app.Outside) { o.Log = all }, settings...)
	s.Person("kea")
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	_ = form.WriteField("first_name", "Hine") // into memory, which takes everything
	_ = form.WriteField("last_name", "Kahu")
	_ = form.WriteField("username", "kea")
	file, _ := form.CreateFormFile("profile_picture", "me.png")
	_, _ = file.Write(photo(t, 30, 20, color.Black))
	_ = form.Close()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL+update, &body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	request.AddCookie(&http.Cookie{Name: "sessionid", Value: s.SignedIn("kea").Cookie()})
	if answer, err := http.DefaultClient.Do(request); !errors.Is(err, context.Canceled) {
		t.Fatalf("POST %s = %v, %v, want that nobody waits for the answer", update, answer, err)
	}
	for until := time.Now().Add(20 * time.Second); !strings.Contains(log.String(), "method=POST path="+update); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(until) {
			t.Fatalf("the request does not end; the log is\n%s", log.String())
		}
	}
	if text := log.String(); strings.Contains(text, "ERROR ") || !strings.Contains(text, "the visitor left") {
		t.Errorf("the log is\n%s\nwant a line that the visitor left, and no error", text)
	}
	if n := s.Count("SELECT count(*) FROM users WHERE profile_picture <> '' OR first_name = 'Hine'"); n != 0 {
		t.Error("something was kept")
	}
}
