package web_test

import (
	"net/http"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

func TestForeign(t *testing.T) {
	t.Parallel()
	t.Run("BIL-75 refused before anything is read or stored, and no cookie is set against it", foreignPosts)
}

func foreignPosts(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	before := s.Contents()
	foreign := s.Visitor().With("Origin", "https://evil.example").With("Content-Type", form)
	foreign.Do(http.MethodPost, "/en/accounts/signup/", strings.NewReader("email=a%00b")).Status(http.StatusForbidden) // before the form is read
	foreign.Do(http.MethodPost, "/en/accounts/signup/", strings.NewReader("email=mere%40example.org&username=mere&first_name=Mere&last_name=Kahu&password1=Rangitoto-27&password2=Rangitoto-27")).
		Status(http.StatusForbidden)
	if s.Contents() != before {
		t.Error("a request from elsewhere changed something")
	}
	s.Person("kea")
	v := s.Visitor()
	for _, a := range []*webtest.Answer{
		v.Get("/en/"), v.Get("/en/accounts/signup/"), v.Get("/en/accounts/login/"),
		v.Post("/en/accounts/signup/", "email", "no address"), v.Post("/en/accounts/login/", "login", "x", "password", "y"),
		v.Post("/en/accounts/login/", "login", webtest.Address("kea"), "password", webtest.Password), v.Get("/en/users/kea/"), v.Post("/en/accounts/logout/"),
	} {
		for _, c := range a.Cookies() {
			if c.Name != "sessionid" {
				t.Errorf("%s sets the cookie %s, want only the session's", a.Request.URL, c.Name)
			}
		}
	}
	if a := foreign.Do(http.MethodPost, "//evil.example/x/", nil).Status(http.StatusForbidden); strings.Contains(a.Body, `href="//evil`) {
		t.Error("the page of the refusal leads to another site")
	}
}

func TestUnguarded(t *testing.T) { // no fault of ours: not 500, not reported
	t.Parallel()
	s := webtest.New(t)
	for _, path := range []string{"/static/x.css", "/livez", "/healthz"} {
		s.Visitor().Post(path).Status(http.StatusMethodNotAllowed)
	}
	s.Visitor().Get("/static/theme/nothing.css").Status(http.StatusNotFound)
}
