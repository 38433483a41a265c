package staff_test

import (
	"context"
	"net/http"
	"strconv"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/web/webtest"
)

// joins puts somebody into groups.
func joins(s *webtest.Site, username string, names ...string) {
	s.T.Helper()
	for _, name := range names {
		s.Exec("INSERT INTO user_groups SELECT u.id, g.id FROM users u, groups g WHERE u.username = ? AND g.name = ?", username, name)
	}
}

func groupID(s *webtest.Site, name string) string {
	s.T.Helper()
	return strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = ?", name))
}

// belongs tells whether somebody is in a group.
func belongs(s *webtest.Site, username, group string) bool {
	s.T.Helper()
	return s.Count(`SELECT count(*) FROM user_groups ug JOIN users u ON u.id = ug.user_id JOIN groups g ON g.id = ug.group_id
		WHERE u.username = ? AND g.name = ?`, username, group) == 1
}

// What a group may in a branch of the pages counts as all else that it may. The clerk holds cms.access already, so that the
// rights at places alone are what they lack.
func TestRightsAtPlaces(t *testing.T) {
	t.Parallel()
	clerk := func(t *testing.T) (*webtest.Site, *webtest.Visitor) {
		t.Helper()
		s := site(t)
		s.Clerk("ruru", "users.view_user", "users.change_user", "users.delete_user", "auth.change_group", "cms.access",
			"account.change_emailaddress")
		return s, s.SignedIn("ruru")
	}
	t.Run("H-19 nobody gives a group whose rights at pages they do not hold", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		before := s.Contents()
		for _, group := range []string{"Editors", "Moderators"} {
			for _, who := range []string{"kea", "ruru"} {
				v.Send(page(s, who, "change"), "#record", "groups", groupID(s, group)).Status(http.StatusUnprocessableEntity).
					Has("#id_groups-error", "that you hold yourself")
			}
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		joins(s, "ruru", "Moderators")
		v.Send(page(s, "kea", "change"), "#record", "groups", groupID(s, "Editors")).Status(http.StatusSeeOther)
		if !belongs(s, "kea", "Editors") {
			t.Error("a moderator could not make kea an editor")
		}
	})
	t.Run("H-19 rights at a part of the pages are not those at all of them", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		s.Exec("INSERT INTO groups (name) VALUES ('English')")
		s.Exec(`INSERT INTO group_page_permissions (group_id, page_id, can_add, can_change)
			SELECT g.id, p.id, true, true FROM groups g, pages p WHERE g.name = 'English' AND p.url_path = '/en/'`)
		s.Exec("DELETE FROM group_collection_permissions")
		joins(s, "ruru", "English")
		v.Send(page(s, "kea", "change"), "#record", "groups", groupID(s, "Editors")).Status(http.StatusUnprocessableEntity).
			Has("#id_groups-error", "that you hold yourself")
		s.Exec("UPDATE group_page_permissions SET page_id = (SELECT id FROM pages WHERE url_path = '/en/') WHERE group_id = ?", groupID(s, "Editors"))
		v.Send(page(s, "kea", "change"), "#record", "groups", groupID(s, "Editors")).Status(http.StatusSeeOther)
		if !belongs(s, "kea", "Editors") {
			t.Error("somebody who holds the same rights could not give the group")
		}
	})
	t.Run("H-19 people with rights at pages are out of reach of those without", func(t *testing.T) {
		t.Parallel()
		for mine, theirs := range map[string]string{"": "Moderators", "Editors": "Moderators"} {
			s, v := clerk(t)
			s.Person("weka")
			joins(s, "weka", theirs)
			joins(s, "ruru", mine)
			before := s.Contents()
			v.Get(page(s, "weka", "change")).Status(http.StatusOK).Lacks("form#record").Has(".alert", "permissions that you do not have")
			v.Post(page(s, "weka", "change"), "version", "1", "email", "mine@example.org").Status(http.StatusForbidden)
			v.Post(page(s, "weka", "delete"), "post", "yes").Status(http.StatusForbidden)
			address := strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = ?", webtest.Address("weka")))
			v.Post(addresses+address+"/change/", "version", "1").Status(http.StatusForbidden)
			if s.Contents() != before {
				t.Errorf("somebody in %q changed something of a person in %s", mine, theirs)
			}
		}
	})
	t.Run("Who holds as much may look after them", func(t *testing.T) {
		t.Parallel()
		for mine, theirs := range map[string]string{"Moderators": "Moderators", "Editors": "Editors"} {
			s, v := clerk(t)
			s.Person("weka")
			joins(s, "weka", theirs)
			joins(s, "ruru", mine)
			v.Send(page(s, "weka", "change"), "#record", "first_name", "Aroha").Status(http.StatusSeeOther)
			if s.Count("SELECT count(*) FROM users WHERE username = 'weka' AND first_name = 'Aroha'") != 1 {
				t.Errorf("somebody in %s could not change the account of somebody in %s", mine, theirs)
			}
		}
	})
	t.Run("The question before a group is deleted names its rights", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Get(groups+groupID(s, "Moderators")+"/delete/").Status(http.StatusOK).
			Has(".groups", "Rights of groups at pages: 1").Has(".groups", "Rights of groups in collections: 1")
	})
}

// A group that grows while somebody is put into it has what it will be when that waits for it.
func TestGrowingGroup(t *testing.T) {
	t.Parallel()
	for name, grow := range map[string]func(*webtest.Site, *webtest.Visitor){
		"by rights at a page": func(s *webtest.Site, _ *webtest.Visitor) {
			err := s.DB.RunInTx(s.T.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
				return access.CreatePageRights(ctx, tx, access.Holder{Superuser: true}, &access.PageRights{
					GroupID: int64(s.Count("SELECT id FROM groups WHERE name = 'Readers'")), CanPublish: true,
					PageID: int64(s.Count("SELECT id FROM pages WHERE page_type = 'root'")),
				})
			})
			if err != nil {
				s.T.Errorf("CreatePageRights by a superuser = %v", err)
			}
		},
		"by a permission": func(s *webtest.Site, boss *webtest.Visitor) {
			boss.Send(groups+groupID(s, "Readers")+"/change/", "#record", "permissions", "cms.access").Status(http.StatusSeeOther)
		},
	} {
		t.Run("H-19 it grows "+name, func(t *testing.T) {
			t.Parallel()
			s := site(t)
			s.Exec("INSERT INTO groups (name) VALUES ('Readers')")
			s.Clerk("ruru", "users.view_user", "users.change_user")
			boss, ruru := s.SignedIn("boss"), s.SignedIn("ruru")
			form := ruru.Get(page(s, "kea", "change")).Fields("#record", "groups", groupID(s, "Readers"))
			address := page(s, "kea", "change")
			var given *webtest.Answer
			s.InTurn("SELECT 1 FROM groups WHERE name = 'Readers' FOR NO KEY UPDATE", func() { grow(s, boss) }, func() { given = ruru.Post(address, form...) })
			given.Status(http.StatusUnprocessableEntity).Has("#id_groups-error", "that you hold yourself")
			if belongs(s, "kea", "Readers") {
				t.Error("the clerk gave a group with more than they hold")
			}
		})
	}
}
