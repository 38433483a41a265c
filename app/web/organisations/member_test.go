package organisations_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/web/webtest"
)

// column gives what the rows of the list of members say in a column, counted from 0.
func column(a *webtest.Answer, n int) []string {
	return a.Document().Find("#members tbody tr").Map(func(_ int, row *goquery.Selection) string {
		return strings.Join(strings.Fields(row.Find("th, td").Eq(n).Text()), " ")
	})
}

// same fails the test when two lists differ.
func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, " | ") != strings.Join(want, " | ") {
		t.Errorf("%s = %q, want %q", what, got, want)
	}
}

func TestMembers(t *testing.T) {
	t.Parallel()
	t.Run("Order and columns", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.joins("pango", "ADMIN")
		k.isInvited("weka@example.org", "MEMBER")
		k.isInvited("ruru@example.org", "ADMIN")
		k.joins("moa", "MEMBER")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'moa'")
		k.joins("huia", "MEMBER")
		k.joins("kaka", "MEMBER")
		k.Exec("UPDATE organisation_members SET declined_datetime = now() WHERE invite_email = 'huia@example.org'")
		k.Exec("UPDATE organisation_members SET revoked_datetime = now() WHERE invite_email = 'kaka@example.org'")
		k.Exec("UPDATE organisation_members SET accepted_datetime = '2027-03-02 11:30Z' WHERE invite_email = 'pango@example.org'") // past midnight here
		page := k.SignedIn("kea").Get(k.page).Status(http.StatusOK)
		same(t, "the names", column(page, 0), "–none", "–none", "Kea Manu", "Pango Manu", "Moa Manu", "Tui Manu")
		same(t, "the addresses", column(page, 1), "ruru@example.org", "weka@example.org", "kea@example.org", "pango@example.org", "moa@example.org", "tui@example.org")
		same(t, "the badges", column(page, 2), "Invited", "Invited", "Active", "Active", "Invited", "Active")
		same(t, "the days", column(page, 3), "–none", "–none", "03/03/2027", "03/03/2027", "02/03/2027", "02/03/2027")
		same(t, "the roles", column(page, 4), "Administrator", "Member", "Administrator", "Administrator", "Member", "Member")
		same(t, "the acts", column(page, 5), "Resend Revoke", "Resend Revoke", "", "Revoke admin Remove", "Remove", "Make admin Remove")
		page.Has("#members .list-count", "6 people").Has("#members tbody tr", "").Lacks("#members .pager")
		// The viewer's own row offers nothing; to staff, every row does.
		staff := k.SignedIn("boss").Get(k.page)
		same(t, "the acts for staff", column(staff, 5), "Resend Revoke", "Resend Revoke", "Revoke admin Remove", "Revoke admin Remove", "Remove", "Make admin Remove")
		staff.Has(`#members a[aria-label="Make admin: Tui Manu"][data-action-url="`+k.ofMember("tui", "make-admin")+`"]`, "Make admin")
		page.Has(".page-heading a[href$='/update/']", "Edit").Has(".page-heading a[data-action-style=btn-danger]", "Deactivate").Has(".breadcrumbs", "Kea Manu")
	})
	t.Run("Sorted and on pages, each column both ways", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined)
			SELECT gen_random_uuid(), 'm' || i || '@example.org', 'm' || i, CASE WHEN i % 2 = 0 THEN 'Ana' ELSE 'Zoe' END, chr(96 + i), '!', now() FROM generate_series(1, 26) i`)
		k.Exec(`INSERT INTO organisation_members (user_id, organisation_id, created_datetime, accepted_datetime)
			SELECT u.id, o.id, now(), timestamptz '2027-01-01 00:00Z' + (u.id % 7) * interval '1 day' FROM users u, organisations o WHERE u.username LIKE 'm%'`)
		k.isInvited("weka@example.org", "MEMBER")
		v := k.SignedIn("kea")
		first := v.Get(k.page).Status(http.StatusOK).Has("#members .list-count", "28 people").Has("#members-pager [aria-current]", "Page 1")
		if got := column(first, 1); len(got) != 25 || got[0] != "weka@example.org" || got[1] != "kea@example.org" {
			t.Errorf("the first page = %q, want 25 rows, the invitation first and the latest next", got)
		}
		next := first.Document().Find("#members-pager a[rel=next]").AttrOr("href", "")
		if got := column(v.Get(next), 1); len(got) != 3 {
			t.Errorf("%s shows %q, want the other 3", next, got)
		}
		name := first.Document().Find("#members th:contains(Name) a").AttrOr("href", "")
		byName := v.Get(name).Status(http.StatusOK).Has("#members th[aria-sort=ascending]", "Name")
		if got := column(byName, 0); got[0] != "Ana b" || got[12] != "Ana z" || got[13] != "Kea Manu" || got[14] != "Zoe a" {
			t.Errorf("by name = %q, want the first names, then the last names", got)
		}
		second := byName.Document().Find("#members-pager a[rel=next]").AttrOr("href", "")
		same(t, "the second page by name", column(v.Get(second).Has("#members th[aria-sort=ascending]", "Name"), 0), "Zoe w", "Zoe y", "–none")
		down := byName.Document().Find("#members th:contains(Name) a").AttrOr("href", "")
		if got := column(v.Get(down).Has("#members th[aria-sort=descending]", "Name"), 0); got[0] != "Zoe y" || got[24] != "Ana f" {
			t.Errorf("by name downwards = %q, want Zoe y first", got)
		}
		for query, want := range map[string]string{
			"?members-sort=joined": "01/01/2027", "?members-sort=-joined": "03/03/2027", "?members-sort=role": "03/03/2027",
		} {
			if got := column(v.Get(k.page+query), 3); got[0] != want {
				t.Errorf("%s begins with %q, want %s", query, got[0], want)
			}
		}
		// The other list of the page keeps its order and page; what is nonsense is left out; a page too far is the first.
		other := v.Get(k.page + "?memberships-sort=-start&memberships-page=2&members-page=99").Status(http.StatusOK)
		if got := column(other, 1); len(got) != 25 || got[0] != "weka@example.org" {
			t.Errorf("page 99 = %q, want the first", got)
		}
		kept := "?members-sort=name&memberships-page=2&memberships-sort=-start"
		if got := other.Document().Find("#members th:contains(Name) a").AttrOr("href", ""); got != k.page+kept {
			t.Errorf("sorting leads to %q, want %q", got, k.page+kept)
		}
		v.Get(k.page+"?members-sort=email&members-page=x&members-sort=%27").Status(http.StatusOK).Has("#members th[aria-sort=none]", "Name")
		// With scripts only the lists are swapped, and the address keeps the order.
		head := first.Document().Find("#members th:contains(Name) a")
		if head.AttrOr("hx-target", "") != "#lists" || head.AttrOr("hx-select", "") != "#lists" || head.AttrOr("hx-push-url", "") != "true" {
			t.Error("the head of the column does not swap the lists alone")
		}
		v.HX().Get(k.page+"?members-sort=name").Status(http.StatusOK).Has("#lists #members", "Ana b").Lacks("header")
	})
	t.Run("Nobody", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.Exec("DELETE FROM organisation_members")
		k.SignedIn("boss").Get(k.page).Status(http.StatusOK).Has("#members h3", "Nobody belongs to this organisation")
	})
}

func TestRoles(t *testing.T) {
	t.Parallel()
	t.Run("Made and taken", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		v := k.SignedIn("kea")
		v.Post(k.ofMember("tui", "make-admin")).Status(http.StatusSeeOther).To(k.page)
		k.tells(v, k.page, "Success: Tui Manu is an administrator of "+kuraName+" now.")
		k.has("u.username = 'tui' AND m.role = 'ADMIN'")
		k.unchanged(func() { v.Post(k.ofMember("tui", "make-admin")).Status(http.StatusSeeOther).To(k.page) })
		k.tells(v, k.page, "Note: Tui Manu is an administrator already.")
		v.Post(k.ofMember("tui", "revoke-admin")).Status(http.StatusSeeOther).To(k.page)
		k.tells(v, k.page, "Success: Tui Manu is no longer an administrator of "+kuraName)
		k.has("u.username = 'tui' AND m.role = 'MEMBER'")
		k.unchanged(func() { v.Post(k.ofMember("tui", "revoke-admin")).Status(http.StatusSeeOther).To(k.page) })
		k.tells(v, k.page, "Note: Tui Manu is not an administrator.")
		v.Post(k.ofMember("tui", "remove")).Status(http.StatusSeeOther).To(k.page)
		k.tells(v, k.page, "Success: Tui Manu no longer belongs to "+kuraName)
		k.has("true") // the founder
		if n := k.Count("SELECT count(*) FROM email_messages"); n != 1 {
			t.Errorf("%d letters, want none but the one about the new organisation", n)
		}
	})
	t.Run("ORG-23 neither an invitation nor somebody with an inactive account can become an administrator", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.isInvited("weka@example.org", "MEMBER")
		k.isInvited("tui", "MEMBER")
		k.joins("moa", "MEMBER")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'moa'")
		v := k.SignedIn("kea")
		k.unchanged(func() {
			for _, who := range []string{"weka@example.org", "tui", "moa"} {
				v.Post(k.ofMember(who, "make-admin")).Status(http.StatusBadRequest).Has("main", "whose account is active")
				v.Get(k.ofMember(who, "make-admin")).Status(http.StatusBadRequest)
			}
		})
	})
	t.Run("Rows that were ended are not there", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "ADMIN")
		v, tui := k.SignedIn("kea"), k.SignedIn("tui")
		for _, ended := range []string{"declined", "revoked"} {
			k.Exec("UPDATE organisation_members SET declined_datetime = NULL, revoked_datetime = NULL")
			k.Exec("UPDATE organisation_members SET " + ended + "_datetime = now() WHERE invite_email = 'tui@example.org'")
			k.unchanged(func() {
				for _, act := range []string{"make-admin", "revoke-admin", "remove"} {
					v.Post(k.ofMember("tui", act)).Status(http.StatusNotFound)
					v.Get(k.ofMember("tui", act)).Status(http.StatusNotFound)
				}
				tui.Post(k.page + "leave/").Status(http.StatusBadRequest)
			})
		}
	})
	t.Run("Invitations and people without an active account can be removed and demoted", func(t *testing.T) { // R5
		t.Parallel()
		k := newKura(t)
		k.isInvited("weka@example.org", "ADMIN")
		k.joins("moa", "ADMIN")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'moa'")
		v := k.SignedIn("kea")
		for _, who := range []string{"weka@example.org", "moa"} {
			v.Post(k.ofMember(who, "revoke-admin")).Status(http.StatusSeeOther).To(k.page)
			v.Post(k.ofMember(who, "remove")).Status(http.StatusSeeOther).To(k.page)
		}
		k.tells(v, k.page, "weka@example.org no longer belongs to "+kuraName)
		k.has("true")
	})
	t.Run("ORG-24 the last administrator stays: for staff, and when leaving", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.isInvited("weka@example.org", "ADMIN")
		k.joins("moa", "ADMIN")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'moa'")
		staff, kea := k.SignedIn("boss"), k.SignedIn("kea")
		k.unchanged(func() {
			for _, act := range []string{"revoke-admin", "remove"} {
				for _, ask := range []func() *webtest.Answer{
					func() *webtest.Answer { return staff.Post(k.ofMember("kea", act)).Status(http.StatusSeeOther) },
					func() *webtest.Answer { return staff.Get(k.ofMember("kea", act)).Status(http.StatusFound) },
				} {
					ask().To(k.page)
					k.tells(staff, k.page, "Error: Nobody else is an administrator of "+kuraName)
				}
			}
			kea.Post(k.page + "leave/").Status(http.StatusSeeOther).To(k.page)
			k.tells(kea, k.page, "Error: Nobody else is an administrator of "+kuraName)
			kea.Get(k.page + "leave/").Status(http.StatusFound).To(k.page)
		})
	})
	t.Run("Without any effective administrator only staff can help", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'kea'")
		staff := k.SignedIn("boss")
		staff.Post(k.ofMember("kea", "remove")).Status(http.StatusSeeOther)
		k.tells(staff, k.page, "Error: Nobody else is an administrator")
		staff.Post(k.ofMember("tui", "make-admin")).Status(http.StatusSeeOther)
		staff.Post(k.ofMember("kea", "remove")).Status(http.StatusSeeOther)
		k.has("u.username = 'tui' AND m.role = 'ADMIN'")
	})
	t.Run("ORG-26 nobody ends their own role here", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "ADMIN")
		k.joins("boss", "MEMBER")
		for _, name := range []string{"kea", "boss"} {
			v := k.SignedIn(name)
			k.unchanged(func() {
				for _, act := range []string{"remove", "revoke-admin"} {
					v.Post(k.ofMember(name, act)).Status(http.StatusBadRequest).Has("main", "Leave the organisation instead.")
					v.Get(k.ofMember(name, act)).Status(http.StatusBadRequest)
				}
			})
		}
	})
	t.Run("Inactive organisations keep their people, who can leave and be removed", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.joins("pango", "MEMBER")
		k.Exec("UPDATE organisations SET is_active = false")
		v := k.SignedIn("kea")
		v.Get(k.page).Status(http.StatusOK).Has(".alert-warning", "This organisation is inactive").Lacks(`a[href$="/deactivate/"]`)
		v.Post(k.ofMember("tui", "remove")).Status(http.StatusSeeOther)
		k.SignedIn("pango").Post(k.page + "leave/").Status(http.StatusSeeOther).To("/en/users/pango/")
		k.has("true")
	})
	t.Run("A question stands before each act, and asking changes nothing", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.joins("pango", "ADMIN")
		v := k.SignedIn("kea")
		for act, question := range map[string][2]string{
			"make-admin": {"tui", "Make Tui Manu an administrator?"}, "revoke-admin": {"pango", "Take the role of an administrator from Pango Manu?"},
			"remove": {"tui", "Remove Tui Manu?"},
		} {
			address := k.ofMember(question[0], act)
			k.unchanged(func() {
				page := v.Get(address).Status(http.StatusOK).Has("h1", question[1]).Has(".breadcrumbs", kuraName)
				page.Has(`main form[method=post][action="`+address+`"] button`, "").Has(`main form a[href="`+k.page+`"]`, "Cancel")
				dialog := v.Get(k.page).Document().Find(`#members a[data-action-url="` + address + `"]`)
				if got := dialog.AttrOr("data-action-title", ""); got != question[1] {
					t.Errorf("the dialog asks %q, want what the page asks: %q", got, question[1])
				}
			})
		}
		v.HX().Post(k.ofMember("tui", "remove")).Status(http.StatusNoContent)
		k.has("u.username = 'pango'")
	})
}

