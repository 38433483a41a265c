package accounts_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ams/app"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/web/webtest"
)

// here is where the visitors of these tests are.
const here, elsewhere = "203.0.113.7", "203.0.113.8"

// atOnce sends n forms, turn by turn to two processes on one database, and counts the answers by what kind says.
func atOnce(s *webtest.Site, n int, send func(s *webtest.Site, i int) string) map[string]int {
	s.T.Helper()
	processes := []*webtest.Site{s, s.Twin()}
	var mu sync.Mutex
	var all sync.WaitGroup
	found := map[string]int{}
	for i := range n {
		all.Go(func() {
			kind := send(processes[i%2], i)
			mu.Lock()
			defer mu.Unlock()
			found[kind]++
		})
	}
	all.Wait()
	return found
}

// Only what is sent counts, in all languages together, over all processes, and by address.
func TestFormsPerAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path string
		most int
	}{{"accounts/signup/", 20}, {"accounts/login/", 30}} {
		t.Run(c.path, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			en, mi := "/en/"+c.path, "/mi/"+c.path
			got := atOnce(s, c.most+15, func(s *webtest.Site, i int) string {
				v := s.Visitor().From(here)
				v.Get(en).Status(http.StatusOK)
				return fmt.Sprint(v.Post([]string{en, mi}[i/2%2]).StatusCode)
			})
			if got["422"] != c.most || got["429"] != 15 {
				t.Errorf("answers = %v, want %d of 422 and 15 of 429", got, c.most)
			}
			s.Visitor().From(elsewhere).Post(en).Status(http.StatusUnprocessableEntity)
			s.Clock.Pass(40 * time.Second)
			v := s.Visitor().From(here)
			v.Get(en).Status(http.StatusOK)
			page := v.Post(en, "next", "/en/x/").Status(http.StatusTooManyRequests).Has("header", "AMS").Has("h1", "Please wait a little").
				Has("main", "Too many attempts. Try again in 20 seconds.").Has(`main a[href="`+en+`"]`, "Open the page")
			if got := page.Header.Get("Retry-After") + " " + page.Header.Get("Cache-Control"); got != "20 no-store" {
				t.Errorf("Retry-After and Cache-Control = %q, want 20 no-store", got)
			}
			v.Post(mi).Status(http.StatusTooManyRequests).Has("main", "hēkona e 20")
			part := v.HX().Post(en).Status(http.StatusTooManyRequests).Has("#messages .alert-warning", "Try again in 20 seconds.").
				Lacks("header").Lacks("form")
			if part.Header.Get("Retry-After") != "20" || !strings.HasPrefix(part.Header.Get("HX-Reswap"), "none") {
				t.Errorf("headers = %v, want the wait and a form that stays", part.Header)
			}
			s.Clock.Pass(20 * time.Second) // what was refused meanwhile does not count
			v.Post(en).Status(http.StatusUnprocessableEntity)
			s.Exec("ALTER TABLE rate_limits RENAME TO away") // what cannot be counted does not pass
			v.Post(en).Status(http.StatusInternalServerError)
		})
	}
}

// try signs kea in and says what came of it.
func try(v *webtest.Visitor, email, password string) string {
	a := v.Post(signIn, "login", email, "password", password)
	text := strings.Join(strings.Fields(a.Document().Find(".problems li").Text()), " ")
	return strings.TrimSpace(fmt.Sprint(a.StatusCode, " ", a.Header.Get("Retry-After"), " ", text))
}

const (
	in    = "303"
	wrong = "422  The e-mail address or the password is not right. Check both and try again."
)

// refused is the answer to a try that comes too early.
func refused(seconds int, wait string) string {
	return fmt.Sprintf("422 %d Too many attempts. Try again in %s.", seconds, wait)
}

// says fails the test for another answer.
func says(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("the answer is %q, want %q", got, want)
	}
}

