package accounts_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// TestFailuresInBrowser: a form that cannot be sent, or whose answer is an error, stays as it is, and the page says so.
func TestFailuresInBrowser(t *testing.T) {
	t.Parallel()
	s, pets, _ := sectioned(t)
	b := s.Tab(wide)
	b.SignIn("kea")
	b.Open(update)
	b.At(update, "Update your account")
	save := "#" + pets + " [hx-vals]"
	b.Do(chromedp.Focus("#id_pet"))
	b.Type("Rūrū")
	stays := func() {
		t.Helper()
		if got := webtest.Ask[string](b, `id_pet.value`); got != "Rūrū" {
			t.Errorf("after a failure the input holds %q, want what was typed", got)
		}
		b.Until(`(r => r.top >= 0 && r.bottom <= innerHeight)(document.querySelector('#messages .alert').getBoundingClientRect())`)
		if found := b.Violations(); found != "" {
			t.Errorf("with the message axe-core finds %s", found)
		}
	}
	s.Exec("ALTER TABLE profile_field_responses RENAME TO away")
	b.Expect("a status of 500")
	b.TabTo(save)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#messages .alert-error[role=alert]')?.textContent.includes('Reference: ')`)
	stays()
	s.Exec("ALTER TABLE away RENAME TO profile_field_responses")

	b.Offline(true)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#messages .alert-error[role=alert]')?.textContent.includes('Check your connection')`)
	stays()
	b.Offline(false)

	b.Type(kb.Enter)
	b.Until(`document.querySelector('#` + pets + ` .field-good')?.textContent.includes('is saved')`)
	answered(s, "pet", "Rūrū")
}
