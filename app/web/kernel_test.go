package web_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ams/app/account"
	"ams/app/clock"
	"ams/app/cms"
	"ams/app/database/dbtest"
	"ams/app/fault"
	"ams/app/journal"
	"ams/app/lang"
	"ams/app/seal"
	"ams/app/session"
	"ams/app/web"
	"ams/static"
	"ams/views"
)

// kernel is the HTTP kernel with routes of the test.
type kernel struct {
	*web.Web
	log     bytes.Buffer
	shipped []string // messages
}

func newKernel(t *testing.T, limit time.Duration, routes func(*web.Web)) *kernel {
	t.Helper()
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	texts, err := lang.Load()
	if err != nil {
		t.Fatal(err)
	}
	set, err := views.Load(views.FS, assets, texts.Translator(lang.EN), texts.Translator(lang.MI))
	if err != nil {
		t.Fatal(err)
	}
	k := &kernel{}
	db, log := dbtest.New(t), slog.New(journal.New(journal.Console(&k.log, slog.LevelDebug), journal.Sink{
		Take: func(e journal.Entry) { k.shipped = append(k.shipped, e.Message) },
	}))
	languages := []lang.Locale{lang.EN, lang.MI}
	content := cms.New(db.DB, clock.System(), set, cms.Config{Languages: languages, Domain: "localhost", Port: 80}, log)
	if _, err := content.Setup(t.Context()); err != nil {
		t.Fatal(err)
	}
	box, err := seal.New([]byte(strings.Repeat("s", 32)))
	if err != nil {
		t.Fatal(err)
	}
	sessions := session.NewStore(db.DB, clock.System(), session.Config{
		CookieKey: []byte(strings.Repeat("c", 32)), FingerprintKey: []byte("f"), Box: box,
	})
	k.Web, err = web.New(web.Config{
		BaseURL: "http://example.com", Hosts: []string{"example.com", ".example.org"}, TrustedProxies: 1, TimeLimit: limit,
		TrustedOrigins: []string{"https://trusted.example"},
	}, web.Parts{
		Views: set, Languages: lang.NewLanguages(languages), Texts: texts, Sessions: sessions, Site: content, Log: log,
	})
	if err != nil {
		t.Fatal(err)
	}
	routes(k.Web)
	return k
}

func (k *kernel) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	got := httptest.NewRecorder()
	k.Handler().ServeHTTP(got, r)
	return got
}

// Every error of a handler becomes the page of its kind; only those that no person caused are logged as errors.
func TestKinds(t *testing.T) {
	t.Parallel()
	told := lang.M("Sign in")
	var refused fault.Fields
	refused.Add("email", told)
	kinds := map[string]struct {
		err      error
		status   int
		text     string
		reported bool
	}{
		"refused":   {fault.Invalid(refused), 422, "Nothing was stored", false},
		"malformed": {fault.BadRequest(told), 400, "Sign in", false},
		"missing":   {fault.NotFound(lang.Message{}), 404, "nothing at this address", false},
		"denied":    {fault.Forbidden(told), 403, "Sign in", false},
		"clash":     {fault.Conflict(told), 409, "Sign in", false},
		"toofast":   {fault.TooMany(1500*time.Millisecond, told), 429, "Sign in", false},
		"away":      {fault.Unavailable(told, errors.New("secret cause")), 503, "Sign in", false},
		"internal":  {errors.New("secret cause"), 500, "our mistake", true},
	}
	k := newKernel(t, time.Minute, func(w *web.Web) {
		r := w.Localised("/test")
		for name, kind := range kinds {
			r.GET("/"+name+"/", func(*web.Ctx) error { return kind.err })
		}
		r.GET("/panic/", func(*web.Ctx) error { panic("secret cause") })
	})
	for name, kind := range kinds {
		k.log.Reset()
		got := k.ask(http.MethodGet, "/en/test/"+name+"/")
		body := got.Body.String()
		if got.Code != kind.status || !strings.Contains(body, kind.text) || strings.Contains(body, "secret cause") {
			t.Errorf("%s = %d, want %d with %q and without its cause:\n%s", name, got.Code, kind.status, kind.text, body)
		}
		if reported := strings.HasPrefix(k.log.String(), "ERROR ") || strings.Contains(k.log.String(), "\nERROR "); reported != kind.reported {
			t.Errorf("%s: reported = %v, want %v", name, reported, kind.reported)
		}
	}
	for name, kind := range kinds { // beside the page that asks: its form keeps what was typed
		got := k.ask(http.MethodGet, "/en/test/"+name+"/", "HX-Request", "true")
		body := got.Body.String()
		if got.Code != kind.status || !strings.HasPrefix(body, `<div id="messages" hx-swap-oob="innerHTML">`) || !strings.Contains(body, kind.text) ||
			strings.Contains(body, "<main") || !strings.HasPrefix(got.Header().Get("HX-Reswap"), "none") {
			t.Errorf("%s for a fragment = %d, headers %v, want %d and a message with %q alone:\n%s", name, got.Code, got.Header(), kind.status, kind.text, body)
		}
	}
	if got := k.ask(http.MethodGet, "/en/test/internal/", "HX-Request", "true").Body.String(); !strings.Contains(got, "Reference: ") {
		t.Errorf("internal for a fragment = %s, want the reference for the operator", got)
	}
	if got := k.ask(http.MethodGet, "/en/test/toofast/").Header().Get("Retry-After"); got != "2" {
		t.Errorf("Retry-After = %q, want 2", got)
	}
	apologises(t, k, "/en/test/panic/")
}

