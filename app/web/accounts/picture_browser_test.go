package accounts_test

import (
	"image/color"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// TestPictureInBrowser: the picture is chosen, sent and seen, which the content policy has to allow.
func TestPictureInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := withPictures(t)
			dir := t.TempDir()
			wrong, right := filepath.Join(dir, "notes.png"), filepath.Join(dir, "Mere Kahu, Ōtepoti.png")
			for path, data := range map[string][]byte{wrong: []byte("notes"), right: photo(t, 300, 200, color.Black)} {
				if err := os.WriteFile(path, data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			b := s.Tab(wide)
			b.SignIn("kea")
			if !scripts {
				b.WithoutScripts()
			}
			b.Open(ownPage)
			b.At(ownPage, "Mere Kahu")
			b.Resize(phone) // the menu's button is on the way
			b.TabTo(`a[href="/en/users/~update/"]`)
			b.Type(kb.Enter)
			b.At(update, "Update your account")
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
			look("the form")
			// What was chosen is seen before it is sent, in the middle of a square.
			const preview = `document.querySelector('#id_profile_picture + canvas')`
			if scripts {
				b.Do(chromedp.SetUploadFiles("#id_profile_picture", []string{right}))
				b.Until(preview + `?.getAttribute('aria-label') === 'The picture that you have chosen'`)
				if !webtest.Ask[bool](b, `new Uint32Array(`+preview+`.getContext('2d').getImageData(0, 0, 200, 200).data.buffer).every(p => p === 0xff000000)`) {
					t.Error("the preview is not the black picture from edge to edge")
				}
				look("the form with a picture")
			}
			b.Do(chromedp.SetUploadFiles("#id_profile_picture", []string{wrong}))
			if scripts {
				b.Until("!" + preview)
			}
			b.TabTo("#profile [type=submit]")
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#id_profile_picture-error')?.textContent.includes('Upload a valid image')`)
			look("the refused form")
			b.Do(chromedp.SetUploadFiles("#id_profile_picture", []string{right}))
			if scripts {
				b.Until("!!" + preview) // what comes late moves the button that is clicked
			}
			b.Do(chromedp.Click("#profile [type=submit]"))
			b.At(ownPage, "Mere Kahu")
			b.Until(`document.querySelector('main .avatar img')?.naturalWidth === 800`)
			look("the page with the picture")
		})
	}
}
