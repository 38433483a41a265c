package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

const wide, phone = 1440, 360

// peopled is a site with a hundred and more people, one of them with the longest of names.
func peopled(t *testing.T) *webtest.Site {
	t.Helper()
	s := site(t)
	s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
		SELECT gen_random_uuid(), 'person' || i || '@example.org', 'person' || i, 'Tama', 'Number ' || i, '!', now() FROM generate_series(1, 120) i`)
	s.Exec("UPDATE users SET first_name = 'Whakaaropai-Te-Ariki-Tapairu', last_name = 'Hohepa-Ngāti-Whātua-o-Kaipara-Ōrākei' WHERE username = 'kea'")
	return s
}

// opened is a window of the administrator's.
func opened(s *webtest.Site, width int64, path, heading string) *webtest.Tab {
	s.T.Helper()
	b := s.Tab(width)
	b.SignIn("boss")
	b.Open(path)
	at, _, _ := strings.Cut(path, "?")
	b.At(at, heading)
	return b
}

// set gives an input another value, as a person would who replaces it.
func set(b *webtest.Tab, id, value string) {
	webtest.Ask[bool](b, fmt.Sprintf(`(i => { i.value = %q; for (const e of ['input', 'change']) i.dispatchEvent(new Event(e, {bubbles: true})); return true })(document.getElementById(%q))`, value, id))
}

const rows = `document.querySelectorAll('#list-table tbody tr').length`

func TestMouse(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	b := opened(s, wide, people, "People")
	webtest.Ask[bool](b, "window.same = true")
	b.Do(chromedp.Click("#id_q"))
	b.Type("kaipara")
	b.Until(rows + " === 1 && location.search === '?q=kaipara'")
	b.Until("document.activeElement.id === 'id_q' && document.getElementById('live').textContent.endsWith('1 entry')")
	b.Do(chromedp.Click(".chip"))
	b.Until("location.search === ''")
	b.At(people, "People")
	webtest.Ask[bool](b, "window.same = true")
	set(b, "id_is_staff", "1")
	b.Until(rows + " === 1 && location.search === '?is_staff=1' && document.querySelector('.chip').textContent.includes('Staff: Yes')")
	set(b, "id_is_staff", "")
	b.Until(rows + " === 100 && location.search === ''")
	b.Do(chromedp.Click(`thead th:nth-of-type(1) a.sort`))
	b.Until("location.search === '?o=email' && document.querySelector('[aria-sort=ascending]') !== null")
	b.Do(chromedp.Click(`.pager a[rel=next]`))
	b.Until(rows + " === 22 && location.search === '?o=email&p=2' && window.same && !document.querySelector('.htmx-settling')")

	b.Do(chromedp.Click(`[data-pick-all]`))
	b.Until("document.querySelector('.ticked').textContent === '22 ticked'")
	b.Do(chromedp.Click(`#row-` + strconv.Itoa(idOf(s, "person99")) + ` .pick input`))
	b.Until("document.querySelector('.ticked').textContent === '21 ticked'")

	b.Do(chromedp.Click(`#row-` + strconv.Itoa(idOf(s, "person98")) + ` th a`))
	b.At(page(s, "person98", "change"), "Tama Number 98 (person98@example.org)")
	b.Until("!document.querySelector('form.is-changed')")
	set(b, "id_first_name", "Ā")
	b.Until("document.querySelector('form.is-changed .unsaved').checkVisibility()")
	set(b, "id_username", "a b")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.Refused()
	b.Until("document.getElementById('id_first_name').value === 'Ā'")
	set(b, "id_username", "person98")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.At(people, "People")
	b.Until("location.search === '?o=email&p=2' && document.querySelector('#messages').textContent.includes('was saved')")
	if s.Count("SELECT count(*) FROM users WHERE first_name = 'Ā'") != 1 {
		t.Error("the change was not stored")
	}
	b.Open(page(s, "person98", "change"))
	b.Do(chromedp.Click(".save-bar .apart a"))
	b.At(page(s, "person98", "delete"), "Delete this person?")
	b.Do(chromedp.Click(".question form [type=submit]"))
	b.At(people, "People")
	if s.Count("SELECT count(*) FROM users WHERE username = 'person98'") != 0 {
		t.Error("the person is still there")
	}
}

