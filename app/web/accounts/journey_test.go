package accounts_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

const (
	wide, phone = 1280, 360
	firstName   = "Ānaru"
)

// TestFirstHour is a member's way in, from the home page to the first sign-out, in a browser.
func TestFirstHour(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(*walk){
		"Mouse": byMouse, "Keyboard": byKeyboard, "WithoutScripts": withoutScripts, "Phone": onPhone,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			if err := s.App.Content.SampleContent(t.Context()); err != nil {
				t.Fatal(err)
			}
			w := &walk{Tab: s.Tab(wide), t: t, site: s, scripts: true}
			way(w)
			w.firstHour()
		})
	}
}

// walk is somebody in front of a browser.
type walk struct {
	*webtest.Tab
	t       *testing.T
	site    *webtest.Site
	scripts bool

	press func(selector string)       // a link or button of the page
	fill  func(selector, text string) // an empty field
	menu  func(href string)           // a link of the site's menu
}

// firstHour changes to te reo Māori on the way; the rest of the hour stays in it.
func (w *walk) firstHour() {
	w.Open("/en/")
	w.at("/en/", "Stronger together")
	w.menu(signUp)
	w.at(signUp, "Sign up")
	w.signUp()
	w.at(notice, "Confirm your e-mail address")
	w.confirm()
	w.at(signIn, "Sign in")
	w.menu("/mi/accounts/login/")
	w.at("/mi/accounts/login/", "Takiuru")
	w.fill("#id_login", keaMail)
	w.fill("#id_password", webtest.Password)
	w.press("#sign-in [type=submit]")
	w.at("/mi/users/kea/", firstName+" Tūī")
	w.menu("/mi/accounts/logout/")
	w.at("/mi/accounts/logout/", "Takiputa")
	w.press("main form [type=submit]")
	w.at("/mi/", "Kia mahi tahi tātou")
	w.Until(`document.querySelector('#log-in-link') !== null`)
}

// at is a page that fits into the window.
func (w *walk) at(path, heading string) {
	w.t.Helper()
	w.At(path, heading)
	if wide := w.TooWide(); wide != "" {
		w.t.Errorf("%s is wider than the window: %s", path, wide)
	}
}

// signUp makes one mistake and mends it.
func (w *walk) signUp() {
	w.t.Helper()
	webtest.Ask[bool](w.Tab, `window.stays = true`)
	w.fill("#id_email", "kea")
	w.passwords()
	w.fill("#id_first_name", firstName)
	w.fill("#id_last_name", "Tūī")
	w.fill("#id_username", "kea")
	if w.scripts { // what is said of the username moves the button
		w.Type(kb.Tab)
		w.Until(`document.querySelector('.field-good') !== null && !document.querySelector('.htmx-settling')`)
	}
	w.press("#sign-up > .buttons [type=submit]")
	w.refused()
	w.press(`.problems a[href="#id_email"]`)
	w.Until(`document.activeElement.id === 'id_email'`)
	w.fill("#id_email", "@example.org") // behind what stands there
	w.passwords()
	w.press("#sign-up > .buttons [type=submit]")
}

func (w *walk) passwords() {
	w.t.Helper()
	w.fill("#id_password1", webtest.Password)
	w.fill("#id_password2", webtest.Password)
}

// refused is the form as it comes back: in its place where scripts run, else on a page of its own. The summary has the
// focus, and what was typed is there but for the passwords.
func (w *walk) refused() {
	w.t.Helper()
	w.Refused()
	w.at(signUp, "Sign up")
	kept := webtest.Ask[string](w.Tab, `['email', 'first_name', 'last_name', 'username', 'password1', 'password2'].map(
		n => document.getElementById('id_' + n).value).join(';')`)
	if want := "kea;" + firstName + ";Tūī;kea;;"; kept != want {
		w.t.Errorf("the refused form holds %q, want %q", kept, want)
	}
	status := w.Status
	if w.scripts {
		status = func() int {
			return webtest.Ask[int](w.Tab, `performance.getEntriesByType('resource').at(-1).responseStatus`)
		}
	}
	if got := status(); got != http.StatusUnprocessableEntity {
		w.t.Errorf("the refused form came with %d, want 422", got)
	}
	if stays := webtest.Ask[bool](w.Tab, `window.stays === true`); stays != w.scripts {
		w.t.Errorf("the page around the refused form stayed: %v, want %v", stays, w.scripts)
	}
}

// confirm opens the message in the inbox and follows its link.
func (w *walk) confirm() {
	w.t.Helper()
	w.site.Work()
	w.Open("/dev/mail")
	w.at("/dev/mail", "Inbox of this machine")
	w.press("#inbox tbody a")
	w.Until(`document.querySelector('.message-text') !== null`)
	link := confirmLink.FindString(webtest.Ask[string](w.Tab, `document.querySelector('.message-text').textContent`))
	w.Open(link)
	w.at(link, "Confirm your e-mail address")
	w.press("main form [type=submit]")
}

func byMouse(w *walk) {
	w.press = w.click
	w.fill = func(selector, text string) {
		w.click(selector)
		w.Type(kb.End + text)
	}
	w.menu = w.bar
}

func withoutScripts(w *walk) {
	w.scripts = false
	w.WithoutScripts()
	byMouse(w)
}

func onPhone(w *walk) {
	w.Resize(phone)
	byMouse(w)
	w.menu = func(href string) {
		w.press(".navbar-toggler")
		w.press(`#side-menu a[href="` + href + `"]`)
	}
}

func byKeyboard(w *walk) {
	w.press = func(selector string) {
		w.TabTo(selector)
		w.Type(kb.Enter)
	}
	w.fill = func(selector, text string) {
		w.TabTo(selector)
		w.Type(kb.End + text)
	}
	w.menu = w.bar
}

// click waits until the control stands where it can be hit: menus move when they open.
func (w *walk) click(selector string) {
	w.t.Helper()
	w.Until(`(e => {
		if (!e) return false
		e.scrollIntoView({block: 'nearest'})
		const r = e.getClientRects()[0]
		return e.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2))
	})(document.querySelector('` + selector + `'))`)
	w.Do(chromedp.Click(selector))
}

// bar follows a link of the menu bar, and opens the menu that it is in.
func (w *walk) bar(href string) {
	link := `a[href="` + href + `"]`
	if folded := ".site-menu details:has(" + link + ")"; webtest.Ask[bool](w.Tab, "document.querySelector('"+folded+"') !== null") {
		w.press(folded + " > summary")
	}
	w.press(".site-menu " + link)
}
