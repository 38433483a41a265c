package accounts_test

import (
	"net/http"
	"testing"
	"time"

	"ams/app/totp"
	"ams/app/web/webtest"
)

// TestCodesPerPlace: whoever has the passwords of many cannot try codes of all of them from one place.
func TestCodesPerPlace(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	secrets := map[string]string{}
	for _, name := range []string{"kea", "tui", "ruru"} {
		s.Person(name)
		v := s.SignedIn(name)
		secrets[name] = v.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
		v.Post(activate, "code", codeAt(t, s, secrets[name])).Status(http.StatusSeeOther)
	}
	s.Clock.Pass(totp.Step)
	waiting := func(name string) *webtest.Visitor { return s.SignedIn(name).From(here) }
	wrong := func(name string, times int) {
		v := waiting(name)
		for range times {
			v.Post(authenticate, "code", "000000").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		}
	}
	wrong("kea", 5)
	wrong("tui", 4)
	waiting("ruru").Post(authenticate, "code", codeAt(t, s, secrets["ruru"])).Status(http.StatusSeeOther) // does not count
	wrong("tui", 1)
	s.Clock.Pass(totp.Step)
	v := waiting("ruru")
	refused := v.Post(authenticate, "code", codeAt(t, s, secrets["ruru"])).Status(http.StatusUnprocessableEntity).
		Has("#id_code-error", "Too many attempts. Try again in 30 seconds.")
	if got := refused.Header.Get("Retry-After"); got != "30" {
		t.Errorf("Retry-After = %q, want 30", got)
	}
	waiting("ruru").From(elsewhere).Post(authenticate, "code", codeAt(t, s, secrets["ruru"])).Status(http.StatusSeeOther)
	s.Clock.Pass(totp.Step)
	v.Post(authenticate, "code", codeAt(t, s, secrets["ruru"])).Status(http.StatusSeeOther)
}

func TestHalfDoneSignInLasts(t *testing.T) {
	t.Parallel()
	s, _, secret := guarded(t)
	v := halfway(s, "next", "/en/x/")
	s.Clock.Pass(15 * time.Minute)
	v.Get(authenticate).Status(http.StatusOK).Has("h1", "Enter your code")
	v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To("/en/x/")
}
