package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ams/app/database/dbtest"
	"ams/app/web/webtest"
)

const form = "application/x-www-form-urlencoded"

// themed says that an error page has the site around it, an id, and offers a way on.
func themed(a *webtest.Answer, status int, text string) {
	a.Status(status).Has("header", "AMS").Has("main h1", "").Has("main", text).Has("footer", "").Has("main a.btn", "")
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	const signUp = "/en/accounts/signup/"
	post := func(v *webtest.Visitor, body string) *webtest.Answer {
		return v.With("Content-Type", form).Do(http.MethodPost, signUp, strings.NewReader(body))
	}
	manyFields := strings.Repeat("a=1&", 10_001)
	for name, c := range map[string]struct {
		ask    func(v *webtest.Visitor) *webtest.Answer
		status int
		text   string
	}{
		"UnknownPage":     {func(v *webtest.Visitor) *webtest.Answer { return v.Get("/en/nothing/here/") }, 404, "no page at this address"},
		"UnknownFile":     {func(v *webtest.Visitor) *webtest.Answer { return v.Get("/en/nothing.php") }, 404, "nothing at this address"},
		"WrongMethod":     {func(v *webtest.Visitor) *webtest.Answer { return v.Do(http.MethodDelete, signUp, nil) }, 405, "in that way"},
		"PostToContent":   {func(v *webtest.Visitor) *webtest.Answer { return v.Post("/en/") }, 405, "in that way"},
		"Oversize":        {func(v *webtest.Visitor) *webtest.Answer { return post(v, "a="+strings.Repeat("x", 2<<20)) }, 413, "larger"},
		"MalformedForm":   {func(v *webtest.Visitor) *webtest.Answer { return post(v, "email=%zz") }, 400, "could not be read"},
		"ManyFields":      {func(v *webtest.Visitor) *webtest.Answer { return post(v, manyFields) }, 400, "could not be read"},
		"NULInForm":       {func(v *webtest.Visitor) *webtest.Answer { return post(v, "email=a%00b") }, 400, "cannot be stored"},
		"BrokenUTF8":      {func(v *webtest.Visitor) *webtest.Answer { return post(v, "email=%ff%fe") }, 400, "cannot be stored"},
		"NULInQuery":      {func(v *webtest.Visitor) *webtest.Answer { return v.Get(signUp + "?email=%00") }, 400, "cannot be read"},
		"NULInPath":       {func(v *webtest.Visitor) *webtest.Answer { return v.Get("/en/users/a%00b/") }, 400, "cannot be read"},
		"BrokenPath":      {func(v *webtest.Visitor) *webtest.Answer { return v.Get("/en/%ff/") }, 400, "cannot be read"},
		"BadHost":         {func(v *webtest.Visitor) *webtest.Answer { return v.With("Host", "evil.example").Get("/en/") }, 400, "does not belong"},
		"ForeignOrigin":   {func(v *webtest.Visitor) *webtest.Answer { return v.With("Origin", "https://evil.example").Post(signUp) }, 403, "another website"},
		"NullOrigin":      {func(v *webtest.Visitor) *webtest.Answer { return v.With("Origin", "null").Post(signUp) }, 403, "another website"},
		"CrossSite":       {func(v *webtest.Visitor) *webtest.Answer { return v.With("Sec-Fetch-Site", "cross-site").Post(signUp) }, 403, "another website"},
		"SameSite":        {func(v *webtest.Visitor) *webtest.Answer { return v.With("Sec-Fetch-Site", "same-site").Post(signUp) }, 403, "another website"},
		"ForeignToAbsent": {func(v *webtest.Visitor) *webtest.Answer { return v.With("Sec-Fetch-Site", "cross-site").Post("/en/x/") }, 403, "another website"},
	} {
		t.Run(name, func(t *testing.T) {
			s := s.For(t)
			a := c.ask(s.Visitor())
			themed(a, c.status, c.text)
			if a.Header.Get("X-Request-Id") == "" || a.Header.Get("Content-Security-Policy") == "" {
				t.Errorf("headers = %v, want an id and a policy", a.Header)
			}
		})
	}
	t.Run("Multipart", func(t *testing.T) {
		s := s.For(t)
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		_ = w.WriteField("email", "a\x00b")
		_ = w.Close()
		themed(s.Visitor().With("Content-Type", w.FormDataContentType()).Do(http.MethodPost, signUp, &body), 400, "cannot be stored")
		broken := strings.NewReader("--x\r\nno part")
		themed(s.Visitor().With("Content-Type", "multipart/form-data; boundary=x").Do(http.MethodPost, signUp, broken), 400, "could not be read")
	})
	t.Run("ACC-62 a form from another site changes nothing", func(t *testing.T) {
		s := s.For(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.With("Origin", "https://evil.example").Post("/en/accounts/logout/").Status(http.StatusForbidden)
		a := v.With("Origin", s.URL).Get("/en/users/kea/").Status(http.StatusOK)
		for _, c := range a.Cookies() {
			t.Errorf("cookie %s was set by a page that changes nothing", c.Name)
		}
		v.With("Origin", s.URL).With("Sec-Fetch-Site", "same-origin").Post("/en/accounts/logout/").Status(http.StatusSeeOther)
	})
	t.Run("OtherLanguage", func(t *testing.T) {
		s := s.For(t)
		s.Visitor().Get("/mi/kore/").Status(http.StatusNotFound).Has("h1", "Kāore i kitea te whārangi")
	})
	if n := s.Count("SELECT count(*) FROM email_messages"); n != 0 {
		t.Errorf("%d mails, want none", n)
	}
}

// Nothing of a 500 needs the database, and nothing of its cause reaches the visitor.
func TestBroken(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	v := s.Visitor()
	v.Get("/en/").Status(http.StatusOK)
	if err := s.DB.Close(); err != nil {
		t.Fatal(err)
	}
	a := v.Get("/mi/").Status(http.StatusInternalServerError).Has("h1", "I raru tētahi mea")
	if !strings.Contains(a.Body, a.Header.Get("X-Request-Id")) || strings.Contains(a.Body, "sql") {
		t.Errorf("the page names no reference, or the cause:\n%s", a.Body)
	}
	v.Get("/livez").Status(http.StatusOK)
	v.Get("/healthz").Status(http.StatusServiceUnavailable)
	v.Get("/readyz").Status(http.StatusServiceUnavailable)
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	v := s.Visitor()
	v.Get("/").Status(http.StatusFound).To("/en/")
	v.With("Accept-Language", "mi, en;q=0.5").Get("/").Status(http.StatusFound).To("/mi/")
	maori := v.With("Accept-Language", "en").With("Cookie", "ams_language=mi") // chosen once, by this browser
	maori.Get("/").Status(http.StatusFound).To("/mi/")
	maori.Get("/accounts/login/").Status(http.StatusFound).To("/mi/accounts/login/")
	maori.With("Cookie", "ams_language=fr").With("Accept-Language", "mi").Get("/").Status(http.StatusFound).To("/mi/")
	v.With("Accept-Language", "fr").Get("/about").Status(http.StatusFound).To("/en/about/")
	a := v.Get("/about/?x=1&y=%C4%81").Status(http.StatusFound).To("/en/about/?x=1&y=%C4%81")
	if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
		t.Errorf("Vary = %q, want language and cookie", vary)
	}
	v.Get("/en/accounts/login?next=/en/").Status(http.StatusMovedPermanently).To("/en/accounts/login/?next=/en/")
	v.Get("/en/about").Status(http.StatusMovedPermanently).To("/en/about/")
	v.Do(http.MethodPost, "/en/accounts/login", nil).Status(http.StatusPermanentRedirect).To("/en/accounts/login/")
	v.Get("/EN/accounts/login/").Status(http.StatusFound).To("/en/EN/accounts/login/")
	v.Do(http.MethodHead, "/en/accounts/login/", nil).Status(http.StatusOK)
	v.Do(http.MethodHead, "/en/", nil).Status(http.StatusOK)
	v.Get("/en/users/a%2Fb/").Status(http.StatusFound).To("/en/accounts/login/?next=%2Fen%2Fusers%2Fa%252Fb%2F")
	v.Get("//evil.example/about").Status(http.StatusNotFound)
	v.Get("/mi/accounts/login/").Status(http.StatusOK).Has("h1", "Takiuru").Has(`footer a[hreflang="en"]`, "English")
	if got := v.Get("/mi/accounts/login/").Header.Get("Content-Language"); got != "mi" {
		t.Errorf("Content-Language = %q, want mi", got)
	}
	if got := v.Get("/en/accounts/login/?next=/en/").Document().Find(`footer a[hreflang="mi"]`).AttrOr("href", ""); got != "/mi/accounts/login/?next=/en/" {
		t.Errorf("the switch leads to %q, want the same page with its query", got)
	}
	v.Get("/robots.txt").Status(http.StatusOK)
	v.Get("/readyz").Status(http.StatusOK)
}