func TestKeyboard(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	b := opened(s, wide, "/admin/", "Kia ora, Hōne")
	b.Type("gp")
	b.At(people, "People")
	b.Type("/")
	b.Type("number 120")
	b.Until(rows + " === 1")
	b.Type(kb.Escape) // takes the word out of the search
	b.Until(rows + " === 100")
	webtest.Ask[bool](b, "document.activeElement.blur(), true")
	b.Type("?")
	b.Until("document.getElementById('keys').open && document.getElementById('keys').textContent.includes('Groups')")
	b.Type(kb.Escape)
	b.Until("!document.getElementById('keys').open")
	b.Type("gg")
	b.At(groups, "Groups")
	b.Type("n")
	b.At(groups+"add/", "Add group")
	b.Type(kb.Tab)
	b.Until("document.activeElement.matches('.skip-link')")
	b.Type(kb.Enter)
	b.Until("document.activeElement.id === 'main'")
	b.Type(kb.Tab)
	b.Type(kb.Tab)
	b.Type(kb.Tab)
	b.Type(kb.Tab)
	b.Until("document.activeElement.id === 'id_name'")
	b.Type("Ngā ētita")
	b.Type(kb.Tab)
	b.Until("document.activeElement.matches('.list-filter')")
	b.Type("export")
	b.Until("[...document.querySelectorAll('.choice')].filter(c => c.checkVisibility()).length === 1")
	b.Type(kb.Tab)
	b.Until("document.activeElement.type === 'checkbox' || document.activeElement.matches('.choices')")
	if !webtest.Ask[bool](b, "document.activeElement.type === 'checkbox'") { // a place that scrolls comes first
		b.Type(kb.Tab)
	}
	b.Type(" ")
	b.Do(chromedp.KeyEvent("s", chromedp.KeyModifiers(2)))
	b.At(groups, "Groups")
	if s.Count(`SELECT count(*) FROM groups g JOIN group_permissions gp ON gp.group_id = g.id JOIN permissions p ON p.id = gp.permission_id
		WHERE g.name = 'Ngā ētita' AND p.codename = 'users.export_user'`) != 1 {
		t.Error("the group was not stored")
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	b := opened(s, wide, addresses+"add/", "Add e-mail address")
	b.Do(chromedp.Click("#id_user"))
	b.Type("Number 12")
	b.Until("document.querySelectorAll('#id_user-list option').length === 3")
	b.Do(chromedp.Click("#id_email"))
	set(b, "id_user", "Tama Number 120 (person120@example.org)")
	set(b, "id_email", "more@example.org")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.At(addresses, "E-mail addresses")
	if s.Count("SELECT count(*) FROM email_addresses WHERE email = 'more@example.org' AND user_id = ?", idOf(s, "person120")) != 1 {
		t.Error("the address was not stored for the person who was chosen")
	}
	v := s.SignedIn("boss")
	v.Send(addresses+"add/", "#record", "user", "Number 1", "email", "x@example.org").Status(http.StatusUnprocessableEntity).
		Has("#id_user-error", "could be several")
	v.Send(addresses+"add/", "#record", "user", "Nobody", "email", "x@example.org").Status(http.StatusUnprocessableEntity).Has("#id_user-error", "Choose one")
}

func TestWithoutScripts(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	b := s.Tab(wide)
	b.SignIn("boss")
	b.WithoutScripts()
	b.Open(people)
	b.At(people, "People")
	b.Do(chromedp.SendKeys("#id_q", "number 11"), chromedp.Click("#list-bar [type=submit]"))
	b.Until("location.search.includes('q=number+11')")
	b.Until(rows + " === 11")
	b.Do(chromedp.Click(`#row-`+strconv.Itoa(idOf(s, "person111"))+` .pick input`), chromedp.SetValue("#id_action", "delete_selected"),
		chromedp.Click("#actions [type=submit]"))
	b.At(people, "Delete this person?")
	b.Do(chromedp.Click(".question form [type=submit]"))
	b.At(people, "People")
	b.Until(rows + " === 10 && document.querySelector('#messages').textContent.includes('1 entry was deleted.')")
	b.Do(chromedp.Click(`#list-table tbody th a`))
	b.Until("document.querySelector('#record') !== null")
	set(b, "id_first_name", "")
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.Until("document.querySelector('.problems li') !== null")
	b.Do(chromedp.SendKeys("#id_first_name", "Hēmi"), chromedp.Click(".save-bar [type=submit]"))
	b.At(people, "People")
	if s.Count("SELECT count(*) FROM users WHERE first_name = 'Hēmi'") != 1 {
		t.Error("the change was not stored")
	}
}

// Every page is fit for everybody: axe-core finds nothing, and nothing reaches beyond the window.
func TestFit(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	buys(s, s.Option(membership.Option{
		Name:        lang.Text{EN: "One year for teachers of te reo Māori in secondary schools of every region", MI: "Kotahi tau mō ngā kaiako reo Māori"},
		Description: lang.Text{EN: "All events.\nAll resources."},
	}, "1234567.89"))
	s.Work()
	if err := s.App.Profile.Sample(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "admin_notes", "Note").Status(http.StatusSeeOther)
	places := map[string]string{
		"/admin/": "Kia ora, Hōne", people: "People", people + "?q=zzz&is_staff=1": "People", people + "add/": "Add person",
		groups: "Groups", groups + "add/": "Add group", addresses: "E-mail addresses", page(s, "kea", "history"): "History",
		page(s, "kea", "delete"): "Delete this person?", "/admin/users/": "People",
		options: "Membership options", options + "add/": "Add membership option", memberships: "Individual memberships",
		fields: "Questions", fields + "add/": "Add question", last(s, fields, "change"): "Size of your pet", fieldGroups: "Groups of questions",
		fieldGroups + "add/": "Add group of questions", memberships + "add/": "Add individual membership", invoices: "Invoices", purchases: "Purchases", organisations: "Organisations", organisations + "add/": "Add organisation",
		last(s, options, "change"): "One year for teachers of te reo Māori in secondary schools of every region", last(s, invoices, "change"): "MOCK-1",
		last(s, memberships, "delete"): "Delete this individual membership?",
		page(s, "kea", "change"):       "Whakaaropai-Te-Ariki-Tapairu Hohepa-Ngāti-Whātua-o-Kaipara-Ōrākei (kea@example.org)",
	}
	for name, look := range map[string]struct {
		width int64
		mode  string
	}{"Light": {wide, "light"}, "Dark": {wide, "dark"}, "Phone": {phone, "light"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.For(t)
			b := opened(s, look.width, "/admin/", "Kia ora, Hōne")
			webtest.Ask[bool](b, `localStorage.setItem('mode', '`+look.mode+`'), true`)
			for path, heading := range places {
				fits(t, b, path, heading, look.mode)
			}
		})
	}
}

