package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"ams/app/web/webtest"
)

func teamPage(s *webtest.Site, name string) string {
	s.T.Helper()
	return teams + strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = ?", name)) + "/"
}

// pageID is a page's, by its address.
func pageID(s *webtest.Site, path string) string {
	s.T.Helper()
	return strconv.Itoa(s.Count("SELECT id FROM pages WHERE url_path = ?", path))
}

// pagesBelow makes pages that are not live, one below the other, from the root of the tree on.
func pagesBelow(s *webtest.Site, slugs ...string) {
	s.T.Helper()
	path := "/"
	for depth, slug := range slugs {
		kind, at := "content", path
		path += slug + "/"
		if depth == 0 {
			kind = "home"
		}
		if s.Count("SELECT count(*) FROM pages WHERE url_path = ?", path) > 0 {
			continue
		}
		s.Exec(`INSERT INTO pages (page_type, parent_id, position, depth, url_path, locale_id, draft_content, draft_title, title, slug, visibility, is_structure_only)
			SELECT ?0, id, 1 + (SELECT count(*) FROM pages c WHERE c.parent_id = p.id), depth + 1, ?1, locale_id, '{}', initcap(?2), initcap(?2), ?2,
			       CASE WHEN ?0 = 'content' THEN 'public' END, CASE WHEN ?0 = 'content' THEN false END FROM pages p WHERE url_path = ?3`, kind, path, slug, at)
	}
}

