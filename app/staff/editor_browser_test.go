package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/web/webtest"
)

// looked is a site with much to show in its editor: long names, deep pages, rights at several places, texts that people
// have accepted and others.
func looked(t *testing.T) (s *webtest.Site, places map[string]string) {
	t.Helper()
	s = peopled(t)
	pagesBelow(s, "en", "about", "te-whakahaere-o-te-roopu-me-nga-kaiako-katoa-o-aotearoa", "nga-tikanga-me-nga-whakaritenga-mo-nga-mema-hou")
	const name = "Ngā-kaiwhakahaere-o-te-paetukutuku-me-ngā-pānui-ōkawa-katoa"
	v := s.SignedIn("boss")
	v.Send(teams+"new/", "#record", "name", name, "permissions", "cms.access").Status(http.StatusSeeOther)
	team := teamPage(s, name)
	for _, path := range []string{"/", "/en/about/", "/en/about/te-whakahaere-o-te-roopu-me-nga-kaiako-katoa-o-aotearoa/nga-tikanga-me-nga-whakaritenga-mo-nga-mema-hou/"} {
		v.Send(team, "#record", "pages.new1.page", pageID(s, path), "pages.new1.rights", "change").Status(http.StatusSeeOther)
	}
	v.Send(team, "#record", "collections.new1.collection", strconv.Itoa(s.Count("SELECT id FROM collections")), "collections.new1.rights", "add_image").Status(http.StatusSeeOther)
	v.Send(userPage(s, "person1"), "#record", "groups", strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = ?", name)), "email", "rangatira@example.org").Status(http.StatusSeeOther)
	accepted, free := s.TermVersion("privacy", "1.0", -2*time.Hour), s.TermVersion("privacy", "1.1", time.Hour)
	s.Exec("UPDATE term_versions SET content_en = content_en || '<h2>Birds</h2><p>See <a href=\"https://example.org/birds\">all birds</a>.</p>', content_mi = '<p>Ngā manu</p>'")
	agree(s, "kea", "10.9.8.7", accepted)
	version := func(id int64, act string) string { return fmt.Sprintf("%s%d/%s", versions, id, act) }
	text := fmt.Sprintf("%s%d/", texts, s.Term("privacy"))
	helper(s, "tui", "users.view_user", "auth.view_group", "terms.view_termversion")
	helper(s, "ruru")
	return s, map[string]string{
		"/cms/": "Kia ora, Hōne", "/cms/settings/": "Settings", "/cms/snippets/": "Snippets",
		users: "Users", users + "?p=3": "Users", users + "?q=zzz&is_superuser=1": "Users", users + "new/": "Add user",
		userPage(s, "kea"):                  "Whakaaropai-Te-Ariki-Tapairu Hohepa-Ngāti-Whātua-o-Kaipara-Ōrākei (kea@example.org)",
		userPage(s, "kea") + "delete/":      "Delete this user?",
		userPage(s, "person1"):              "Tama Number 1 (rangatira@example.org)",
		userPage(s, "person1") + "history/": "History",
		teams:                               "Groups", teams + "new/": "Add group", team: name, team + "history/": "History", team + "delete/": "Delete this group?",
		texts: "Terms", texts + "new/": "Add term", text: "Text privacy", text + "history/": "History", text + "delete/": "Delete this term?",
		versions: "Term versions", versions + "new/": "Add term version", version(accepted, ""): "Text privacy v1.0", version(free, ""): "Text privacy v1.1",
		version(accepted, "delete/"): "Delete this term version?", version(free, "delete/"): "Delete this term version?",
	}
}

// Every page of the editor is fit for everybody, as TestFit has it, also to people who may only look or have nothing to do there.
func TestEditorFit(t *testing.T) {
	t.Parallel()
	s, places := looked(t)
	looking := map[string]string{
		userPage(s, "kea"): places[userPage(s, "kea")], fmt.Sprintf("%s%d/", versions, s.Count("SELECT max(id) FROM term_versions")): "Text privacy v1.1",
		teamPage(s, "Moderators"): "Moderators",
	}
	for name, look := range map[string]struct {
		width int64
		mode  string
	}{"Light": {wide, "light"}, "Dark": {wide, "dark"}, "Phone": {phone, "light"}, "DarkPhone": {phone, "dark"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := s.For(t)
			b := s.Tab(look.width)
			b.SignIn("boss")
			b.Open("/cms/")
			webtest.Ask[bool](b, `localStorage.setItem('mode', '`+look.mode+`'), true`)
			for path, heading := range places {
				fits(t, b, path, heading, look.mode)
			}
			b.Open(users + "?q=number+77")
			b.Until(rows + " === 1")
			b.Do(chromedp.Click("#list-table tbody .pick input"), chromedp.SetValue("#id_action", "assign_group"), chromedp.Click("#actions [type=submit]"))
			b.At(users, "Put into a group")
			fit(t, b, "the question which group")
			b.Do(chromedp.Click(".question form [type=submit]"))
			b.Until("document.querySelector('.problems') !== null")
			fit(t, b, "the question which group, refused")
			b.SignIn("tui")
			for path, heading := range looking {
				fits(t, b, path, heading, look.mode)
			}
			b.SignIn("ruru")
			b.Open("/cms/")
			b.Until(`document.querySelector('main').textContent.includes('Ask an administrator')`)
			fit(t, b, "the editor of somebody without permissions")
		})
	}
}

