package accounts_test

import (
	"net/http"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// ticked are the rules that show as kept, by the beginnings of their texts.
func ticked(b *webtest.Tab) string {
	return webtest.Ask[string](b, `[...document.querySelectorAll('.rules li')].filter(li => li.matches('.is-kept') &&
		li.querySelector('svg').checkVisibility() && li.textContent.includes('(done)') && !li.querySelector('[data-kept]').hidden)
		.map(li => li.dataset.rule).join(' ')`)
}

// TestRulesInBrowser: the rules of a password are ticked while somebody types, as the server would decide, and nothing is
// sent for it.
func TestRulesInBrowser(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("jordan.lee")
	b := s.Tab(wide)
	requests := func() int { return webtest.Ask[int](b, `performance.getEntriesByType('resource').length`) }
	try := func(password, want string) {
		t.Helper()
		webtest.Ask[bool](b, `document.getElementById('id_password1').select(), true`)
		b.Type(kb.Backspace + password)
		if got := ticked(b); got != want {
			t.Errorf("of %q are ticked %q, want %q", password, got, want)
		}
	}
	b.Open(signUp)
	b.TabTo("#id_password1")
	before := requests()
	try("", "")
	try("a", "digits")
	try("1234567", "")
	try("12345678", "length")
	try("correct horse", "length digits") // nothing is known to compare with yet
	b.TabTo("#id_email")
	b.Type("jordan.lee@example.org")
	if got := ticked(b); got != "length digits similar" {
		t.Errorf("with an address are ticked %q, want all three", got)
	}
	b.TabTo("#id_password1")
	try("jordanlee1", "length digits")
	try("correct-horse-9", "length digits similar")
	b.TabTo("#id_last_name")
	b.Type("Correct-Horse")
	if got := ticked(b); got != "length digits" {
		t.Errorf("with such a name are ticked %q, want length and digits", got)
	}
	if n := requests() - before; n != 0 {
		t.Errorf("typing sent %d requests, want none", n)
	}
	if found := b.Violations(); found != "" {
		t.Errorf("with ticks axe-core finds %s", found)
	}

	b.SignIn("jordan.lee") // whose names the page knows
	b.Open(changing)
	b.TabTo("#id_password1")
	try("jordanlee1", "length digits")
	try("correct-horse-9", "length digits similar")
	b.Resize(phone)
	if reaching := b.TooWide(); reaching != "" {
		t.Errorf("wider than a phone: %s", reaching)
	}
}

// TestRules: without scripts the rules are a list, and on no page names of somebody else are in it.
func TestRules(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	for _, text := range []string{"at least 8 characters", "digits only", "common", "similar to your name"} {
		s.Visitor().Get(signUp).Has("#id_password1-rules li", text).Has(`#id_password1[aria-describedby~="id_password1-rules"]`, "")
		s.SignedIn("kea").Get(changing).Has("#id_password1-rules li", text)
	}
	s.Visitor().Get(signUp).Status(http.StatusOK).Has(`#id_password1-rules[data-about=""]`, "")
}
