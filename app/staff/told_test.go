package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// TestAllProblemsAtOnce: a refused field keeps nobody from hearing what is wrong with the others, and with the record.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	s := site(t)
	v := s.SignedIn("boss")
	taken := []string{"email", "KEA@example.org", "username", "Kea", "first_name", "", "last_name", "Tūī", "password1", "short", "password2", "short"}
	for _, add := range []string{people + "add/", users + "new/"} {
		v.Send(add, "#record", taken...).Status(http.StatusUnprocessableEntity).Has("#id_email-error", "Another account has this e-mail address").
			Has("#id_username-error", "uses this username already").Has("#id_first_name-error", "").Has("#id_password1-error", "8 characters")
	}
	for _, change := range []string{page(s, "kea", "change"), userPage(s, "kea")} {
		v.Send(change, "#record", "username", "BOSS", "last_name", "", "password1", "12345678901", "password2", "").Status(http.StatusUnprocessableEntity).
			Has("#id_username-error", "uses this username already").Has("#id_last_name-error", "").Has("#id_password1-error", "digits").Has("#id_password2-error", "second time")
	}
	s.Group("Pets", 1)
	v.Send(fields+"add/", "#record", "field_key", "9lives", "group", "1", "field_type", "SELECT").Status(http.StatusUnprocessableEntity).
		Has("#id_field_key-error", "").Has("#id_label_translations-error, #id_label_translations_en-error", "").Has("#id_options-error", "Enter the choices")
	s.Term("privacy")
	v.Send(legalTexts+"add/", "#record", "key", "privacy", "name_en", "").Status(http.StatusUnprocessableEntity).
		Has("#id_key-error", "this key already").Has("#id_name_en-error", "")
}

// TestOwnPasswordByStaff: who chooses a new password for themselves in the administration stays signed in there.
func TestOwnPasswordByStaff(t *testing.T) {
	t.Parallel()
	s := site(t)
	v, elsewhere := s.SignedIn("boss"), s.SignedIn("boss")
	v.Send(page(s, "boss", "change"), "#record", "password1", fresh, "password2", fresh).Status(http.StatusSeeOther)
	v.Get(people).Status(http.StatusOK).Has("#messages", "was saved")
	elsewhere.Get(people).Status(http.StatusFound)
}

// TestNamelessStaff: history says who did something also where an account has no name.
func TestNamelessStaff(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Exec("UPDATE users SET first_name = '', last_name = '' WHERE username = 'boss'")
	v := s.SignedIn("boss")
	v.Send(page(s, "kea", "change"), "#record", "first_name", "Ana").Status(http.StatusSeeOther)
	if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE user_name = 'boss'"); n != 1 {
		t.Errorf("%d entries name who changed the record, want 1", n)
	}
	v.Get("/admin/").Has("h1", "boss")
}