func TestEditorGroups(t *testing.T) {
	t.Parallel()
	t.Run("The shipped groups hold what they are for, and it can be seen", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		for name, publishes := range map[string]bool{"Editors": false, "Moderators": true} {
			doc := v.Get(teamPage(s, name)).Status(http.StatusOK).Document()
			held := strings.Join(doc.Find("#record input[type=checkbox][checked]").Map(func(_ int, c *goquery.Selection) string { return c.AttrOr("value", "") }), " ")
			want := "cms.access add change add_image change_image choose_image add_document change_document choose_document"
			if publishes {
				want = "cms.access add change publish lock unlock add_image change_image choose_image add_document change_document choose_document"
			}
			if held != want {
				t.Errorf("%s hold %q, want %q", name, held, want)
			}
		}
	})
	t.Run("Rights on branches are given, changed and taken, with the history", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		pagesBelow(s, "en", "about", "team")
		v := s.SignedIn("boss")
		v.Send(teams+"new/", "#record", "name", "About", "permissions", "cms.access").Status(http.StatusSeeOther).To(teamPage(s, "About"))
		team := teamPage(s, "About")
		about, root := pageID(s, "/en/about/"), pageID(s, "/")
		v.Send(team, "#record", "pages.new1.page", about, "pages.new1.rights", "change", "pages.new1.rights", "publish", "_continue", "1").Status(http.StatusSeeOther).To(team)
		if s.Count("SELECT count(*) FROM group_page_permissions WHERE page_id = ? AND can_change AND can_publish AND NOT can_add AND NOT can_lock", about) != 1 {
			t.Fatal("the rights were not stored")
		}
		row := "pages." + strconv.Itoa(s.Count("SELECT id FROM group_page_permissions WHERE page_id = ?", about)) + "."
		v.Get(team).Has("#inline-pages ~ table, .inline", "/en/about/").Lacks("[name='" + row + "page']")
		again := v.Send(team, "#record", "pages.new1.page", about, "pages.new1.rights", "add").Status(http.StatusUnprocessableEntity)
		again.Has("#record", "has rights at this page already")
		v.Send(team, "#record", "pages.new1.page", root, "pages.new1.rights", webtest.Leave).Status(http.StatusUnprocessableEntity).Has("#record", "Tick at least one right")
		v.Send(team, "#record", "pages.new1.rights", "add").Status(http.StatusUnprocessableEntity).Has("#record", "Fill in “Page and all below it”")
		v.Send(team, "#record", "pages.new1.page", "999999", "pages.new1.rights", "add").Status(http.StatusUnprocessableEntity)
		v.Send(team, "#record", "pages.new1.page", root, "pages.new1.rights", "fly").Status(http.StatusUnprocessableEntity)
		v.Send(team, "#record", row+"rights", "lock").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM group_page_permissions WHERE can_lock AND NOT can_change AND page_id = ?", about) != 1 {
			t.Error("the rights were not changed")
		}
		collection := strconv.Itoa(s.Count("SELECT id FROM collections"))
		v.Send(team, "#record", "collections.new1.collection", collection, "collections.new1.rights", "choose_image", "collections.new1.rights", "delete_collection").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM group_collection_permissions gc JOIN groups g ON g.id = gc.group_id WHERE g.name = 'About' AND choose_image AND delete_collection AND NOT add_image") != 1 {
			t.Error("the rights in a collection were not stored")
		}
		s.SignedIn("boss").Get(strings.Replace(team, teams, groups, 1)+"history/").Has("main", "/en/about/: Rights").Has("main", "Collections: Delete")
		v.Get(team+"history/").Has("main", "/en/about/: Rights").Has("main", "Lock").Has("main", "Images: Choose, Collections: Delete")
		v.Send(team, "#record", row+"DELETE", "on").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM group_page_permissions WHERE page_id = ?", about) != 0 {
			t.Error("the rights were not taken")
		}
		v.Post(team+"delete/", "post", "yes").Status(http.StatusSeeOther).To(teams)
		if s.Count("SELECT count(*) FROM group_collection_permissions WHERE add_image") != 2 || s.Count("SELECT count(*) FROM groups WHERE name = 'About'") != 0 {
			t.Error("not just this group and its rights are gone")
		}
	})
	t.Run("Permissions of other areas stay", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(groups+"add/", "#record", "name", "Treasurers", "permissions", "billing.view_invoice", "permissions", "users.view_user").Status(http.StatusSeeOther)
		v.Get(teamPage(s, "Treasurers")).Status(http.StatusOK).Lacks("input[value='billing.view_invoice']").Has("main", "stay as they are")
		v.Send(teamPage(s, "Treasurers"), "#record", "permissions", "cms.access").Status(http.StatusSeeOther)
		const held = `SELECT count(*) FROM group_permissions gp JOIN permissions p ON p.id = gp.permission_id JOIN groups g ON g.id = gp.group_id WHERE g.name = 'Treasurers'`
		if s.Count(held+" AND p.codename IN ('billing.view_invoice', 'cms.access')") != 2 || s.Count(held) != 2 {
			t.Error("the group does not hold what the administration gave and what the editor gave instead")
		}
	})
	t.Run("H-19 rights are given by those alone who hold them there", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		pagesBelow(s, "en", "about", "team")
		boss := s.SignedIn("boss")
		boss.Send(teams+"new/", "#record", "name", "About", "permissions", "cms.access").Status(http.StatusSeeOther)
		boss.Send(teamPage(s, "About"), "#record", "pages.new1.page", pageID(s, "/en/about/"), "pages.new1.rights", "change").Status(http.StatusSeeOther)
		v := helper(s, "tui", "auth.view_group", "auth.change_group")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'tui' AND g.name = 'About'")
		boss.Send(teams+"new/", "#record", "name", "Team").Status(http.StatusSeeOther)
		team := teamPage(s, "Team")
		for _, refused := range [][2]string{{"/", "change"}, {"/en/", "change"}, {"/en/about/", "publish"}, {"/en/about/team/", "add"}} {
			v.Send(team, "#record", "pages.new1.page", pageID(s, refused[0]), "pages.new1.rights", refused[1]).Status(http.StatusUnprocessableEntity).
				Has("#record", "that you hold there yourself")
		}
		v.Send(team, "#record", "pages.new1.page", pageID(s, "/en/about/team/"), "pages.new1.rights", "change").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM group_page_permissions gp JOIN groups g ON g.id = gp.group_id WHERE g.name = 'Team'") != 1 {
			t.Error("not just the right that the helper holds was given")
		}
		about := teamPage(s, "About") // tui's own group
		v.Send(about, "#record", "permissions", "cms.access", "permissions", "users.view_user").Status(http.StatusUnprocessableEntity).Has("#id_permissions-error", "that you hold yourself")
		v.Send(about, "#record", "pages.new1.page", pageID(s, "/en/"), "pages.new1.rights", "change").Status(http.StatusUnprocessableEntity)
		helper(s, "ruru", "auth.view_group").Get(team).Status(http.StatusOK).Lacks("form#record").Has("main", "/en/about/team/")
	})
	t.Run("A page is found by its title or address, whatever its accents", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		for i := range 30 {
			pagesBelow(s, "en", fmt.Sprintf("page%d", i))
		}
		s.Exec("UPDATE pages SET draft_title = 'Mō mātou' WHERE url_path = '/en/page17/'")
		v := s.SignedIn("boss")
		input := v.Get(teamPage(s, "Editors")).Status(http.StatusOK).Has("input[name='pages.new1.page']", "").Document().Find("input[name='pages.new1.page']")
		at := input.AttrOr("hx-get", "")
		find := func(text string) string {
			t.Helper()
			return v.HX().Get(at+"?field=pages.new1.page&pages.new1.page="+url.QueryEscape(text)).Status(http.StatusOK).Document().Find("option").AttrOr("value", "")
		}
		for text, want := range map[string]string{"matou": "Mō mātou (/en/page17/)", "PAGE11": "Page11 (/en/page11/)", "/en/page1/": "Page1 (/en/page1/)", "%": "", "Mō mātou (/en/page17/)": "Mō mātou (/en/page17/)"} {
			if got := find(text); got != want {
				t.Errorf("typing %q offers %q first, want %q", text, got, want)
			}
		}
		v.Send(teamPage(s, "Editors"), "#record", "pages.new1.page", "mō mātou", "pages.new1.rights", "publish").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM group_page_permissions WHERE can_publish AND page_id = ?", pageID(s, "/en/page17/")) != 1 {
			t.Error("the page that the title names has no rights")
		}
		s.Exec("UPDATE pages SET draft_title = 'Same' WHERE url_path IN ('/en/page1/', '/en/page2/')")
		v.Send(teamPage(s, "Editors"), "#record", "pages.new1.page", "same", "pages.new1.rights", "publish").Status(http.StatusUnprocessableEntity).
			Has("#record", "could be several entries")
		helper(s, "tui", "auth.view_group").HX().Get(at + "?field=q&q=a").Status(http.StatusForbidden)
		pagesBelow(s, "en", "page5", "deep")
		s.Exec("INSERT INTO groups (name) VALUES ('Five')")
		s.Exec("INSERT INTO group_page_permissions (group_id, page_id, can_add) SELECT g.id, p.id, true FROM pages p, groups g WHERE p.url_path = '/en/page5/' AND g.name = 'Five'")
		weka := helper(s, "weka", "auth.view_group", "auth.change_group")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'weka' AND g.name = 'Five'")
		names := weka.HX().Get(at + "?field=q&q=page").Status(http.StatusOK).Document().Find("option").Map(func(_ int, o *goquery.Selection) string { return o.AttrOr("value", "") })
		if diff := cmp.Diff([]string{"Page5 (/en/page5/)", "Deep (/en/page5/deep/)"}, names); diff != "" {
			t.Errorf("somebody with rights on one branch is offered (-want +got):\n%s", diff)
		}
		s.Visitor().Get(at).Status(http.StatusFound)
	})
	t.Run("A collection is found by its name from the root down, to those alone who may choose there", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec(`INSERT INTO collections (id, parent_id, name, path) SELECT i, id, n, '/' || i || '/' FROM collections, (VALUES (5, 'Ngā rūma'), (6, 'Halls')) c (i, n)`)
		s.Exec(`INSERT INTO collections (id, parent_id, name, path) VALUES (7, 5, 'Blue room', '/5/7/')`)
		at := s.SignedIn("boss").Get(teamPage(s, "Editors")).Status(http.StatusOK).Document().Find("input[name='collections.new1.collection']").AttrOr("hx-get", "")
		offered := func(v *webtest.Visitor, text string) []string {
			t.Helper()
			return v.HX().Get(at + "?field=q&q=" + url.QueryEscape(text)).Status(http.StatusOK).Document().Find("option").
				Map(func(_ int, o *goquery.Selection) string { return o.AttrOr("value", "") })
		}
		if diff := cmp.Diff([]string{"Root / Ngā rūma", "Root / Ngā rūma / Blue room"}, offered(s.SignedIn("boss"), "ruma")); diff != "" {
			t.Errorf("typing ruma offers an administrator (-want +got):\n%s", diff)
		}
		helper(s, "tui", "auth.view_group").HX().Get(at + "?field=q&q=a").Status(http.StatusForbidden)
		weka := helper(s, "weka", "auth.view_group", "auth.change_group")
		s.Exec("INSERT INTO groups (name) VALUES ('Rooms')")
		s.Exec("INSERT INTO group_collection_permissions (group_id, collection_id, choose_image) SELECT id, 5, true FROM groups WHERE name = 'Rooms'")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'weka' AND g.name = 'Rooms'")
		if diff := cmp.Diff([]string{"Root", "Root / Ngā rūma", "Root / Ngā rūma / Blue room"}, offered(weka, "o")); diff != "" {
			t.Errorf("somebody with rights in one collection is offered (-want +got):\n%s", diff)
		}
		s.Exec("DELETE FROM group_collection_permissions")
		s.Exec("INSERT INTO group_page_permissions (group_id, page_id, can_add) SELECT g.id, p.id, true FROM groups g, pages p WHERE g.name = 'Rooms' AND p.url_path = '/'")
		if got := offered(weka, "o"); len(got) != 0 {
			t.Errorf("somebody with rights on pages alone is offered %q, want no collection", got)
		}
	})
}
