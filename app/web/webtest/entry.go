package webtest

import (
	"net/http"
	"net/http/httptest"
	"net/url"

	"ams/app/session"
)

// Entered is a visitor with a session of somebody who came in without a password, which has this stored value.
func (s *Site) Entered(username, stored string) *Visitor {
	s.T.Helper()
	p, err := s.App.People.ByUsername(s.T.Context(), username)
	if err != nil {
		s.T.Fatal(err)
	}
	security := s.cfg.Security
	store := session.NewStore(s.DB.DB, s.Clock, session.Config{
		CookieKey: security.Key("session cookie"), FingerprintKey: security.Key("session fingerprint"),
	})
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", nil)
	visit, err := store.Open(r)
	if err == nil {
		visit.SignIn(p, stored, false)
		err = visit.Commit(w)
	}
	if err != nil {
		s.T.Fatalf("begin a session of %s = %v", username, err)
	}
	at, err := url.Parse(s.URL)
	if err != nil {
		s.T.Fatal(err)
	}
	v := s.Visitor()
	v.client.Jar.SetCookies(at, w.Result().Cookies())
	return v
}
