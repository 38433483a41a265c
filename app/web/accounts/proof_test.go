package accounts_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"ams/app/web/webtest"
)

func TestProof(t *testing.T) {
	t.Parallel()
	t.Run("ACC-33 recovery codes ask for a proof that is recent", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		s.Clock.Pass(4*time.Minute + 29*time.Second) // with the 30 seconds of guarded: 299
		v.Get(recovery).Status(http.StatusOK)
		s.Clock.Pass(2 * time.Second)
		ask := byPassword + "?next=" + url.QueryEscape(recovery)
		v.Get(recovery).Status(http.StatusFound).To(ask)
		v.Post(generate).Status(http.StatusSeeOther).To(byPassword + "?next=" + url.QueryEscape(generate))
		v.Send(ask, "form#proof", "password", "wrong").Status(http.StatusUnprocessableEntity).Has("#id_password-error", "not your password")
		v.Get(recovery).Status(http.StatusFound)
		v.Send(ask, "form#proof", "password", webtest.Password).Status(http.StatusSeeOther).To(recovery)
		v.Get(recovery).Status(http.StatusOK)
	})
	t.Run("ACC-33 so does everything else about the second factor, and nothing happens before", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		s.Person("tui") // without a second factor
		fresh := s.SignedIn("tui")
		offered := fresh.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
		s.Clock.Pass(301 * time.Second)
		before := s.Contents()
		for _, path := range []string{activate, deactivate, recovery, recovery + "download/", generate} {
			v.Get(path).Status(http.StatusFound).To(byPassword + "?next=" + url.QueryEscape(path))
		}
		for _, path := range []string{deactivate, generate} {
			v.Post(path).Status(http.StatusSeeOther).To(byPassword + "?next=" + url.QueryEscape(path))
		}
		fresh.Post(activate, "code", codeAt(t, s, offered)).Status(http.StatusSeeOther).To(byPassword + "?next=" + url.QueryEscape(activate))
		if s.Contents() != before {
			t.Error("something was stored without a recent proof")
		}
	})
	t.Run("Code", func(t *testing.T) {
		t.Parallel()
		s, v, secret := guarded(t)
		s.Clock.Pass(time.Hour)
		v.Get(byPassword+"?next=%2Fen%2F").Has(`a[href="`+byCode+`?next=%2Fen%2F"]`, "code from your app")
		v.Send(byCode+"?next=%2Fen%2F", "form#proof", "code", "000000").Status(http.StatusUnprocessableEntity)
		v.Send(byCode+"?next=%2Fen%2F", "form#proof", "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To("/en/")
		v.Get(recovery).Status(http.StatusOK)
	})
	t.Run("WithoutFactor", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		s.Clock.Pass(time.Hour)
		v.Get(activate).Status(http.StatusFound).To(byPassword + "?next=" + url.QueryEscape(activate))
		v.Get(byCode).Status(http.StatusFound).To(byPassword)
	})
	t.Run("Limits", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		for range 5 {
			v.Post(byPassword, "password", "wrong").Status(http.StatusUnprocessableEntity).Has("#id_password-error", "not your password")
		}
		v.Post(byPassword, "password", webtest.Password).Status(http.StatusUnprocessableEntity).Has(".problems", "Too many attempts")
		for range 4 {
			v.Post(byPassword, "password", "wrong").Status(http.StatusUnprocessableEntity)
		}
		got := v.Post(byPassword, "password", "wrong").Status(http.StatusTooManyRequests)
		if got.Header.Get("Retry-After") == "" {
			t.Error("the refusal has no Retry-After")
		}
		halfwayRefused := s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password)
		halfwayRefused.Status(http.StatusUnprocessableEntity).Has(".problems", "Too many attempts")
	})
	t.Run("Fragment", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		s.Clock.Pass(time.Hour)
		if got := v.HX().Post(generate).Status(http.StatusNoContent).Header.Get("HX-Redirect"); got != byPassword+"?next="+url.QueryEscape(generate) {
			t.Errorf("a fragment leads to %q, want the proof", got)
		}
	})
}

func TestFactorAndAddresses(t *testing.T) {
	t.Parallel()
	t.Run("ACC-26 no address can be added while it is on", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		add := []string{"action_add", "", "email", "second@example.org"}
		v.Post("/en/accounts/email/", add...).Status(http.StatusUnprocessableEntity).Has("#id_email-error", "While two-step sign-in is on")
		if n := s.Count("SELECT count(*) FROM email_addresses"); n != 1 {
			t.Errorf("%d addresses, want the first alone", n)
		}
		v.Post(deactivate).Status(http.StatusSeeOther)
		v.Post("/en/accounts/email/", add...).Status(http.StatusSeeOther)
	})
	t.Run("SignedOutElsewhereFromTheOverview", func(t *testing.T) {
		t.Parallel()
		s, v, secret := guarded(t)
		other := halfway(s)
		other.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
		v.Get("/en/accounts/logout/elsewhere/").Status(http.StatusFound).To("/en/accounts/password/change/") // as after signing in on the way there
		v.Post("/en/accounts/logout/elsewhere/", "next", overview).Status(http.StatusSeeOther).To(overview)
		v.Get(overview).Status(http.StatusOK)
		other.Get(overview).Status(http.StatusFound)
	})
}
