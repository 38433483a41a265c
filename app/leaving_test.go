package app_test

import (
	"bytes"
	"fmt"
	pixels "image"
	"image/png"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ams/app/database/dbtest"
	"ams/app/web/webtest"
)

// slowStore stands before the object store and keeps everybody waiting who stores something, until they leave. It tells
// when somebody waits, and when somebody has left.
func slowStore(t *testing.T, settings []string) (address string, waiting, left <-chan struct{}) {
	t.Helper()
	store, err := url.Parse(settings[slices.Index(settings, "DJANGO_MEDIA_PUBLIC_ENDPOINT_URL")+1])
	if err != nil {
		t.Fatal(err)
	}
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(store)
		r.Out.Host = r.In.Host // it is signed
	}}
	waits, leaves := make(chan struct{}, 10), make(chan struct{}, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPut {
			through.ServeHTTP(w, r)
			return
		}
		_, _ = new(bytes.Buffer).ReadFrom(r.Body) // else nobody would notice that the other side has gone
		waits <- struct{}{}
		<-r.Context().Done()
		leaves <- struct{}{}
	}))
	t.Cleanup(server.Close)
	return server.URL, waits, leaves
}

// Somebody who closes the browser while their picture is stored is nobody's error, and half a picture is kept nowhere.
func TestLeavingWhileAPictureIsStored(t *testing.T) {
	t.Parallel()
	db, port := dbtest.New(t), freePort(t)
	store := webtest.Store(t)
	address, waiting, left := slowStore(t, store)
	settings := append([]string{
		"DJANGO_SETTINGS_MODULE", "config.settings.local", "DATABASE_URL", dbtest.DSN(t), "AMS_DEV_DIR", t.TempDir(), "PORT", port,
		"AMS_WORKER_EMBEDDED", "False",
	}, append(store, "DJANGO_MEDIA_PUBLIC_ENDPOINT_URL", address)...)
	for input, command := range map[string][]string{
		"": {"setup_cms"}, webtest.Password + "\n": {"createsuperuser", "--email", "boss@example.org", "--username", "boss"},
	} {
		if code, out, errs := run(t, env(nil, settings...), input, command...); code != 0 {
			t.Fatalf("%s = %d: %s%s", command[0], code, out, errs)
		}
	}
	stop, out := started(t, settings, "listening", "web")
	site := "http://localhost:" + port
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := (&http.Client{Jar: jar}).PostForm(site+"/en/accounts/login/", url.Values{"login": {"boss@example.org"}, "password": {webtest.Password}})
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	at, err := url.Parse(site)
	if err != nil || len(jar.Cookies(at)) == 0 {
		t.Fatalf("sign in = %d, %v, want a session", answer.StatusCode, err)
	}

	conn, err := net.Dial("tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(picturePosted(t, port, jar.Cookies(at)[0].String())); err != nil {
		t.Fatal(err)
	}
	soon(t, "the picture is being stored", func() bool { return len(waiting) > 0 })
	_ = conn.Close()
	soon(t, "the store is left alone", func() bool { return len(left) > 0 })
	soon(t, "the request has ended", func() bool { return strings.Contains(out.String(), "method=POST path=/en/users/~update/") })
	if code := stop(); code != 0 {
		t.Errorf("web ends with %d, want 0", code)
	}
	if text := out.String(); strings.Contains(text, "ERROR ") || !strings.Contains(text, "the visitor left") {
		t.Errorf("the log is\n%s\nwant a line that the visitor left, and no error", text)
	}
	var kept int
	if err := db.NewRaw("SELECT count(*) FROM users WHERE profile_picture <> ''").Scan(t.Context(), &kept); err != nil || kept != 0 {
		t.Errorf("%d people have a picture, %v, want none", kept, err)
	}
}

// picturePosted is a request with a picture, as bytes.
func picturePosted(t *testing.T, port, cookie string) []byte {
	t.Helper()
	var file, body, request bytes.Buffer
	form := multipart.NewWriter(&body)
	err := png.Encode(&file, pixels.NewNRGBA(pixels.Rect(0, 0, 30, 20)))
	for _, pair := range [][2]string{{"first_name", "Hine"}, {"last_name", "Kahu"}, {"username", "boss"}} {
		if err == nil {
			err = form.WriteField(pair[0], pair[1])
		}
	}
	if err == nil {
		part, failed := form.CreateFormFile("profile_picture", "me.png")
		if err = failed; err == nil {
			_, err = part.Write(file.Bytes())
		}
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(&request, "POST /en/users/~update/ HTTP/1.1\r\nHost: localhost:%s\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
		port, cookie, form.FormDataContentType(), body.Len())
	return append(request.Bytes(), body.Bytes()...)
}
