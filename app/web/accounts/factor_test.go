package accounts_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ams/app"
	"ams/app/seal"
	"ams/app/totp"
	"ams/app/web/webtest"
)

const (
	overview     = "/en/accounts/2fa/"
	activate     = "/en/accounts/2fa/totp/activate/"
	deactivate   = "/en/accounts/2fa/totp/deactivate/"
	recovery     = "/en/accounts/2fa/recovery-codes/"
	generate     = "/en/accounts/2fa/recovery-codes/generate/"
	authenticate = "/en/accounts/2fa/authenticate/"
	byPassword   = "/en/accounts/reauthenticate/"
	byCode       = "/en/accounts/2fa/reauthenticate/"
)

// guarded is somebody with a second factor: their site, a browser that is signed in, and their secret.
func guarded(t *testing.T) (*webtest.Site, *webtest.Visitor, string) {
	t.Helper()
	s := webtest.New(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	secret := v.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
	v.Post(activate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(recovery)
	s.Clock.Pass(totp.Step)
	return s, v, secret
}

func codeAt(t *testing.T, s *webtest.Site, secret string) string {
	t.Helper()
	code, err := totp.Code(secret, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// halfway is a browser whose password was right.
func halfway(s *webtest.Site, more ...string) *webtest.Visitor {
	s.T.Helper()
	v := s.Visitor()
	v.Post(signIn, append([]string{"login", keaMail, "password", webtest.Password}, more...)...).Status(http.StatusSeeOther).To(authenticate)
	return v
}

func codesOf(t *testing.T, v *webtest.Visitor) []string {
	t.Helper()
	return strings.Fields(v.Get(recovery).Status(http.StatusOK).Document().Find("textarea.codes").Text())
}

func TestFactor(t *testing.T) {
	t.Parallel()
	t.Run("ACC-28 a correct code switches it on and shows ten recovery codes", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(overview).Status(http.StatusOK).Has("main", "Off").Lacks(`a[href="` + generate + `"]`)
		page := v.Get(activate).Status(http.StatusOK)
		secret := page.Document().Find("#secret").Text()
		if src := page.Document().Find("img.qr").AttrOr("src", ""); !strings.HasPrefix(src, "data:image/svg+xml;base64,") {
			t.Errorf("the QR code is at %.40s, want a data address", src)
		}
		refused := v.Post(activate, "code", "000000").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "This code is not right")
		if again := refused.Document().Find("#secret").Text(); again != secret {
			t.Errorf("after a wrong code the secret is %s, want the same as before: %s", again, secret)
		}
		v.From("203.0.113.9").Post(activate, "code", " "+codeAt(t, s, secret)+" ").Status(http.StatusSeeOther).To(recovery)
		codes := codesOf(t, v)
		for _, c := range codes {
			if !regexp.MustCompile(`^[0-9]{8}$`).MatchString(c) {
				t.Errorf("the recovery code %q has not 8 digits", c)
			}
		}
		if len(codes) != 10 {
			t.Errorf("%d recovery codes, want 10", len(codes))
		}
		if mails := s.Mails(keaMail); len(mails) != 1 || !strings.Contains(mails[0].Text, "Two-step sign-in was switched on") || !strings.Contains(mails[0].Text, "203.0.113.9") {
			t.Errorf("%d mails, want the notice with the change and the address it came from", len(mails))
		}
		for _, stored := range []string{secret, codes[0]} {
			if n := s.Count("SELECT count(*) FROM authenticators WHERE data::text LIKE ?", "%"+stored+"%"); n != 0 {
				t.Error("the database holds a secret that anybody can read")
			}
		}
		v.Get(activate).To(deactivate)
		v.Get(overview).Has("main", "10 of 10 codes left")
	})
	t.Run("Sealed", func(t *testing.T) { // H-20: the secret that is offered, and the key of a link that is open
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		secret := v.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
		key := strings.Trim(strings.SplitN(forget(s, keaMail), "key/", 2)[1], "/")
		open(s.Visitor(), resetting+"key/"+key+"/")
		if n := s.Count("SELECT count(*) FROM sessions WHERE data <> ''"); n != 2 {
			t.Errorf("%d sessions remember something, want 2", n)
		}
		for _, clear := range []string{secret, key} {
			if n := s.Count("SELECT count(*) FROM sessions WHERE position(convert_to(?, 'UTF8') IN data) > 0", clear); n != 0 {
				t.Errorf("a session holds %q for everybody who reads the database", clear)
			}
		}
		s.Exec("UPDATE sessions SET data = (SELECT data FROM sessions WHERE user_id IS NULL) WHERE user_id IS NOT NULL")
		anonymous(t, v) // what another session remembers is of no use in this one
	})
	t.Run("EachVisitIsANewSecret", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		first := v.Get(activate).Document().Find("#secret").Text()
		second := v.Get(activate).Document().Find("#secret").Text()
		if first == second {
			t.Error("two visits show the same secret")
		}
		v.Post(activate, "code", codeAt(t, s, first)).Status(http.StatusUnprocessableEntity)
	})
	t.Run("ACC-27 an unverified second address keeps it off", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		secret := v.Get(activate).Document().Find("#secret").Text()
		s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'other@example.org' FROM users")
		v.Post(activate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(overview) // the address was added meanwhile
		v.Get(overview).Has("#messages .alert-error", "Confirm all your e-mail addresses first")
		v.Get(overview).Lacks("#messages .alert-error")
		v.Get(activate).Status(http.StatusFound).To(overview)
		v.Get(overview).Has("#messages .alert-error", "Confirm all your e-mail addresses first")
		if n := s.Count("SELECT count(*) FROM authenticators"); n != 0 {
			t.Error("it was switched on")
		}
	})
	t.Run("ACC-34 switched off, the recovery codes are gone too", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		v.Get(deactivate).Status(http.StatusOK)
		v.Post(deactivate).Status(http.StatusSeeOther).To(overview)
		if n := s.Count("SELECT count(*) FROM authenticators"); n != 0 {
			t.Errorf("%d authenticators are left, want none", n)
		}
		v.Get(deactivate).Status(http.StatusNotFound)
		v.Get(recovery).Status(http.StatusNotFound)
		v.Get(recovery + "download/").Status(http.StatusNotFound)
		if mails := s.Mails(keaMail); len(mails) != 2 || !strings.Contains(mails[0].Text, "switched off") {
			t.Errorf("%d mails, want one more with the notice", len(mails))
		}
		s.Visitor().Post(signIn, "login", keaMail, "password", webtest.Password).To("/en/users/~redirect/")
	})
	t.Run("NewCodes", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		old := codesOf(t, v)
		v.Get(generate).Status(http.StatusOK).Has("main", "The 10 codes that you still have stop working")
		v.Post(generate).Status(http.StatusSeeOther).To(recovery)
		fresh := codesOf(t, v)
		if len(fresh) != 10 || fresh[0] == old[0] {
			t.Errorf("the new codes begin with %s, want others than before", fresh[0])
		}
		if got := v.Get(recovery + "download/").Status(http.StatusOK); got.Body != strings.Join(fresh, "\n")+"\n" ||
			got.Header.Get("Content-Disposition") != `attachment; filename="recovery-codes.txt"` {
			t.Errorf("the download is %q, want the new codes", got.Body)
		}
		halfway(s).Post(authenticate, "code", old[0]).Status(http.StatusUnprocessableEntity)
		if mails := s.Mails(keaMail); len(mails) != 2 || !strings.Contains(mails[0].Text, "New recovery codes") {
			t.Errorf("%d mails, want one more with the notice", len(mails))
		}
	})
	t.Run("NewCodesWithoutFactor", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Post(generate).Status(http.StatusUnprocessableEntity).Has("h1", "Make new recovery codes?").Has(".problems", "Switch two-step sign-in on first")
		v.HX().Post(generate).Status(http.StatusUnprocessableEntity).Has(".problems", "Switch two-step sign-in on first").Lacks("header")
		if n := s.Count("SELECT count(*) FROM authenticators"); n != 0 {
			t.Error("somebody without a second factor has recovery codes")
		}
	})
	t.Run("CodesRememberWhenTheyWereFirstSeen", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		seen := func() int {
			return s.Count("SELECT coalesce((data ->> 'viewed_at')::bigint, 0) FROM authenticators WHERE type = 'recovery_codes'")
		}
		if got := seen(); got != 0 {
			t.Errorf("before anybody looked the codes were seen at %d", got)
		}
		first := int(s.Clock.Now().Unix())
		codes := codesOf(t, v)
		s.Clock.Pass(time.Minute)
		v.Get(recovery + "download/").Status(http.StatusOK)
		halfway(s).Post(authenticate, "code", codes[0]).Status(http.StatusSeeOther)
		if got := seen(); got != first {
			t.Errorf("the codes were first seen at %d, want %d", got, first)
		}
		v.Post(generate).Status(http.StatusSeeOther)
		if got := seen(); got != 0 {
			t.Errorf("new codes were seen at %d, want not yet", got)
		}
		v.Get(recovery + "download/").Status(http.StatusOK)
		if got, want := seen(), int(s.Clock.Now().Unix()); got != want {
			t.Errorf("downloaded codes were first seen at %d, want %d", got, want)
		}
	})
	t.Run("OnTwiceAtOnce", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		secret := v.Get(activate).Document().Find("#secret").Text()
		code := codeAt(t, s, secret)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() { v.Post(activate, "code", code).Status(http.StatusSeeOther) })
		}
		all.Wait()
		if n := s.Count("SELECT count(*) FROM authenticators"); n != 2 {
			t.Errorf("%d authenticators, want the app and one set of codes", n)
		}
		if n := len(s.Mails(keaMail)); n != 1 {
			t.Errorf("%d notices, want 1", n)
		}
	})
}