func TestLeave(t *testing.T) {
	t.Parallel()
	t.Run("ORG-25 of two administrators one leaves and lands on the dashboard", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "ADMIN")
		v := k.SignedIn("kea")
		v.Get(k.page+"leave/").Status(http.StatusOK).Has("h1", "Leave "+kuraName+"?").Has(`main form a[href="/en/users/kea/"]`, "Cancel")
		v.Post(k.page + "leave/").Status(http.StatusSeeOther).To("/en/users/kea/")
		k.tells(v, "/en/users/kea/", "Success: You no longer belong to "+kuraName)
		k.has("u.username = 'tui'")
		v.Get(k.page).Status(http.StatusForbidden)
	})
	t.Run("Plain members and those who are invited leave", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.Person("weka")
		k.isInvited("weka", "ADMIN")
		for _, name := range []string{"tui", "weka"} {
			k.SignedIn(name).Get(k.page+"leave/").Status(http.StatusOK).Has("h1", "Leave")
			k.SignedIn(name).Post(k.page + "leave/").Status(http.StatusSeeOther).To("/en/users/" + name + "/")
		}
		k.has("u.username = 'kea'")
	})
	t.Run("ORG-27 who is no member cannot leave", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.isInvited("tui@example.org", "MEMBER") // to the address, linked to nobody
		for _, name := range []string{"tui", "boss"} {
			v := k.SignedIn(name)
			k.unchanged(func() {
				v.Post(k.page+"leave/").Status(http.StatusBadRequest).Has("main", "You do not belong to this organisation.")
				v.Get(k.page + "leave/").Status(http.StatusBadRequest)
			})
		}
	})
}

