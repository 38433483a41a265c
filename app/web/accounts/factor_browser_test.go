package accounts_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// TestFactorInBrowser switches the second factor on by keyboard, signs in with it, and looks at every page on the way.
func TestFactorInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			s.Person("kea")
			b := s.Tab(wide)
			if !scripts {
				b.WithoutScripts()
			}
			look := func(page string) {
				t.Helper()
				b.Resize(phone)
				if reaching := b.TooWide(); reaching != "" {
					t.Errorf("%s is wider than a phone: %s", page, reaching)
				}
				b.Resize(wide)
				if !scripts { // axe-core is one
					return
				}
				if found := b.Violations(); found != "" {
					t.Errorf("%s: axe-core finds %s", page, found)
				}
			}
			press := func(selector string) {
				t.Helper()
				b.TabTo(selector)
				b.Type(kb.Enter)
			}
			b.SignIn("kea")
			b.Open(overview)
			b.At(overview, "Two-step sign-in")
			look("the overview")
			press(`a[href="` + activate + `"]`)
			b.At(activate, "Switch two-step sign-in on")
			b.Until(`document.querySelector('img.qr').naturalWidth > 0`)
			look("the offer")
			secret := webtest.Ask[string](b, `document.querySelector('#secret').textContent`)
			b.TabTo("#id_code")
			b.Type("000000" + kb.Enter)
			b.Until(`document.querySelector('#id_code-error') !== null`)
			look("the refused offer")
			b.Do(chromedp.Focus("#id_code"))
			b.Type(codeAt(t, s, secret) + kb.Enter)
			b.At(recovery, "Recovery codes")
			look("the codes")
			code := webtest.Ask[string](b, `document.querySelector('textarea.codes').value.trim().split('\n')[0]`)

			b.Open("/en/accounts/logout/")
			press("main form [type=submit]")
			b.Until(`location.pathname === "/en/" && document.querySelector("#log-in-link") !== null`)
			b.Open(signIn)
			b.At(signIn, "Sign in")
			b.Do(chromedp.SendKeys("#id_login", keaMail), chromedp.SendKeys("#id_password", webtest.Password+kb.Enter))
			b.At(authenticate, "Enter your code")
			look("the second step")
			b.TabTo("#id_code")
			b.Type(code + kb.Enter)
			b.At(ownPage, "Mere Kahu")
			b.Open(overview)
			b.At(overview, "Two-step sign-in")
			b.Until(`document.querySelector('main').textContent.includes('9 of 10 codes left')`)
			look("the overview with codes")
		})
	}
}
