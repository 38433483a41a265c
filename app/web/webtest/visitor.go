package webtest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// Visitor is a browser without scripts. It keeps cookies and does not follow redirects by itself.
type Visitor struct {
	site   *Site
	client *http.Client
	header http.Header
}

// Visitor comes for the first time, from an address of its own: nobody is refused for what others have done.
func (s *Site) Visitor() *Visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.T.Fatal(err)
	}
	n := s.visitors.Add(1)
	v := &Visitor{site: s, header: http.Header{}, client: &http.Client{
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return v.From(fmt.Sprintf("10.0.%d.%d", n/256%256, n%256))
}

// From is the same browser at that address.
func (v *Visitor) From(address string) *Visitor { return v.With("X-Forwarded-For", address) }

// SignedIn is a visitor with a session of somebody whom the site made.
func (s *Site) SignedIn(username string) *Visitor {
	s.T.Helper()
	v := s.Visitor()
	v.Post("/en/accounts/login/", "login", Address(username), "password", Password).Status(http.StatusSeeOther)
	return v
}

// With gives the same browser, sending one more header.
func (v *Visitor) With(name, value string) *Visitor {
	h := v.header.Clone()
	h.Set(name, value)
	return &Visitor{site: v.site, client: v.client, header: h}
}

// HX is the same browser asking for fragments.
func (v *Visitor) HX() *Visitor { return v.With("HX-Request", "true") }

// Get asks for a page.
func (v *Visitor) Get(path string) *Answer { return v.Do(http.MethodGet, path, nil) }

// Post sends a form of name, value pairs.
func (v *Visitor) Post(path string, pairs ...string) *Answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return v.With("Content-Type", "application/x-www-form-urlencoded").Do(http.MethodPost, path, strings.NewReader(form.Encode()))
}

// Do sends any request.
func (v *Visitor) Do(method, path string, body io.Reader) *Answer {
	t := v.site.T
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, v.site.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range v.header {
		r.Header[name] = values
	}
	if host := v.header.Get("Host"); host != "" {
		r.Host = host
	}
	got, err := v.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s = %v", method, path, err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatalf("%s %s: read = %v", method, path, err)
	}
	return &Answer{t: t, call: method + " " + path, Response: got, Body: string(text)}
}

// Cookie is the session's cookie as the browser holds it, "" without one.
func (v *Visitor) Cookie() string {
	u, err := url.Parse(v.site.URL)
	if err != nil {
		v.site.T.Fatal(err)
	}
	for _, c := range v.client.Jar.Cookies(u) {
		if c.Name == "sessionid" {
			return c.Value
		}
	}
	return ""
}

// Answer is what came back.
type Answer struct {
	*http.Response
	Body string
	t    *testing.T
	call string
}

// Status fails the test for any other one.
func (a *Answer) Status(want int) *Answer {
	a.t.Helper()
	if a.StatusCode != want {
		a.t.Fatalf("%s = %d, want %d\n%s", a.call, a.StatusCode, want, a.Body)
	}
	return a
}

// To fails the test when the answer leads elsewhere.
func (a *Answer) To(want string) *Answer {
	a.t.Helper()
	if got := a.Header.Get("Location"); got != want {
		a.t.Fatalf("%s leads to %q, want %q", a.call, got, want)
	}
	return a
}

// Document is the page.
func (a *Answer) Document() *goquery.Document {
	a.t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	return doc
}

// Has fails the test unless an element of the page holds the text.
func (a *Answer) Has(selector, text string) *Answer {
	a.t.Helper()
	found := a.Document().Find(selector)
	if found.Length() == 0 || !strings.Contains(found.Text(), text) {
		a.t.Errorf("%s: %s says %q, want %q in it", a.call, selector, strings.Join(strings.Fields(found.Text()), " "), text)
	}
	return a
}

// Lacks fails the test when the page has such an element.
func (a *Answer) Lacks(selector string) *Answer {
	a.t.Helper()
	if a.Document().Find(selector).Length() > 0 {
		a.t.Errorf("%s has %s, want none", a.call, selector)
	}
	return a
}