// Whatever two administrators do to each other or to themselves at the same moment, one remains.
func TestLastAdminAtOnce(t *testing.T) {
	t.Parallel()
	for _, acts := range [][2]string{
		{"kea remove tui", "tui remove kea"},
		{"kea revoke-admin tui", "tui revoke-admin kea"},
		{"kea leave", "tui leave"},
		{"kea leave", "kea remove tui"},
		{"kea leave", "tui revoke-admin kea"},
		{"boss remove kea", "boss revoke-admin tui"},
	} {
		t.Run(fmt.Sprint(acts), func(t *testing.T) {
			t.Parallel()
			k := newKura(t)
			k.joins("tui", "ADMIN")
			var posts []func()
			for _, act := range acts {
				words := strings.Fields(act)
				v, address := k.SignedIn(words[0]), k.page+"leave/"
				if len(words) == 3 {
					address = k.ofMember(words[2], words[1])
				}
				posts = append(posts, func() {
					if got := v.Post(address).StatusCode; got != http.StatusSeeOther && got != http.StatusForbidden && got != http.StatusNotFound {
						t.Errorf("%s = %d, want it done or refused", act, got)
					}
				})
			}
			k.race(posts...)
			if n := k.effective(); n != 1 {
				t.Errorf("%d administrators remain, want 1", n)
			}
		})
	}
}