func TestFailedSignIns(t *testing.T) {
	t.Parallel()
	t.Run("ACC-14 five failures in five minutes refuse the right password, too", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.Person("other")
		for range 5 { // from 10:00:00 to 10:00:40, from five places
			says(t, try(s.Visitor(), " KEA@example.org", "wrong"), wrong)
			s.Clock.Pass(10 * time.Second)
		}
		s.Clock.Pass(10 * time.Second) // 10:01
		v := s.Visitor()
		says(t, try(v, keaMail, webtest.Password), refused(240, "4 minutes"))
		anonymous(t, v)
		if asked := strings.Join(s.Statements(), "\n"); strings.Contains(asked, "password") {
			t.Errorf("a refused try reads a password:\n%s", asked)
		}
		says(t, try(s.Visitor(), webtest.Address("other"), webtest.Password), in)
		s.Clock.Pass(4*time.Minute + time.Second) // 10:05:01: the first one has left, there is one more try
		says(t, try(s.Visitor(), keaMail, "wrong"), wrong)
		says(t, try(s.Visitor(), keaMail, webtest.Password), refused(9, "9 seconds"))
		s.Clock.Pass(9 * time.Second)
		says(t, try(s.Visitor(), keaMail, webtest.Password), in)
	})
	t.Run("PerAddress", func(t *testing.T) { // ten a minute, whoever is tried
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for i := range 10 {
			says(t, try(s.Visitor().From(here), fmt.Sprintf("nobody%d@example.org", i), "wrong"), wrong)
		}
		says(t, try(s.Visitor().From(here), keaMail, webtest.Password), refused(60, "60 seconds"))
		says(t, try(s.Visitor().From(elsewhere), keaMail, webtest.Password), in)
		for range 4 { // what was refused here counts for nobody
			says(t, try(s.Visitor().From(elsewhere), keaMail, "wrong"), wrong)
		}
		s.Clock.Pass(time.Minute)
		says(t, try(s.Visitor().From(here), keaMail, webtest.Password), in)
	})
	t.Run("GivenBack", func(t *testing.T) { // a right password is no failure, and forgives none
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for range 12 {
			says(t, try(s.Visitor().From(here), keaMail, webtest.Password), in)
		}
		for range 4 {
			says(t, try(s.Visitor().From(here), keaMail, "wrong"), wrong)
		}
		says(t, try(s.Visitor().From(here), keaMail, " "+webtest.Password), in)
		says(t, try(s.Visitor().From(here), keaMail, "wrong"), wrong)
		says(t, try(s.Visitor().From(here), keaMail, webtest.Password), refused(300, "5 minutes"))
	})
	t.Run("NotIn", func(t *testing.T) { // right passwords that lead nowhere are no failures either
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for _, state := range []string{"UPDATE users SET is_active = false", "UPDATE users SET is_active = true; UPDATE email_addresses SET verified = false"} {
			s.Exec(state)
			for range 7 {
				says(t, try(s.Visitor().From(here), keaMail, webtest.Password), in)
			}
		}
		if n := s.Count("SELECT coalesce(sum(cardinality(hits)), 0) FROM rate_limits WHERE key LIKE 'sign-in failed/%'"); n != 0 {
			t.Errorf("%d failures are counted, want none", n)
		}
	})
	t.Run("AtOnce", func(t *testing.T) { // over two processes, from as many places as tries
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		got := atOnce(s, 14, func(s *webtest.Site, _ int) string { return try(s.Visitor(), keaMail, "wrong") })
		if got[wrong] != 5 || got[refused(300, "5 minutes")] != 9 {
			t.Errorf("answers = %v, want 5 looked at and 9 refused", got)
		}
	})
	t.Run("Unknown", func(t *testing.T) { // the limit tells nobody who has an account
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for i := range 8 {
			known := try(s.Visitor(), keaMail, "wrong")
			says(t, try(s.Visitor(), "nobody@example.org", "wrong"), known)
			if looked := known == wrong; looked != (i < 5) {
				t.Errorf("try %d says %q", i+1, known)
			}
		}
		long := strings.Repeat("a", 100_000)
		for range 400 { // what cannot be compressed does not fit into an index
			long += rand.Text()
		}
		for range 5 {
			says(t, try(s.Visitor(), long, "wrong"), wrong)
		}
		says(t, try(s.Visitor(), long, "wrong"), refused(300, "5 minutes"))
	})
	t.Run("Busy", func(t *testing.T) { // nobody is to blame where no password could be compared in time
		t.Parallel()
		var full atomic.Bool
		taken, release := make(chan struct{}), make(chan struct{})
		s := webtest.NewWith(t, func(o *app.Outside) {
			o.AfterHash = func() {
				if full.CompareAndSwap(true, false) {
					close(taken)
					<-release
				}
			}
		})
		s.Person("kea")
		full.Store(true)
		ended := make(chan struct{})
		go func() { // has the only room there is
			defer close(ended)
			_, _ = s.App.People.SignIn(t.Context(), account.Credentials{Email: webtest.Address("slow"), Password: "wrong", Client: "slow"})
		}()
		select {
		case <-taken:
		case <-ended:
			t.Fatal("a sign-in ended without a hash")
		}
		for _, email := range []string{keaMail, "nobody@example.org"} {
			if !unanswered(t, s, email) {
				t.Errorf("%s is not told that the site is busy", email)
			}
		}
		close(release)
		<-ended
		if n := s.Count("SELECT coalesce(sum(cardinality(hits)), 0) FROM rate_limits WHERE key LIKE 'sign-in failed/%' AND key NOT LIKE '%slow%'"); n != 0 {
			t.Errorf("%d failures are counted, want none", n)
		}
		if strings.Contains(s.Logged(), "level=ERROR") {
			t.Errorf("the operators get mail:\n%s", s.Logged())
		}
		says(t, try(s.Visitor(), keaMail, webtest.Password), in)
	})
	t.Run("Hiccup", func(t *testing.T) { // what cannot be counted is not looked at, and what was counted stays
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for _, table := range []string{"rate_limits", "users"} {
			s.Exec("ALTER TABLE " + table + " RENAME TO away")
			for i, password := range []string{webtest.Password, "wrong", webtest.Password, "wrong", webtest.Password} {
				if i%2 == 0 {
					v := s.Visitor()
					v.Post(signIn, "login", keaMail, "password", password).Status(http.StatusInternalServerError)
					if v.Cookie() != "" {
						t.Error("somebody has a session")
					}
					continue
				}
				tried := account.Credentials{Email: keaMail, Password: password, Client: here} // where the route's own limit is not asked
				if a, err := s.App.People.SignIn(t.Context(), tried); fault.KindOf(err) != fault.Internal || err == nil {
					t.Errorf("SignIn() without %s = %v, %v, want an error that is no answer", table, a.Entry, err)
				}
			}
			s.Exec("ALTER TABLE away RENAME TO " + table)
		}
		says(t, try(s.Visitor(), keaMail, webtest.Password), refused(300, "5 minutes"))
	})
}

