package accounts_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// TestOwnDataInBrowser asks for the file, asks to be erased and takes it back, by keyboard.
func TestOwnDataInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t, webtest.Store(t)...)
			s.Person("kea")
			s.Staff("boss")
			b := s.Tab(phone)
			b.SignIn("kea")
			if !scripts {
				b.WithoutScripts()
			}
			look := func(page string) {
				t.Helper()
				for _, width := range []int64{390, wide} {
					b.Resize(width)
					if reaching := b.TooWide(); reaching != "" {
						t.Errorf("%s is wider than %d: %s", page, width, reaching)
					}
				}
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
			b.Open(ownPage)
			press(`a[href="/en/users/~data/"]`)
			b.At(dataPath, "Your data")
			look("the page")
			press(`form:has(input[value=export]) button`)
			b.Until(`document.querySelector('main')?.textContent.includes('in preparation since')`)
			look("the page while a file is made")
			s.Work()
			b.Open(dataPath)
			b.Until(`document.querySelector('main a[href="/en/users/~data/file/"]') !== null`)
			look("the page with a file")
			press(`a[href="/en/users/~data/?about=erasure"]`)
			b.At(dataPath, "Ask to be erased?")
			look("the question")
			press(`form:has(input[value=erase]) button`)
			b.At(dataPath, "Your data")
			b.Until(`document.querySelector('main')?.textContent.includes('You asked to be erased on')`)
			look("the page of somebody who asked")
			press(`form:has(input[value=keep]) button`)
			b.Until(`document.querySelector('#messages')?.textContent.includes('Your account stays')`)
			if n := s.Count("SELECT count(*) FROM users WHERE erasure_requested_at IS NOT NULL"); n != 0 {
				t.Error("the wish was not taken back")
			}
		})
	}
}