// TestEditorJourney is the way of a new colleague: an administrator makes a group that may change a branch of the website
// and see who comes in, and adds somebody to it, who follows the letter's link, chooses a password, signs in, and goes from
// the dashboard into the editor.
func TestEditorJourney(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"Keyboard": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := peopled(t)
			pagesBelow(s, "en", "about", "news")
			s.Exec("UPDATE pages SET draft_title = 'Mō mātou' WHERE url_path = '/en/about/'")
			w := newcomer{s, s.Tab(wide), scripts}
			w.SignIn("boss")
			if !scripts {
				w.WithoutScripts()
			}
			w.makeGroup()
			w.addUser()
			colleague := newcomer{s, s.Tab(wide), scripts}
			if !scripts {
				colleague.WithoutScripts()
			}
			colleague.comeIn()
		})
	}
}

// newcomer is a window in which everything is done by keyboard.
type newcomer struct {
	site *webtest.Site
	*webtest.Tab
	scripts bool
}

func (w newcomer) press(selector string) {
	w.site.T.Helper()
	w.TabTo(selector)
	w.Type(kb.Enter)
}

func (w newcomer) fill(selector, text string) {
	w.site.T.Helper()
	w.TabTo(selector)
	w.Type(text)
}

func (w newcomer) tick(selector string) { w.fill(selector, " ") }

// list opens a list of the editor and its form for a new record.
func (w newcomer) list(letter, path, heading, add string) {
	w.site.T.Helper()
	w.Open("/cms/")
	w.At("/cms/", "Kia ora, Hōne")
	if w.scripts {
		w.Type("g" + letter)
	} else {
		w.press(`main a[href="` + path + `"]`)
	}
	w.At(path, heading)
	if w.scripts {
		w.Type("n")
	} else {
		w.press(`main a[href="` + path + `new/"]`)
	}
	w.At(path+"new/", add)
}

func (w newcomer) save() {
	w.site.T.Helper()
	if w.scripts {
		w.Do(chromedp.KeyEvent("s", chromedp.KeyModifiers(2)))
	} else {
		w.press(".save-bar [type=submit]")
	}
}

func (w newcomer) makeGroup() {
	s := w.site
	s.T.Helper()
	w.list("g", teams, "Groups", "Add group")
	w.fill("#id_name", "Ngā kaituhi")
	w.tick(`[value="cms.access"]`)
	w.tick(`[value="users.view_user"]`)
	w.save()
	w.Until(`document.querySelector('h1').textContent.trim() === 'Ngā kaituhi'`)
	team := teamPage(s, "Ngā kaituhi")
	w.At(team, "Ngā kaituhi")
	w.fill(`[name="pages.new1.page"]`, "matou")
	if w.scripts {
		w.Until(`document.getElementById('id_pages.new1.page-list').options.length === 1`)
		// Without a screen Chromium opens no list to choose from, so the suggestion is typed as it stands there.
		w.Type(strings.Repeat(kb.Backspace, len("matou")) + webtest.Ask[string](w.Tab, `document.getElementById('id_pages.new1.page-list').options[0].value`))
		w.Until(`document.activeElement.value === 'Mō mātou (/en/about/)'`)
	}
	w.tick(`[name="pages.new1.rights"][value="change"]`)
	w.save()
	w.At(teams, "Groups")
	if s.Count(`SELECT count(*) FROM group_page_permissions gp JOIN pages p ON p.id = gp.page_id JOIN groups g ON g.id = gp.group_id
		WHERE g.name = 'Ngā kaituhi' AND p.url_path = '/en/about/' AND gp.can_change AND NOT gp.can_publish`) != 1 {
		s.T.Error("the group has no right at the page that was chosen")
	}
}

func (w newcomer) addUser() {
	s := w.site
	s.T.Helper()
	w.list("u", users, "Users", "Add user")
	w.fill("#id_username", "tui")
	w.fill("#id_email", "tui@example.org")
	w.fill("#id_first_name", "Hēmi")
	w.fill("#id_last_name", "Tūī")
	w.tick(`[name=groups][value="` + strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Ngā kaituhi'")) + `"]`)
	w.save()
	w.At(users, "Users")
}

// comeIn is the way of the one who was added.
func (w newcomer) comeIn() {
	s := w.site
	s.T.Helper()
	s.Work()
	mails := s.Mails("tui@example.org")
	if len(mails) != 1 {
		s.T.Fatalf("%d letters to the new colleague, want 1", len(mails))
	}
	w.Open(chooseLink.FindString(mails[0].Text))
	w.Until(`location.pathname.endsWith('-set-password/') && document.readyState === 'complete'`)
	w.fill("#id_password1", "Kereru-42-flies")
	w.fill("#id_password2", "Kereru-42-flies"+kb.Enter)
	w.Until(`location.pathname.endsWith('/done/') && document.readyState === 'complete'`)
	w.press(`main a[href="/en/accounts/login/"]`)
	w.At("/en/accounts/login/", "Sign in")
	w.fill("#id_login", "tui@example.org")
	w.fill("#id_password", "Kereru-42-flies"+kb.Enter)
	w.At("/en/users/tui/", "Hēmi Tūī")
	w.press(`main a[href="/cms/"]`)
	w.At("/cms/", "Kia ora, Hēmi")
	w.press(`main a[href="` + users + `"]`)
	w.At(users, "Users")
	if found := webtest.Ask[int](w.Tab, `document.querySelectorAll('main a[href$="/new/"], #actions').length`); found != 0 {
		s.T.Errorf("%d ways to change users, want none: the group may only see them", found)
	}
}