func TestSecondStep(t *testing.T) {
	t.Parallel()
	t.Run("ACC-29 a code is asked after the password, and nothing is open before it", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		before := s.Count("SELECT extract(epoch FROM last_login)::bigint FROM users")
		v := halfway(s, "next", "/en/users/~update/", "remember", "on")
		for _, closed := range []string{"/en/users/kea/", "/en/users/~update/", overview, "/en/users/~redirect/"} {
			if to := v.Get(closed).Status(http.StatusFound).Header.Get("Location"); !strings.HasPrefix(to, "/en/accounts/login/?next=") {
				t.Errorf("GET %s before the code leads to %s, want the sign-in page", closed, to)
			}
		}
		v.Get(signIn).To(authenticate)
		v.Get(signUp).To(authenticate)
		v.Post(signIn, "login", keaMail, "password", webtest.Password).Status(http.StatusSeeOther).To(authenticate)
		v.Post(signUp, registration("email", "tui@example.org", "username", "tui")...).Status(http.StatusSeeOther).To(authenticate)
		if n := people(s); n != 1 {
			t.Errorf("%d accounts, want none made by a half-done sign-in", n)
		}
		if n := s.Count("SELECT extract(epoch FROM last_login)::bigint FROM users"); n != before {
			t.Error("the sign-in is recorded before the code")
		}
		done := v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To("/en/users/~update/")
		if cookie := done.Cookies(); len(cookie) != 1 || cookie[0].MaxAge != 14*24*3600 {
			t.Errorf("the cookie is %v, want one that is remembered", cookie)
		}
		v.Get("/en/users/kea/").Status(http.StatusOK)
		if n := s.Count("SELECT extract(epoch FROM last_login)::bigint FROM users"); n == before {
			t.Error("the sign-in is not recorded")
		}
	})
	t.Run("ACC-30 a code counts once", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		code := codeAt(t, s, secret)
		halfway(s).Post(authenticate, "code", code).Status(http.StatusSeeOther)
		second := halfway(s)
		second.Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		s.Clock.Pass(totp.Step)
		second.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
	})
	t.Run("ACC-30 the code that switched it on counts as used", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		secret := v.Get(activate).Document().Find("#secret").Text()
		code := codeAt(t, s, secret)
		v.Post(activate, "code", code).Status(http.StatusSeeOther)
		waiting := halfway(s)
		waiting.Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		s.Clock.Pass(totp.Step)
		waiting.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
	})
	t.Run("TheSameCodeAtOnce", func(t *testing.T) {
		t.Parallel()
		s, v, secret := guarded(t)
		for _, code := range []string{codeAt(t, s, secret), codesOf(t, v)[3]} {
			var in atomic.Int32
			var all sync.WaitGroup
			for range 4 {
				v := halfway(s)
				all.Go(func() {
					if v.Post(authenticate, "code", code).StatusCode == http.StatusSeeOther {
						in.Add(1)
					}
				})
			}
			all.Wait()
			if in.Load() != 1 {
				t.Errorf("%d of 4 got in with the code %s, want 1", in.Load(), code)
			}
			s.Clock.Pass(time.Hour)
		}
	})
	t.Run("ACC-31 the code of the step before is refused", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		old := codeAt(t, s, secret)
		s.Clock.Pass(totp.Step)
		next, err := totp.Code(secret, s.Clock.Now().Add(totp.Step))
		if err != nil {
			t.Fatal(err)
		}
		for _, code := range []string{old, next} { // nor that of the step to come
			halfway(s).Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		}
		halfway(s).Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
	})
	t.Run("ACC-32 a recovery code works once", func(t *testing.T) {
		t.Parallel()
		s, v, secret := guarded(t)
		code := codesOf(t, v)[9]
		halfway(s).Post(authenticate, "code", " "+code+"\t").Status(http.StatusSeeOther)
		second := halfway(s)
		second.Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity)
		second.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
		second.Get(overview).Has("main", "9 of 10 codes left")
	})
	t.Run("ImportedCodes", func(t *testing.T) {
		t.Parallel()
		s, v, _ := guarded(t)
		cfg, err := app.ReadConfig(func(name string) string { return map[string]string{"DJANGO_SETTINGS_MODULE": "test"}[name] })
		if err != nil {
			t.Fatal(err)
		}
		box, err := seal.New(cfg.Security.Key("second factor"))
		if err != nil {
			t.Fatal(err)
		}
		place := fmt.Sprintf("recovery_codes of %d", s.Count("SELECT id FROM users"))
		sealed := func(code string) string { return box.Seal(code, place) }
		s.Exec(`UPDATE authenticators SET data = jsonb_build_object('migrated_codes', jsonb_build_array(?::text, ?::text, ?::text, ?::text)) WHERE type = 'recovery_codes'`,
			sealed("00000001"), sealed("00000002"), sealed("kea-7f3a9c"), sealed("123456"))
		for _, code := range []string{"00000002", "kea-7f3a9c", "123456"} { // elsewhere they may have letters, or be as long as those of the app
			halfway(s).Post(authenticate, "code", code).Status(http.StatusSeeOther)
			halfway(s).Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
		}
		if codes := codesOf(t, v); len(codes) != 1 || codes[0] != "00000001" {
			t.Errorf("the codes left are %q, want the first", codes)
		}
	})
	t.Run("Malformed", func(t *testing.T) {
		t.Parallel()
		s, _, _ := guarded(t)
		v := halfway(s)
		for i, code := range []string{"", "12345", "１２３４５６", "abcdef", strings.Repeat("1", 10_000)} {
			if i > 0 {
				s.Clock.Pass(2 * time.Minute)
			}
			v.Post(authenticate, "code", code).Status(http.StatusUnprocessableEntity)
		}
	})
	t.Run("Limits", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		for range 5 {
			halfway(s).Post(authenticate, "code", "000000").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "not right")
			s.Clock.Pass(time.Second)
		}
		v := halfway(s)
		got := v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusUnprocessableEntity).Has("#id_code-error", "Too many attempts")
		if after := got.Header.Get("Retry-After"); after == "" {
			t.Error("the refusal has no Retry-After")
		}
		s.Clock.Pass(5 * time.Minute)
		v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
		s.Clock.Pass(time.Second)
		for range 5 { // a right one has cleared them
			halfway(s).Post(authenticate, "code", "000000").Has("#id_code-error", "not right")
		}
	})
	t.Run("TooLate", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		v := halfway(s)
		s.Clock.Pass(15*time.Minute + time.Second)
		v.Get(authenticate).Status(http.StatusFound).To(signIn)
		v = halfway(s, "next", "/en/x/?a=1&b")
		s.Clock.Pass(15*time.Minute + time.Second)
		v.Get(authenticate).Status(http.StatusFound).To(signIn + "?next=%2Fen%2Fx%2F%3Fa%3D1%26b")
		v = halfway(s, "next", "/en/x/")
		s.Clock.Pass(15*time.Minute + time.Second)
		v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(signIn + "?next=%2Fen%2Fx%2F")
		v = halfway(s)
		s.Clock.Pass(15*time.Minute + time.Second)
		v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(signIn)
		v.Get(signIn).Status(http.StatusOK)
	})
	t.Run("CancelEndsIt", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		v := halfway(s)
		v.Get(authenticate).Has("form[action='/en/accounts/logout/']", "Cancel")
		v.Post("/en/accounts/logout/", "next", signIn).To(signIn)
		v.Get(signIn).Status(http.StatusOK)
		v.Post(authenticate, "code", codeAt(t, s, secret)).To(signIn)
	})
	t.Run("PasswordChangedMeanwhile", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		v := halfway(s, "next", "/en/x/")
		s.Exec("UPDATE users SET password = '!other'")
		v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(signIn + "?next=%2Fen%2Fx%2F")
		v.Get(signIn).Has("#messages .alert-error", "Your password was changed meanwhile. Sign in again.")
		v.Get("/en/users/~redirect/").Status(http.StatusFound).To("/en/accounts/login/?next=" + url.QueryEscape("/en/users/~redirect/"))
	})
	t.Run("SwitchedOffMeanwhile", func(t *testing.T) {
		t.Parallel()
		s, _, secret := guarded(t)
		v := halfway(s)
		s.Exec("UPDATE users SET is_active = false")
		v.Post(authenticate, "code", codeAt(t, s, secret)).To("/en/accounts/inactive/")
	})
	t.Run("OutdatedHashIsRenewed", func(t *testing.T) {
		t.Parallel()
		s, _, _ := guarded(t)
		const password, old = "Kererū flies at dawn 7", "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s"
		s.Exec("UPDATE users SET password = ?", old)
		s.Visitor().Post(signIn, "login", keaMail, "password", password).To(authenticate)
		if n := s.Count("SELECT count(*) FROM users WHERE password LIKE 'argon2$argon2id$v=19$m=19456,t=2,p=1$%'"); n != 1 {
			t.Error("the outdated hash is kept")
		}
	})
}