func TestSwitchedOffLanguage(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en")
	v := s.Visitor()
	v.Get("/mi/about/").Status(http.StatusFound).To("/en/mi/about/")
	v.Get("/en/mi/about/").Status(http.StatusNotFound)
	v.Get("/en/").Status(http.StatusOK).Lacks(".languages").Lacks("[hreflang]")
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	h := s.Visitor().Get("/en/").Status(http.StatusOK).Header
	for name, want := range map[string]string{
		"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin",
		"Cross-Origin-Opener-Policy": "same-origin", "Strict-Transport-Security": "",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	policy := h.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe-eval") || !strings.Contains(policy, "script-src 'self';") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy = %q, want our own scripts only", policy)
	}
}

// Pages are drawn with few queries; the anonymous home page needs one.
func TestQueries(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	signedIn := s.SignedIn("kea")
	for path, c := range map[string]struct {
		v    *webtest.Visitor
		most int
	}{
		"/en/": {s.Visitor(), 1}, "/en/accounts/login/": {s.Visitor(), 1}, "/en/users/kea/": {signedIn, 5},
	} {
		c.v.Get(path).Status(http.StatusOK)
		c.v.Get(path).Status(http.StatusOK)
		if got := s.Statements(); len(got) > c.most {
			t.Errorf("GET %s = %d queries, want at most %d:\n%s", path, len(got), c.most, strings.Join(got, "\n"))
		}
	}
}

