package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ams/app/account"
	"ams/app/web/webtest"
)

const (
	longName = "Te Rōpū Whakahaere o ngā Kaitiaki Pātaka Kōrero ā-Ōtautahi"
	longMail = "nga.kaitiaki.pataka.korero.o.otautahi@whakahaere.example.org"
)

var confirmLink = regexp.MustCompile(`/en/accounts/confirm-email/[\w:-]+/`)

// TestPages opens every page that there is: axe-core finds nothing, the console says nothing, nothing is wider than the
// narrowest window.
func TestPages(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"light", "dark"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			visits(t, mode)
		})
	}
}

func visits(t *testing.T, mode string) {
	s := open(t, mode)
	shut := open(t, mode, "DJANGO_ACCOUNT_ALLOW_REGISTRATION", "False")
	inbox := visitor{s.Tab(1280), t} // before anything was sent
	inbox.sees("/dev/mail", http.StatusOK)
	s.Person("kea")
	s.Staff("boss")
	letter := lengthy(s)
	s.Work()
	for name, visit := range map[string]func(*testing.T){
		"Content":  func(t *testing.T) { content(visitor{s.For(t).Tab(1280), t}) },
		"Entrance": func(t *testing.T) { entrance(visitor{s.For(t).Tab(1280), t}, letter) },
		"Shut": func(t *testing.T) {
			visitor{shut.For(t).Tab(1280), t}.sees("/en/accounts/signup/", http.StatusOK)
		},
		"People": func(t *testing.T) { people(s.For(t), t) },
		"Inbox":  func(t *testing.T) { mails(visitor{s.For(t).Tab(1280), t}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			visit(t)
		})
	}
}

func open(t *testing.T, mode string, settings ...string) *webtest.Site {
	t.Helper()
	s := webtest.New(t, settings...)
	if err := s.App.Content.SampleContent(t.Context()); err != nil {
		t.Fatal(err)
	}
	if mode == "dark" {
		s.Dark()
	}
	return s
}

// lengthy signs up somebody with a long name and gives the link in the letter.
func lengthy(s *webtest.Site) string {
	s.T.Helper()
	first, last, _ := strings.Cut(longName, " o ")
	err := s.App.People.SignUp(s.T.Context(), account.Registration{
		Email: longMail, Password: webtest.Password, Repeat: webtest.Password, Username: strings.Repeat("kaitiaki-", 6),
		FirstName: first, LastName: "o " + last,
	})
	if err != nil {
		s.T.Fatalf("SignUp() = %v", err)
	}
	return confirmLink.FindString(s.Mails(longMail)[0].Text)
}

func content(v visitor) {
	for _, path := range []string{"/en/", "/mi/", "/en/about/", "/en/about/team/", "/mi/contact/"} {
		v.sees(path, http.StatusOK)
	}
	v.sees("/en/nothing-here/", http.StatusNotFound)
	v.sees("/en/members-only/", http.StatusForbidden)
	v.opensMenu()
	v.sees("/dev/parts/", http.StatusOK)
	v.Until(`document.querySelectorAll('.richtext-text[role=textbox]').length === 4`)
	v.finds("the parts with their editors")
}

func entrance(v visitor, letter string) {
	for _, l := range []string{"/en", "/mi"} {
		v.sees(l+"/accounts/signup/", http.StatusOK)
		v.refused("#sign-up")
		v.sees(l+"/accounts/login/", http.StatusOK)
		v.refused("#sign-in")
	}
	for _, path := range []string{"confirm-email/", "confirm-email/nothing/", "inactive/"} {
		v.sees("/en/accounts/"+path, http.StatusOK)
	}
	v.sees(letter, http.StatusOK)
}

func people(s *webtest.Site, t *testing.T) {
	member, staff := visitor{s.Tab(1280), t}, visitor{s.Tab(1280), t}
	member.SignIn("kea")
	member.sees("/en/users/kea/", http.StatusOK)
	member.sees("/mi/users/kea/", http.StatusOK)
	member.sees("/en/accounts/logout/", http.StatusOK)
	member.sees("/en/users/boss/", http.StatusForbidden)
	member.opensMenu()
	staff.SignIn("boss")
	staff.sees("/en/users/boss/", http.StatusOK)
	staff.sees("/en/users/kea/", http.StatusOK)
	staff.sees("/en/users/"+strings.Repeat("kaitiaki-", 6)+"/", http.StatusOK)
}

func mails(v visitor) {
	v.sees("/dev/mail", http.StatusOK)
	letter := webtest.Ask[string](v.Tab, `document.querySelector('#inbox tbody a').pathname`)
	v.sees(letter, http.StatusOK)
	v.sees(letter+"html", http.StatusOK)
}

// visitor looks at pages.
type visitor struct {
	*webtest.Tab
	t *testing.T
}

func (v visitor) sees(path string, status int) {
	v.t.Helper()
	v.Open(path)
	if got := v.Status(); got != status {
		v.t.Errorf("%s answers %d, want %d", path, got, status)
	}
	v.finds(path)
}

// refused sends the form of the page as it is.
func (v visitor) refused(form string) {
	v.t.Helper()
	v.Do(chromedp.Click(form + " > .buttons [type=submit]"))
	v.Until(`document.activeElement.matches('.problems')`)
	v.finds(form + " refused")
}

// opensMenu looks at the side menu of a phone.
func (v visitor) opensMenu() {
	v.t.Helper()
	v.Resize(360)
	v.Do(chromedp.Click(".navbar-toggler"), chromedp.WaitVisible("#side-menu"))
	if found := v.Violations(); found != "" {
		v.t.Errorf("axe-core on the open side menu:\n%s", found)
	}
	v.Resize(1280)
}

// finds looks for what is wrong with the page.
func (v visitor) finds(page string) {
	v.t.Helper()
	for _, width := range []int64{320, 360, 1280} {
		v.Resize(width)
		if wide := v.TooWide(); wide != "" {
			v.t.Errorf("%s is wider than %d px: %s", page, width, wide)
		}
	}
	if found := v.Violations(); found != "" {
		v.t.Errorf("axe-core on %s:\n%s", page, found)
	}
}
