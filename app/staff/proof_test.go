package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// Giving and taking the rights of staff asks for a proof that is recent; other changes do not.
func TestProof(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff("boss")
	s.Person("kea")
	boss := s.SignedIn("boss")
	form := fmt.Sprintf("/admin/users/user/%d/change/", s.Count("SELECT id FROM users WHERE username = 'kea'"))
	s.Clock.Pass(5 * time.Minute)
	boss.Send(form, "form[data-unsaved]", "first_name", "Hine").Status(http.StatusSeeOther)
	boss.Send(form, "form[data-unsaved]", "is_staff", "on", "first_name", "Other").Status(http.StatusSeeOther).
		To("/en/accounts/reauthenticate/?next=" + "%2Fadmin%2Fusers%2Fuser%2F" + fmt.Sprint(s.Count("SELECT id FROM users WHERE username = 'kea'")) + "%2Fchange%2F")
	if n := s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND first_name = 'Hine' AND NOT is_staff"); n != 1 {
		t.Fatal("rights were given without a proof, or another change asked for one")
	}
	boss.Send("/en/accounts/reauthenticate/", "form#proof", "password", webtest.Password).Status(http.StatusSeeOther)
	boss.Send(form, "form[data-unsaved]", "is_staff", "on").Status(http.StatusSeeOther)
	if n := s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND is_staff"); n != 1 {
		t.Error("after a proof the rights were not given")
	}
}

// Taking the rights of staff asks for a proof as giving them does, and so does each change of who holds every right, here and
// in the website's editor.
func TestProofOfEachRight(t *testing.T) {
	t.Parallel()
	admin := func(s *webtest.Site, who string) string { return page(s, who, "change") }
	for name, c := range map[string]struct {
		form       func(s *webtest.Site, who string) string
		who        string
		flag, tick string
		stored     string // what holds for the person once it is saved
	}{
		"Staff taken":                      {admin, "ruru", "is_staff", webtest.Leave, "NOT is_staff"},
		"Every right taken":                {admin, "moa", "is_superuser", webtest.Leave, "NOT is_superuser AND is_staff"},
		"Every right given":                {admin, "kea", "is_superuser", "on", "is_superuser"},
		"Every right taken, in the editor": {userPage, "moa", "is_superuser", webtest.Leave, "NOT is_superuser AND is_staff"},
		"Every right given, in the editor": {userPage, "kea", "is_superuser", "on", "is_superuser"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			s.Staff("moa")
			s.Clerk("ruru")
			form := c.form(s, c.who)
			boss := s.SignedIn("boss")
			s.Clock.Pass(5 * time.Minute)
			before := s.Contents()
			boss.Send(form, "#record", c.flag, c.tick).Status(http.StatusSeeOther).To("/en/accounts/reauthenticate/?next=" + url.QueryEscape(form))
			if s.Contents() != before {
				t.Fatalf("POST %s with %s = %q stored something without a proof", form, c.flag, c.tick)
			}
			boss.Send("/en/accounts/reauthenticate/", "form#proof", "password", webtest.Password).Status(http.StatusSeeOther)
			boss.Send(form, "#record", c.flag, c.tick).Status(http.StatusSeeOther)
			holds(t, s, "users WHERE username = ? AND "+c.stored, c.who)
		})
	}
}

// Staff take the second factor from somebody who has lost the phone; the person is told, and history keeps who did it.
func TestRemoveFactor(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Clerk("clerk", "mfa.view_authenticator", "mfa.delete_authenticator")
	clerk := s.SignedIn("clerk")
	for _, kind := range []string{"totp", "recovery_codes", "webauthn", "webauthn"} {
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, ?, '{\"secret\": \"v1:kotuku\"}', now() FROM users WHERE username = 'kea'", kind)
	}
	list := clerk.Get("/admin/mfa/authenticator/").Status(http.StatusOK).Has("table", "Authenticator app").Has("table", "Recovery codes")
	if list.Has("table", "never"); t.Failed() {
		t.FailNow()
	}
	page := fmt.Sprintf("/admin/mfa/authenticator/%d/", s.Count("SELECT id FROM authenticators WHERE type = 'totp'"))
	if got := clerk.Get(page + "change/").Status(http.StatusOK); strings.Contains(got.Body, "kotuku") {
		t.Error("the page shows what is in an authenticator")
	}
	list.Has("table", "Security key")
	clerk.Get("/admin/mfa/authenticator/?type=webauthn").Has(".list-count", "2 entries")
	for left := 1; left >= 0; left-- { // each alone
		imported := fmt.Sprintf("/admin/mfa/authenticator/%d/delete/", s.Count("SELECT max(id) FROM authenticators WHERE type = 'webauthn'"))
		clerk.Post(imported).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM authenticators WHERE type = 'webauthn'"); n != left {
			t.Errorf("%d security keys are left, want %d", n, left)
		}
	}
	if n := s.Count("SELECT count(*) FROM authenticators WHERE type <> 'webauthn'"); n != 2 || s.Count("SELECT count(*) FROM authenticators") != 2 {
		t.Errorf("%d authenticators are left, want the app and its codes", n)
	}
	clerk.Post(page + "delete/").Status(http.StatusSeeOther)
	if n := s.Count("SELECT count(*) FROM authenticators"); n != 0 {
		t.Errorf("%d authenticators are left, want none: recovery codes go with the app", n)
	}
	mails := s.Mails(webtest.Address("kea"))
	if len(mails) != 3 || !strings.Contains(mails[0].Text, "switched off by the staff") || !strings.Contains(mails[1].Text, "A security key was removed") {
		t.Errorf("%d mails to the person, want a notice for each", len(mails))
	}
	if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE entity = 'mfa.authenticator' AND action = 'delete'"); n != 3 {
		t.Errorf("%d entries in history, want 3", n)
	}
	s.SignedIn("kea")
}
