package accounts_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/dev/inbox"
	"ams/app/web/webtest"
)

// holds fails the test unless a mail says all of this and leads there, in both parts. Of the HTML only what is shown
// counts, without the preview of lists.
func holds(t *testing.T, mail inbox.Entry, link string, texts ...string) {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(mail.HTML))
	if err != nil {
		t.Fatal(err)
	}
	shown := flat(doc.Find("[role=article] td").Text())
	for _, text := range texts {
		if !strings.Contains(flat(mail.Text), text) || !strings.Contains(shown, text) {
			t.Errorf("the mail %q does not say %q in both parts:\n%s\n%s", mail.Subject, text, mail.Text, shown)
		}
	}
	if n := doc.Find(`td a[href="` + link + `"]`).Length(); n != 2 || !strings.Contains(mail.Text, "\n"+link+"\n") {
		t.Errorf("the mail %q has %d links to %s, want a button and the address beneath it, and in the text:\n%s", mail.Subject, n, link, mail.Text)
	}
}

func TestReadyLetter(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, webtest.Store(t)...)
	s.Person("kea")
	order(s.SignedIn("kea"))
	mails := s.Mails(keaMail)
	if len(mails) != 1 {
		t.Fatalf("%d mails, want that the file is ready", len(mails))
	}
	holds(t, mails[0], "http://ams.com/en/users/~data/", "Hello Mere Kahu,", "is ready. You can fetch it for 7 days. After that it is deleted.")
}

func TestErasureLetter(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff("boss")
	s.Person("kea")
	s.SignedIn("kea").Post(dataPath, "action", "erase").Status(http.StatusSeeOther)
	mails := s.Mails(webtest.Address("boss"))
	if len(mails) != 1 {
		t.Fatalf("staff got %d mails, want 1", len(mails))
	}
	record := fmt.Sprintf("http://ams.com/admin/users/user/%d/change/", s.Count("SELECT id FROM users WHERE username = 'kea'"))
	holds(t, mails[0], record, "Mere Kahu", keaMail, "3 March 2027")
}

// A site that nobody has named signs as the English one does, before it signs with a domain.
func TestLetterNameOfEnglishSite(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Exec("UPDATE users SET language = 'mi'")
	const name = "UPDATE association_settings SET association_short_name = ?, association_long_name = ? WHERE site_id = (SELECT site_id FROM site_settings WHERE language = ?)"
	s.Exec(name, "NZ Birds", "Birds of New Zealand", "en")
	s.Exec(name, "", " ", "mi")
	forget(s, keaMail)
	told(s, keaMail, "Kōwhiria he kupuhipa hou", "mō tō pūkete i NZ Birds.")
}