// Production sends people to HTTPS and marks the cookie.
func TestProduction(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, production()...)
	v := s.Visitor().With("Host", "ams.example.org")
	v.Get("/en/?a=1").Status(http.StatusMovedPermanently).To("https://ams.example.org/en/?a=1")
	v.Do(http.MethodPost, "/en/accounts/login/", nil).Status(http.StatusPermanentRedirect)
	v.With("Host", "ams.example.org:80").Get("/en/").Status(http.StatusMovedPermanently).To("https://ams.example.org/en/")
	v.With("Host", "evil.example").Get("/en/").Status(http.StatusBadRequest)
	v.Get("/livez").Status(http.StatusOK)
	secure := v.With("X-Forwarded-Proto", "https")
	h := secure.Get("/en/").Status(http.StatusOK).Header
	if got := h.Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=518400") {
		t.Errorf("Strict-Transport-Security = %q", got)
	}
	secure.Get("/dev/mail").Status(http.StatusFound) // an address like any other: there is nothing below it
	s.Person("kea")
	for _, c := range secure.Post("/en/accounts/login/", "login", webtest.Address("kea"), "password", webtest.Password).Cookies() {
		if c.Name != "__Secure-sessionid" || !c.Secure {
			t.Errorf("cookie = %v, want a secure one", c)
		}
	}
}

// production is the least that the production profile starts with.
func production() []string {
	settings := []string{
		"DJANGO_SETTINGS_MODULE", "config.settings.production", "SITE_DOMAIN", "ams.example.org",
		"DJANGO_SECRET_KEY", strings.Repeat("s3cret", 8), "SENTRY_DSN", "off", "LOGTAIL_SOURCE_TOKEN", "off", "DJANGO_ADMIN_URL", "office/",
		"POSTGRES_HOST", "db.example.org", "POSTGRES_DB", "ams", "POSTGRES_USER", "ams", "POSTGRES_PASSWORD", "secret",
		"MAILGUN_API_KEY", "key", "MAILGUN_DOMAIN", "mg.example.org",
	}
	for _, which := range []string{"PUBLIC", "PRIVATE"} {
		bucket := "DJANGO_MEDIA_" + which + "_"
		settings = append(settings, bucket+"BUCKET_NAME", strings.ToLower(which), bucket+"ENDPOINT_URL", "https://s3.example.org",
			bucket+"ACCESS_KEY", "key", bucket+"SECRET_KEY", "secret")
	}
	return settings
}

// A restart of PostgreSQL ends every connection. The pool looks at those that were idle for a second before it uses
// them, so the site is back by itself as soon as the server is.
func TestDatabaseRestart(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	for range 4 { // several connections, as after some traffic
		v.Get("/en/users/kea/").Status(http.StatusOK)
	}
	const end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
	other, err := pgx.Connect(t.Context(), dbtest.DSN(t))
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(t.Context())
	var ended int
	if err := other.QueryRow(t.Context(), end).Scan(&ended); err != nil || ended == 0 {
		t.Fatalf("ended %d connections: %v", ended, err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for v.Get("/en/users/kea/").StatusCode != http.StatusOK {
		if time.Now().After(deadline) {
			t.Fatal("the site is not back half a minute after the restart")
		}
		time.Sleep(50 * time.Millisecond)
	}
	v.Post("/en/accounts/logout/").Status(http.StatusSeeOther)
}
