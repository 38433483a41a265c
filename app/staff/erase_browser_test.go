package staff_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// TestErasingInBrowser erases a person by keyboard, mistyping the name first.
func TestErasingInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			invoiced(s, "kea")
			b := s.Tab(1280)
			b.SignIn("boss")
			if !scripts {
				b.WithoutScripts()
			}
			look := func(page string) {
				t.Helper()
				if reaching := b.TooWide(); reaching != "" {
					t.Errorf("%s is too wide: %s", page, reaching)
				}
				if !scripts { // axe-core is one
					return
				}
				b.Resize(390)
				if reaching := b.TooWide(); reaching != "" {
					t.Errorf("%s is wider than a phone: %s", page, reaching)
				}
				b.Resize(1280)
				if found := b.Violations(); found != "" {
					t.Errorf("%s: axe-core finds %s", page, found)
				}
			}
			record, question := page(s, "kea", "change"), page(s, "kea", "erase")
			const erasedTitle = "Erased person"
			b.Open(record)
			look("the record")
			b.TabTo(`form[action="` + question + `"] button`)
			b.Type(kb.Enter)
			b.At(question, "Erase this person")
			look("the question")
			b.TabTo("#id_typed")
			b.Type("Kea" + kb.Enter)
			b.Until(`document.querySelector('#id_typed-error')?.textContent.includes('Type kea exactly')`)
			look("the refused question")
			b.TabTo("#id_typed")
			b.Type(kb.End + kb.Backspace + kb.Backspace + kb.Backspace + "kea" + kb.Enter)
			b.At(record, erasedTitle)
			b.Until(`document.querySelector('#messages')?.textContent.includes('The person was erased.')`)
			look("the record of an erased person")
		})
	}
}