// TestFilterOfTooMany: of more organisations than a list can offer, a link still narrows to one, and says to which.
func TestFilterOfTooMany(t *testing.T) {
	t.Parallel()
	s := site(t)
	v := s.SignedIn("boss")
	s.Organisation("Te Kura o Ōtepoti", "kea")
	one := belongings + "?organisation=1"
	v.Get(one).Status(http.StatusOK).Has("#list-bar option[selected]", "Te Kura o Ōtepoti").Has(".chip", "Te Kura o Ōtepoti").Lacks("#list > input[name=organisation]")
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		SELECT 'Kura ' || i, '1', 'office@kura.example', 'Hine', '1', 'Taupō', '1' FROM generate_series(1, 500) i`)
	v.Get(one).Status(http.StatusOK).Lacks("#list-bar [name=organisation]").Has(".chip", "Te Kura o Ōtepoti").Has("#list > input[name=organisation][value='1']", "").
		Has("tbody tr", "kea@example.org")
	v.Get(belongings+"?organisation=2").Has(".chip", "Kura 1").Lacks("#list-table tbody tr")
}

// TestErasedAreNamed: lists say that somebody was erased instead of the address that stands for the person.
func TestErasedAreNamed(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.Work()
	s.TermVersion("privacy", "1.0", 0)
	s.Exec("INSERT INTO term_acceptances (user_id, term_version_id, accepted_at, ip_address, user_agent, source) SELECT id, 1, now(), '192.0.2.1', '', 'web' FROM users WHERE username = 'kea'")
	v := s.SignedIn("boss")
	for _, list := range []string{memberships, invoices, purchases, agreed} {
		v.Get(list).Has("#list-table tbody", "Mere Kahu")
	}
	erased(v, s, "kea").Status(http.StatusSeeOther)
	for list, record := range map[string]string{memberships: "", invoices: last(s, invoices, "change"), purchases: last(s, purchases, "change"), agreed: agreed + "1/change/"} {
		for _, shown := range []string{list, record} {
			if shown == "" {
				continue
			}
			got := v.Get(shown).Status(http.StatusOK).Has("main", "Erased person")
			if text := got.Document().Find("main").Text(); strings.Contains(text, "(erased-") {
				t.Errorf("GET %s names the person by the address that stands for them:\n%s", shown, text)
			}
		}
	}
	letter := s.Mails("kea@example.org")[0]
	for _, part := range []string{letter.Text, letter.HTML} {
		for _, told := range []string{"your name, username, e-mail addresses", "invoices, and the dates and amounts", "because the law asks", "which terms were accepted"} {
			if !strings.Contains(strings.Join(strings.Fields(part), " "), told) {
				t.Errorf("the last letter does not say %q:\n%s", told, part)
			}
		}
	}
	number := ""
	s.Row(&number, "SELECT invoice_number FROM invoices")
	v.Get("/billing/invoice/"+number+"/detail/").Status(http.StatusOK).Has("main", "Erased person")
}

// TestOldPasswordPage: the address of a page that other programs of this kind have leads to where passwords are chosen.
func TestOldPasswordPage(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.SignedIn("boss").Get(page(s, "kea", "password")).Status(http.StatusFound).To(page(s, "kea", "change") + "#id_password1")
	s.SignedIn("boss").Get(groups + "1/password/").Status(http.StatusNotFound)
	s.Clerk("blind")
	s.SignedIn("blind").Get(page(s, "kea", "password")).Status(http.StatusForbidden)
}

// TestListSavesInPlace: what is changed in a list is stored without another page; what is refused stays beside its row.
func TestListSavesInPlace(t *testing.T) {
	t.Parallel()
	s := site(t)
	for i := range 3 {
		s.Ask(profile.Question{Key: "q" + strconv.Itoa(i), Type: profile.Text})
	}
	b := opened(s, wide, fields, "Questions")
	webtest.Ask[bool](b, "window.same = true")
	first := s.Count("SELECT min(id) FROM profile_fields")
	order := fmt.Sprintf("id_row-%d.order", first)
	set(b, order, "99999999999")
	b.Do(chromedp.Click("#edits [type=submit]"))
	b.Until(fmt.Sprintf("window.same && document.getElementById('%s-error') !== null && document.getElementById('%s').value === '99999999999'", order, order))
	set(b, order, "7")
	b.Do(chromedp.Click("#edits [type=submit]"))
	b.Until(`window.same && document.querySelector('#messages .alert-success')?.textContent.includes('1 entry was changed')`)
	if n := s.Count(`SELECT "order" FROM profile_fields WHERE id = ?`, first); n != 7 {
		t.Errorf("the order is %d, want 7", n)
	}
	b.Do(chromedp.Click("#edits [type=submit]"))
	b.Until(`window.same && document.querySelector('#messages .alert-info')?.textContent.includes('Nothing was changed.')`)
	if got := webtest.Ask[string](b, "location.pathname + location.search"); got != fields {
		t.Errorf("the address is %s, want %s", got, fields)
	}
	if found := b.Violations(); found != "" {
		t.Errorf("after saving axe-core finds %s", found)
	}
}