// fits opens a page and fails the test unless it is fit for everybody, and so is its form once it is refused.
func fits(t *testing.T, b *webtest.Tab, path, heading, mode string) {
	t.Helper()
	b.Open(path)
	at, _, _ := strings.Cut(path, "?")
	b.At(at, heading)
	b.Until(`document.documentElement.dataset.bsTheme === '` + mode + `'`)
	fit(t, b, path)
	if !webtest.Ask[bool](b, `document.querySelector('#record') !== null && /\/(add|new)\/$/.test(location.pathname)`) {
		return
	}
	b.Do(chromedp.Click(".save-bar [type=submit]"))
	b.Until("document.querySelector('.problems') !== null")
	fit(t, b, path+", refused")
	webtest.Ask[bool](b, `document.querySelector('#record').remove(), true`) // no question on leaving
}

// fit fails the test where axe-core finds something on the open page, or something reaches beyond the window.
func fit(t *testing.T, b *webtest.Tab, page string) {
	t.Helper()
	if found := b.Violations(); found != "" {
		t.Errorf("%s: %s", page, found)
	}
	if found := b.TooWide(); found != "" {
		t.Errorf("%s: %s", page, found)
	}
}

// A list whose answer is an error keeps its rows, and the page says why.
func TestListFails(t *testing.T) {
	t.Parallel()
	s := peopled(t)
	b := opened(s, wide, people, "People")
	b.Expect("a status of 500")
	s.Exec("ALTER TABLE users RENAME COLUMN search TO away")
	b.Do(chromedp.Click("#id_q"))
	b.Type("kaipara")
	b.Until("document.querySelector('#messages .alert-error')?.textContent.includes('Reference: ')")
	if n := webtest.Ask[int](b, rows); n != 100 {
		t.Errorf("a search that fails leaves %d rows, want the 100 that were there", n)
	}
}