// A request ends with its time limit.
func TestTimeLimit(t *testing.T) {
	t.Parallel()
	k := newKernel(t, 50*time.Millisecond, func(w *web.Web) {
		w.Localised("/test").GET("/slow/", func(c *web.Ctx) error {
			<-c.Context().Done()
			return c.Context().Err()
		})
	})
	apologises(t, k, "/en/test/slow/")
}

func apologises(t *testing.T, k *kernel, path string) {
	t.Helper()
	got := k.ask(http.MethodGet, path)
	if got.Code != 500 || !strings.Contains(got.Body.String(), got.Header().Get("X-Request-Id")) {
		t.Errorf("GET %s = %d, want 500 with its reference:\n%s", path, got.Code, got.Body)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	var client string
	k := newKernel(t, time.Minute, func(w *web.Web) {
		r := w.Localised("/test")
		r.GET("/go/", func(c *web.Ctx) error { return web.Go(c, "/en/there/") })
		r.POST("/go/", func(c *web.Ctx) error { return web.Go(c, "/en/there/") })
		r.GET("/client/", func(c *web.Ctx) error {
			client = c.Client()
			return web.Go(c, "/")
		})
		r.GET("/in/", web.SignedIn(func(c *web.Ctx, _ account.Person) error { return web.Go(c, "/") }))
		r.GET("/name/:name/", func(c *web.Ctx) error { return web.Go(c, "/"+c.Param("name")) })
	})
	for _, c := range []struct {
		method string
		header []string
		status int
		place  string
	}{
		{http.MethodGet, nil, 302, "/en/there/"},
		{http.MethodHead, nil, 302, "/en/there/"},
		{http.MethodPost, nil, 303, "/en/there/"},
		{http.MethodPost, []string{"HX-Request", "true"}, 204, ""},
	} {
		got := k.ask(c.method, "/en/test/go/", c.header...)
		if got.Code != c.status || got.Header().Get("Location") != c.place {
			t.Errorf("%s %v = %d to %q, want %d to %q", c.method, c.header, got.Code, got.Header().Get("Location"), c.status, c.place)
		}
		if hx := got.Header().Get("HX-Redirect"); (hx == "/en/there/") != (c.status == 204) {
			t.Errorf("%s %v: HX-Redirect = %q", c.method, c.header, hx)
		}
	}
	for _, c := range []struct{ header, want string }{
		{"", "192.0.2.1"}, {"203.0.113.9", "203.0.113.9"}, {"1.1.1.1, 203.0.113.9", "203.0.113.9"}, {"nonsense", "192.0.2.1"},
	} {
		k.ask(http.MethodGet, "/en/test/client/", "X-Forwarded-For", c.header)
		if client != c.want {
			t.Errorf("client behind %q = %q, want %q", c.header, client, c.want)
		}
	}
	if got := k.ask(http.MethodGet, "/mi/test/in/?a=1").Header().Get("Location"); got != "/mi/accounts/login/?next=%2Fmi%2Ftest%2Fin%2F%3Fa%3D1" {
		t.Errorf("an anonymous visitor is sent to %q", got)
	}
	if got := k.ask(http.MethodGet, "/en/test/name/AB%2F12%203/").Header().Get("Location"); got != "/AB/12 3" && got != "/AB/12%203" {
		t.Errorf("a name with an encoded slash arrives as %q", got)
	}
	for host, status := range map[string]int{"example.com:8080": 302, "a.example.org": 302, "example.org": 302, "example.net": 400, "badexample.org": 400} {
		r := httptest.NewRequest(http.MethodGet, "/en/test/go/", nil)
		r.Host = host
		got := httptest.NewRecorder()
		k.Handler().ServeHTTP(got, r)
		if got.Code != status {
			t.Errorf("host %s = %d, want %d", host, got.Code, status)
		}
	}
	if got := k.ask(http.MethodPost, "/en/test/go/", "Origin", "https://trusted.example"); got.Code != 303 {
		t.Errorf("a form of a trusted origin = %d, want 303", got.Code)
	}
	k.log.Reset()
	mounts := k.Mounts()
	if len(mounts.Prefixed) != 1 || mounts.Prefixed[0] != "test" {
		t.Errorf("Mounts() = %v, want test below the languages", mounts)
	}
}
