package accounts_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

func TestUsernameTried(t *testing.T) {
	t.Parallel()
	const address = signUp + "username/"
	try := func(v *webtest.Visitor, username string) *webtest.Answer {
		return v.HX().Get(address + "?username=" + url.QueryEscape(username)).Status(http.StatusOK)
	}
	t.Run("Same answer as the form", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("Tūī")
		for _, name := range []string{"", " ", "TŪĪ", " tu\u0304i\u0304 ", "user@x", "userñ", ".", "..", strings.Repeat("ā", 151), "māori_user", " kea ", "<b>"} {
			v := s.Visitor()
			form := v.Post(signUp, registration("username", name, "email", "no address")...).Status(http.StatusUnprocessableEntity)
			want := strings.TrimSpace(form.Document().Find("#id_username-error").Text())
			got := try(v, name).Lacks("form").Document()
			if said := strings.TrimSpace(got.Find("#id_username-error").Text()); said != want {
				t.Errorf("of %q is said %q, the form says %q", name, said, want)
			}
			if told := got.Find("[data-announce]").Text(); told == "" || want != "" && !strings.Contains(want, told) {
				t.Errorf("of %q is heard %q, want %q", name, told, want)
			}
			if typed := got.Find("input#id_username").AttrOr("value", ""); typed != name {
				t.Errorf("the field holds %q, want %q as it was typed", typed, name)
			}
			if free := got.Find(".field-good").Text(); (want == "") != (free != "") {
				t.Errorf("of %q is said that it is free: %q", name, free)
			}
		}
	})
	t.Run("Longest", func(t *testing.T) { // 150 letters, which are more bytes
		t.Parallel()
		s := webtest.New(t)
		name := strings.Repeat("ā", 150)
		v := s.Visitor()
		try(v, name).Has(".field-good", name).Lacks("#id_username-error")
		v.Post(signUp, registration("username", name)...).Status(http.StatusSeeOther).To(notice)
		row(s, "users WHERE username = ?", name)
	})
	t.Run("Without scripts", func(t *testing.T) { // the address alone is the form
		t.Parallel()
		s := webtest.New(t)
		s.Visitor().Get(address + "?username=kea").Status(http.StatusFound).To(signUp)
	})
	t.Run("ErrTooOften", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		v := s.Visitor().From("203.0.113.9")
		for range 20 {
			try(v, "kea")
		}
		if wait := v.HX().Get(address + "?username=kea").Status(http.StatusTooManyRequests).Header.Get("Retry-After"); wait != "60" {
			t.Errorf("the 21st in a minute has to wait %q seconds, want 60", wait)
		}
		try(s.Visitor().From("203.0.113.10"), "kea")
		v.Post(signUp, registration()...).Status(http.StatusSeeOther) // is counted by itself
	})
	t.Run("ErrClosed", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, "DJANGO_ACCOUNT_ALLOW_REGISTRATION", "false")
		s.Person("kea")
		s.Visitor().HX().Get(address + "?username=kea").Status(http.StatusForbidden).Lacks("input")
	})
	t.Run("Profile", func(t *testing.T) { // nobody asks for it there
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.SignedIn("kea").Get(update).Status(http.StatusOK).Has("#profile label", "Username").Lacks("[data-check]")
	})
}

func TestUsernameInBrowser(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("tui")
	b := s.Tab(wide)
	b.Open(signUp)
	b.TabTo("#id_username")
	b.Type("Tui" + kb.Tab)
	b.Until(`document.querySelector('#id_username-error')?.textContent.includes('Somebody uses this username already')`)
	b.Until(`document.getElementById('live').textContent.includes('Somebody uses this username already')`)
	if found := b.Violations(); found != "" {
		t.Errorf("with a username that is taken axe-core finds %s", found)
	}
	if at := webtest.Ask[string](b, `document.activeElement.id`); at == "id_username" || at == "" {
		t.Errorf("the focus is at %q, want it where somebody goes on", at)
	}
	webtest.Ask[bool](b, `document.getElementById('id_username').select(), true`)
	b.Type("kererū" + kb.Tab)
	b.Until(`document.querySelector('.field-good')?.textContent.includes('kererū') && !document.querySelector('#id_username-error')`)
	if value := webtest.Ask[string](b, `document.getElementById('id_username').value`); value != "kererū" {
		t.Errorf("the field holds %q, want what was typed", value)
	}
	if found := b.Violations(); found != "" {
		t.Errorf("with a username that is free axe-core finds %s", found)
	}
}
