package accounts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// withoutPassword is a browser of kea, who has just come in and has no password any more.
func withoutPassword(s *webtest.Site) *webtest.Visitor {
	s.T.Helper()
	unusable := "!" + strings.Repeat("x", 40)
	s.Exec("UPDATE users SET password = ? WHERE username = 'kea'", unusable)
	return s.Entered("kea", unusable)
}

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
		v.Get(byCode+"?next=%2Fen%2F").Has(`a[href="`+byPassword+`?next=%2Fen%2F"]`, "Use your password instead")
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
	t.Run("WithoutPassword", func(t *testing.T) { // a code is the only proof left
		t.Parallel()
		s, _, secret := guarded(t)
		v := withoutPassword(s)
		v.Get(recovery).Status(http.StatusOK)
		s.Clock.Pass(time.Hour)
		ask := byCode + "?next=" + url.QueryEscape(recovery)
		v.Get(recovery).Status(http.StatusFound).To(ask)
		v.Post(generate).Status(http.StatusSeeOther).To(byCode + "?next=" + url.QueryEscape(generate))
		v.Get(ask).Status(http.StatusOK).Lacks(`a[href^="` + byPassword + `"]`)
		v.Send(ask, "form#proof", "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(recovery)
		v.Get(recovery).Status(http.StatusOK)
	})
	t.Run("WithoutBoth", func(t *testing.T) { // nothing is asked of somebody who can show nothing
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := withoutPassword(s)
		s.Clock.Pass(time.Hour)
		for _, path := range []string{activate, dataPath} {
			v.Get(path).Status(http.StatusOK)
		}
		v.Post(dataPath, "action", "erase").Status(http.StatusSeeOther).To(dataPath)
		row(s, "users WHERE erasure_requested_at IS NOT NULL")
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
	t.Run("LimitOfCodes", func(t *testing.T) { // ten a minute for one person, from wherever
		t.Parallel()
		s, v, _ := guarded(t)
		s.Person("tui")
		tui := s.SignedIn("tui")
		for range 5 {
			v.Post(byCode, "code", "000000").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		}
		for range 5 {
			v.From(elsewhere).Post(byCode, "code", "000000").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "Too many attempts")
		}
		got := v.Post(byCode, "code", "000000").Status(http.StatusTooManyRequests).Has("h1", "Please wait")
		if after := got.Header.Get("Retry-After"); after != "60" {
			t.Errorf("Retry-After = %q, want 60", after)
		}
		tui.Post(byCode, "code", "000000").Status(http.StatusUnprocessableEntity)
		s.Clock.Pass(time.Minute)
		v.Post(byCode, "code", "000000").Status(http.StatusUnprocessableEntity)
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

// Whoever planted the cookie of a session, or copied it, does not come along when the session may do more.
func TestTokenAtMoreRights(t *testing.T) {
	t.Parallel()
	// planted is a second browser with the same cookie.
	planted := func(s *webtest.Site, v *webtest.Visitor) *webtest.Visitor {
		if v.Cookie() == "" {
			s.T.Fatal("there is no session to plant")
		}
		return s.Visitor().With("Cookie", "sessionid="+v.Cookie())
	}
	t.Run("OpenedLink", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		v.Post(signUp, registration("email", "tui@example.org", "username", "tui")...).To(notice)
		other := planted(s, v)
		form := open(v, forget(s, keaMail))
		chosen(other, form).Status(http.StatusOK).Has("h1", "This link does not work")
		v.Get(form).Status(http.StatusOK).Has("#messages", "We have sent a confirmation message") // all else stays
		chosen(v, form).Status(http.StatusSeeOther).To(chosenDone)
	})
	t.Run("HalfDoneSignIn", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		v := s.Visitor()
		v.Post(signUp, registration("email", "tui@example.org", "username", "tui")...).To(notice)
		other := planted(s, v)
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(authenticate)
		other.Get(authenticate).Status(http.StatusFound).To(signIn)
		v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To("/en/users/~redirect/")
	})
	t.Run("Proof", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.Visitor()
		v.Post(signIn, "login", keaMail, "password", webtest.Password, "remember", "on").Status(http.StatusSeeOther)
		s.Clock.Pass(time.Hour)
		other := planted(s, v)
		proved := v.Post(byPassword, "password", webtest.Password).Status(http.StatusSeeOther)
		if kept := proved.Cookies(); len(kept) != 1 || kept[0].MaxAge != int((14*24*time.Hour).Seconds()) {
			t.Errorf("cookies = %v, want one that outlives the browser", kept)
		}
		anonymous(t, other)
		v.Get(activate).Status(http.StatusOK)
		row(s, "sessions WHERE expires_at = created_at + interval '14 days' AND proved_at = created_at + interval '1 hour'")
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
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'webauthn', '{}', now() FROM users") // an import may bring one
		v.Post("/en/accounts/email/", "action_add", "", "email", "third@example.org").Status(http.StatusUnprocessableEntity).
			Has("#id_email-error", "While two-step sign-in is on")
	})
	t.Run("SignedOutElsewhereFromTheOverview", func(t *testing.T) {
		t.Parallel()
		s, v, secret := guarded(t)
		other := halfway(s)
		other.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
		v.Get("/en/accounts/logout/elsewhere/").Status(http.StatusFound).To("/en/accounts/password/change/") // as after signing in on the way there
		v.Get(overview).Has(`form[action="`+elsewhereToo+`"]:has([name=next][value="`+overview+`"]) button`, "Sign out everywhere else")
		v.Post("/en/accounts/logout/elsewhere/", "next", overview).Status(http.StatusSeeOther).To(overview)
		v.Get(overview).Status(http.StatusOK)
		other.Get(overview).Status(http.StatusFound)
	})
}