// unanswered sends a sign-in that may take five seconds, and tells whether it is answered that there was no room.
func unanswered(t *testing.T, s *webtest.Site, email string) bool {
	t.Helper()
	form := url.Values{"login": {email}, "password": {webtest.Password}}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, s.URL+signIn, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", here)
	w := httptest.NewRecorder()
	s.App.Handler.ServeHTTP(w, r)
	switch w.Code {
	case http.StatusServiceUnavailable:
		if w.Header().Get("Retry-After") != "10" || !strings.Contains(w.Body.String(), "try again in a few seconds") {
			t.Errorf("answer of a busy site = %v\n%s, want when to come again", w.Header(), w.Body)
		}
		return true
	case http.StatusInternalServerError:
		t.Errorf("a sign-in for which there is no room = 500")
	}
	return false
}

// In a browser the form stays as it was filled in, and the message can be seen.
func TestTooOftenInBrowser(t *testing.T) {
	t.Parallel()
	for _, width := range []int64{phone, wide} {
		s := webtest.New(t)
		const socket = "127.0.0.1" // of the browser
		for range 20 {
			s.Visitor().From(socket).Post(signUp)
		}
		w := &walk{Tab: s.Tab(width), t: t, site: s, scripts: true}
		byMouse(w)
		w.Open(signUp)
		w.fill("#id_username", "kea")
		w.press("#sign-up > .buttons [type=submit]")
		w.Until(`document.querySelector('#messages .alert-warning')?.textContent.includes('Try again in 60 seconds')`)
		w.Until(`(r => r.top >= document.querySelector('.navbar').getBoundingClientRect().bottom && r.bottom <= innerHeight)(
			document.querySelector('#messages .alert').getBoundingClientRect())`)
		if kept := webtest.Ask[string](w.Tab, `document.getElementById('id_username').value`); kept != "kea" {
			t.Errorf("the form holds %q, want what was typed", kept)
		}
		if found := w.Violations(); found != "" {
			t.Errorf("the page has violations: %s", found)
		}
	}
}
