package staff_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"ams/app/membership"
	"ams/app/web/webtest"
)

func userPage(s *webtest.Site, username string) string {
	s.T.Helper()
	return users + strconv.Itoa(idOf(s, username)) + "/"
}

func TestEditorUsers(t *testing.T) {
	t.Parallel()
	t.Run("CMS-60 a user who is added with a username reaches their dashboard, without one the form is refused", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := []string{"email", "Tui@Example.org", "first_name", "Hēmi", "last_name", "Kōtuku", "password1", "Kereru-42-flies", "password2", "Kereru-42-flies"}
		before := s.Contents()
		v.Send(users+"new/", "#record", form...).Status(http.StatusUnprocessableEntity).Has("#id_username-error", "")
		if s.Contents() != before {
			t.Error("a user without a username was stored")
		}
		v.Send(users+"new/", "#record", append(form, "username", "tūī")...).Status(http.StatusSeeOther).To(users)
		if s.Count("SELECT count(*) FROM email_addresses WHERE email = 'tui@example.org' AND \"primary\" AND NOT verified") != 1 {
			t.Error("there is no unverified primary address")
		}
		s.Work()
		if n := len(s.Mails("tui@example.org")); n != 0 {
			t.Errorf("%d letters, want none: a password was typed", n)
		}
		s.Exec("UPDATE email_addresses SET verified = true")
		tui := s.Visitor()
		to := tui.Post("/en/accounts/login/", "login", "tui@example.org", "password", "Kereru-42-flies").Status(http.StatusSeeOther).Header.Get("Location")
		own := "/en/users/" + url.PathEscape("tūī") + "/"
		tui.Get(to).Status(http.StatusFound).To(own)
		tui.Get(own).Status(http.StatusOK).Has("h1", "Hēmi Kōtuku")
	})
	t.Run("CMS-62 a user without a password gets one link to choose one, and following it verifies the address", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(users+"new/", "#record", "email", "tui@example.org", "username", "tui", "first_name", "Hēmi", "last_name", "Tūī").
			Status(http.StatusSeeOther)
		s.Work()
		mails := s.Mails("tui@example.org")
		if len(mails) != 1 || s.Count("SELECT count(*) FROM users WHERE username = 'tui' AND password LIKE '!%'") != 1 {
			t.Fatalf("%d letters to somebody without a password, want 1", len(mails))
		}
		link, _, _ := strings.Cut(mails[0].Text[strings.Index(mails[0].Text, "/en/accounts/password/reset/key/"):], "\n")
		v := s.Visitor()
		to := v.Get(strings.TrimSpace(link)).Status(http.StatusFound).Header.Get("Location")
		v.Post(to, "password1", "Kereru-42-flies", "password2", "Kereru-42-flies").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses WHERE email = 'tui@example.org' AND verified") != 1 {
			t.Error("the address is not verified")
		}
	})
	t.Run("CMS-63 a user with an invoice stays, alone and in bulk, and the others go", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("member")
		s.Person("tui")
		sold(s)
		v := s.SignedIn("boss")
		member := userPage(s, "member")
		v.Get(member+"delete/").Status(http.StatusOK).Has("main", "Invoices: 1").Has("main", "Deactivate the account instead").Lacks("form button.btn-danger")
		v.Post(member+"delete/", "post", "yes").Status(http.StatusSeeOther).To(member)
		v.Get(member).Has("#messages .alert-error", "Deactivate the account instead")
		var picked []string
		for _, who := range []string{"kea", "member", "tui"} {
			picked = append(picked, "_selected_action", strconv.Itoa(idOf(s, who)))
		}
		v.Post(users, append(picked, "action", "delete_selected")...).Status(http.StatusOK).Has("main", "Invoices: 1")
		v.Post(users, append(picked, "action", "delete_selected", "post", "yes")...).Status(http.StatusSeeOther)
		v.Get(users).Has("#messages .alert-success", "2 entries were deleted").Has("#messages .alert-error", webtest.Address("member"))
		if s.Count("SELECT count(*) FROM users WHERE username IN ('kea', 'tui')") != 0 || s.Count("SELECT count(*) FROM users WHERE username = 'member'") != 1 {
			t.Error("not just the user with the invoice is left")
		}
		v.Post(users, "action", "delete_selected", "post", "yes", "_selected_action", strconv.Itoa(idOf(s, "boss"))).Status(http.StatusSeeOther)
		v.Get(users).Has("#messages .alert-error", "cannot delete or erase your own account")
	})
	t.Run("CMS-63 a user whose purchase still waits for its invoice stays, alone and in bulk, and the others go", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
		s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", today(s)).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM purchases") != 1 || s.Count("SELECT count(*) FROM invoices") != 0 {
			t.Fatal("there is not one purchase that waits for its invoice")
		}
		s.Person("tui")
		v := s.SignedIn("boss")
		kea := userPage(s, "kea")
		v.Get(kea+"delete/").Status(http.StatusOK).Has("main", "Purchases: 1").Has("main", "Deactivate the account instead, or erase the person").Lacks("form button.btn-danger")
		v.Post(kea+"delete/", "post", "yes").Status(http.StatusSeeOther).To(kea)
		v.Get(kea).Has("#messages .alert-error", "Purchases: 1. Deactivate the account instead, or erase the person")
		both := append(picked(s, "kea", "tui"), "action", "delete_selected")
		v.Post(users, both...).Status(http.StatusOK).Has("main", "Purchases: 1")
		v.Post(users, append(both, "post", "yes")...).Status(http.StatusSeeOther)
		v.Get(users).Has("#messages .alert-success", "1 entry was deleted").Has("#messages .alert-error", webtest.Address("kea")).Has("#messages .alert-error", "Purchases: 1. Deactivate")
		if s.Count("SELECT count(*) FROM users WHERE username = 'tui'") != 0 || s.Count("SELECT count(*) FROM users u JOIN purchases p ON p.buyer_id = u.id WHERE u.username = 'kea'") != 1 {
			t.Error("not just the user with the purchase is left, and the purchase")
		}
	})
	t.Run("A list of twenty, by name, with access level and last sign-in", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Exec(`INSERT INTO users (uuid, email, username, first_name, last_name, password, date_joined, last_login, is_active)
			SELECT gen_random_uuid(), 'person' || i || '@example.org', 'person' || i, 'Tama', 'Zeta ' || to_char(i, 'FM00'), '!', now(),
			CASE WHEN i = 3 THEN '2027-03-03 10:00Z'::timestamptz WHEN i = 4 THEN '2020-01-01'::timestamptz END, i <> 5 FROM generate_series(1, 25) i`)
		s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'ngaio@kereru.example' FROM users WHERE username = 'person7'")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'person9' AND g.name = 'Editors'")
		v := s.SignedIn("boss")
		list := v.Get(users).Status(http.StatusOK).Has(".table .count, .list-count, main", "27 entries")
		heads := strings.Join(strings.Fields(list.Document().Find("#list-table thead").Text()), " ")
		for _, head := range []string{"Name", "E-mail address", "Access level", "Active", "Last sign-in"} {
			if !strings.Contains(heads, head) {
				t.Errorf("the head %q has no %s", heads, head)
			}
		}
		names := list.Document().Find("#list-table tbody th").Map(func(_ int, c *goquery.Selection) string { return strings.TrimSpace(c.Text()) })
		if len(names) != 20 || names[0] != "Hōne Heke" || names[1] != "Mere Kahu" || names[2] != "Tama Zeta 01" {
			t.Errorf("the first page shows %d: %v, want 20 by last name", len(names), names)
		}
		list.Has("#row-"+strconv.Itoa(idOf(s, "boss")), "Administrator")
		found := func(query string, want ...string) {
			t.Helper()
			var got []string
			v.Get(users + "?" + query).Document().Find("#list-table tbody th").Each(func(_ int, c *goquery.Selection) { got = append(got, strings.TrimSpace(c.Text())) })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("?%s (-want +got):\n%s", query, diff)
			}
		}
		found("q=person12", "Tama Zeta 12")
		found("q=HOne", "Hōne Heke")
		found("q=ngaio", "Tama Zeta 07")
		found("is_active=0", "Tama Zeta 05")
		found("is_superuser=1", "Hōne Heke")
		found("group="+strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'")), "Tama Zeta 09")
		found("q=zeta&last_login=today", "Tama Zeta 03")
	})
	t.Run("Groups and activity in bulk, never one's own", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Person("tui")
		v := s.SignedIn("boss")
		editors := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'"))
		var picked []string
		for _, who := range []string{"kea", "tui", "boss"} {
			picked = append(picked, "_selected_action", strconv.Itoa(idOf(s, who)))
		}
		question := v.Post(users, append(picked, "action", "assign_group")...).Status(http.StatusOK).Has("main select[name=group] option", "")
		if options := question.Document().Find("select[name=group]").Text(); !strings.Contains(options, "Editors") || !strings.Contains(options, "Moderators") {
			t.Errorf("the question offers %q, want both groups", options)
		}
		before := s.Contents()
		v.Post(users, append(picked, "action", "assign_group", "post", "yes")...).Status(http.StatusUnprocessableEntity).Has("#id_group-error", "Fill in")
		if s.Contents() != before {
			t.Error("no group was chosen, and something was stored")
		}
		v.Post(users, append(picked, "action", "assign_group", "post", "yes", "group", editors)...).Status(http.StatusSeeOther)
		v.Get(users).Has("#messages .alert-success", "Done for 3 people")
		if n := s.Count("SELECT count(*) FROM user_groups WHERE group_id = ?", editors); n != 3 {
			t.Errorf("%d people are in the group, want 3", n)
		}
		v.Get(userPage(s, "kea")+"history/").Has("main", "Put into a group").Has("main", "Editors")
		s.SignedIn("boss").Get(page(s, "kea", "history")).Has("main", "Put into a group") // the administration tells of it, too
		tui := s.SignedIn("tui")
		tui.Get("/cms/").Status(http.StatusOK)
		v.Post(users, append(picked, "action", "deactivate", "post", "yes")...).Status(http.StatusSeeOther)
		v.Get(users).Has("#messages .alert-success", "Done for 2 people").Has("#messages .alert-error", "cannot take your own rights away")
		if s.Count("SELECT count(*) FROM users WHERE is_active") != 1 || s.Count("SELECT count(*) FROM sessions se JOIN users u ON u.id = se.user_id WHERE u.username <> 'boss'") != 0 {
			t.Error("not just the others are inactive and signed out")
		}
		v.Post(users, append(picked, "action", "activate")...).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE is_active") != 3 || s.Count("SELECT count(*) FROM user_groups WHERE group_id = ?", editors) != 3 {
			t.Error("not all are active again, in their group")
		}
	})
	t.Run("H-27 another address is unverified, unless somebody vouches for it, and the old one is told", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Send(userPage(s, "kea"), "#record", "email", "One@Example.org").Status(http.StatusSeeOther)
		v.Send(userPage(s, "kea"), "#record", "email", "two@example.org", "verified", "on").Status(http.StatusSeeOther)
		const held = `SELECT string_agg(email || ' ' || "primary" || ' ' || verified, ', ' ORDER BY id) FROM email_addresses WHERE user_id = ?`
		var got string
		s.Row(&got, held, idOf(s, "kea"))
		if want := webtest.Address("kea") + " false true, one@example.org false false, two@example.org true true"; got != want {
			t.Errorf("kea holds %q, want %q", got, want)
		}
		s.Work()
		if len(s.Mails(webtest.Address("kea"))) != 1 || len(s.Mails("one@example.org")) != 1 {
			t.Error("not each former address was told once")
		}
	})
	t.Run("One's own record offers neither activity nor rights, and a new password keeps the session", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v, elsewhere := s.SignedIn("boss"), s.SignedIn("boss")
		own := userPage(s, "boss")
		v.Get(own).Status(http.StatusOK).Lacks("input[name=is_active]").Lacks("input[name=is_superuser]")
		v.Send(own, "#record", "is_active", "", "first_name", "Hana").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE username = 'boss' AND is_active AND is_superuser AND first_name = 'Hana'") != 1 {
			t.Error("the superuser lost something, or the name was not stored")
		}
		v.Send(own, "#record", "password1", "Kereru-42-flies", "password2", "Kereru-42-flies", "_continue", "1").Status(http.StatusSeeOther).To(own)
		v.Get(own).Status(http.StatusOK).Has("#messages", "was saved")
		elsewhere.Get(own).Status(http.StatusFound)
		s.Work()
		if n := len(s.Mails(webtest.Address("boss"))); n != 1 {
			t.Errorf("%d notices of the new password, want 1", n)
		}
	})
	t.Run("H-19 nobody raises rights here either", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := helper(s, "tui", "users.view_user", "users.add_user", "users.change_user", "users.delete_user", "auth.change_group")
		editors := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'"))
		before := s.Contents()
		v.Get(userPage(s, "boss")).Status(http.StatusOK).Lacks("form#record")
		v.Post(userPage(s, "boss"), "version", "1", "email", "mine@example.org").Status(http.StatusForbidden)
		v.Send(userPage(s, "kea"), "#record", "groups", editors).Status(http.StatusUnprocessableEntity).Has("#id_groups-error", "that you hold yourself")
		form := []string{"email", "new@example.org", "username", "new", "first_name", "Tama", "last_name", "Rua"}
		v.Send(users+"new/", "#record", append(form, "groups", editors)...).Status(http.StatusUnprocessableEntity)
		v.Post(users, "action", "assign_group", "post", "yes", "group", editors, "_selected_action", strconv.Itoa(idOf(s, "kea"))).Status(http.StatusSeeOther)
		v.Post(users, "action", "deactivate", "post", "yes", "_selected_action", strconv.Itoa(idOf(s, "boss"))).Status(http.StatusSeeOther)
		if s.Contents() != before {
			t.Error("something was stored")
		}
		v.Get(users).Has("#messages .alert-error", "that you hold yourself")
		v.Send(users+"new/", "#record", append(form, "is_superuser", "on")...).Status(http.StatusSeeOther) // not offered, so not read
		if s.Count("SELECT count(*) FROM users WHERE is_superuser") != 1 {
			t.Error("a superuser was made")
		}
	})
	t.Run("H-19 whoever belongs to the staff, or holds rights at places, is out of reach in bulk as well", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("weka")
		s.Person("tui")
		s.Exec("INSERT INTO user_groups (user_id, group_id) SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'tui' AND g.name = 'Moderators'")
		s.Exec("INSERT INTO groups (name) VALUES ('Empty')")
		codes := []string{"users.view_user", "users.add_user", "users.change_user", "users.delete_user"}
		outside := helper(s, "ruru", codes...)
		s.Clerk("kiwi", append(codes, "cms.access")...)
		for name, v := range map[string]*webtest.Visitor{"ruru": outside, "kiwi": s.SignedIn("kiwi")} {
			before := s.Contents()
			reach := []string{"tui"}
			if name == "ruru" {
				reach = append(reach, "weka")
			}
			for _, who := range reach {
				v.Get(userPage(s, who)).Status(http.StatusOK).Lacks("form#record")
				v.Post(userPage(s, who), "version", "1", "password1", "Kereru-42-flies", "password2", "Kereru-42-flies").Status(http.StatusForbidden)
				v.Post(userPage(s, who)+"delete/", "post", "yes").Status(http.StatusForbidden)
				for _, act := range []string{"deactivate", "delete_selected", "assign_group"} {
					v.Post(users, "action", act, "post", "yes", "group", strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Empty'")),
						"_selected_action", strconv.Itoa(idOf(s, who))).Status(http.StatusSeeOther)
				}
			}
			if name == "kiwi" {
				v.Post(people, "action", "delete_selected", "post", "yes", "_selected_action", strconv.Itoa(idOf(s, "tui"))).Status(http.StatusSeeOther)
			}
			if s.Contents() != before {
				t.Errorf("%s changed somebody who may more", name)
			}
		}
		s.SignedIn("kiwi").Send(userPage(s, "weka"), "#record", "last_name", "Rua").Status(http.StatusSeeOther) // staff look after staff
	})
	t.Run("H-19 of two superusers who set each other inactive in bulk one stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Staff("second")
		boss, second := s.SignedIn("boss"), s.SignedIn("second")
		off := func(v *webtest.Visitor, who string) func() {
			id := strconv.Itoa(idOf(s, who))
			return func() { v.Post(users, "action", "deactivate", "post", "yes", "_selected_action", id) }
		}
		one, other := off(boss, "second"), off(second, "boss")
		s.Behind(func() {
			var both sync.WaitGroup
			both.Go(one)
			both.Go(other)
			both.Wait()
		}, "SELECT pg_advisory_xact_lock(?)", 0x5065_726b)
		if n := s.Count("SELECT count(*) FROM users WHERE is_superuser AND is_active"); n != 1 {
			t.Errorf("%d active superusers are left, want 1", n)
		}
	})
	t.Run("A form that is older than an act in bulk does not undo it", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		form := v.Get(userPage(s, "kea")).Fields("#record", "first_name", "Ana")
		editors := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'"))
		assign := []string{"action", "assign_group", "post", "yes", "group", editors, "_selected_action", strconv.Itoa(idOf(s, "kea"))}
		v.Post(users, assign...).Status(http.StatusSeeOther)
		v.Post(userPage(s, "kea"), form...).Status(http.StatusUnprocessableEntity).Has(".problems", "saved this record")
		if s.Count("SELECT count(*) FROM user_groups") != 1 {
			t.Error("the group is gone again")
		}
		before := s.Contents()
		v.Post(users, assign...).Status(http.StatusSeeOther)
		v.Post(users, "action", "activate", "_selected_action", strconv.Itoa(idOf(s, "kea"))).Status(http.StatusSeeOther)
		if s.Contents() != before {
			t.Error("what was done already was done again")
		}
		v.Get(users).Has("#messages", "belong to this group already").Has("#messages", "Nothing was to be done")
	})
	t.Run("ACC-61 two wrong fields are told together, with what was typed and without the passwords", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		before := s.Contents()
		page := v.Send(users+"new/", "#record", "email", "nobody", "username", "a b", "first_name", "Ānaru", "last_name", "Tūī", "password1", "Kereru-42-flies", "password2", "other").
			Status(http.StatusUnprocessableEntity).Has("#id_email-error", "").Has("#id_username-error", "")
		for name, want := range map[string]string{"email": "nobody", "username": "a b", "first_name": "Ānaru", "password1": "", "password2": ""} {
			if got := page.Document().Find("#record [name="+name+"]").AttrOr("value", ""); got != want {
				t.Errorf("%s holds %q, want %q", name, got, want)
			}
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("ACC-62 a form from another site changes nothing", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss").With("Origin", "https://evil.example").With("Sec-Fetch-Site", "cross-site")
		before := s.Contents()
		for _, path := range []string{users, users + "new/", userPage(s, "kea"), userPage(s, "kea") + "delete/", "/cms/language/"} {
			v.Post(path, "version", "1", "post", "yes", "action", "delete_selected", "_selected_action", strconv.Itoa(idOf(s, "kea")), "language", "mi").Status(http.StatusForbidden)
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("Adding somebody with groups, as an administrator with a proof", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		editors := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Editors'"))
		form := []string{"email", "new@example.org", "username", "new", "first_name", "Tama", "last_name", "Rua", "groups", editors, "is_superuser", "on"}
		s.Exec("UPDATE sessions SET proved_at = proved_at - interval '301 seconds'")
		v.Send(users+"new/", "#record", form...).Status(http.StatusSeeOther).To("/en/accounts/reauthenticate/?next=" + url.QueryEscape(users+"new/"))
		if s.Count("SELECT count(*) FROM users WHERE username = 'new'") != 0 {
			t.Error("a superuser was added without a proof")
		}
		s.Exec("UPDATE sessions SET proved_at = proved_at + interval '301 seconds'")
		v.Send(users+"new/", "#record", form...).Status(http.StatusSeeOther).To(users)
		if s.Count("SELECT count(*) FROM users u JOIN user_groups g ON g.user_id = u.id WHERE u.username = 'new' AND u.is_superuser AND g.group_id = ?", editors) != 1 {
			t.Error("the new superuser is in no group")
		}
	})
	t.Run("What the administration keeps to itself is not told here", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.SignedIn("boss").Send(page(s, "kea", "change"), "#record", "admin_notes", "Owes us a book", "first_name", "Ana").Status(http.StatusSeeOther)
		history := s.SignedIn("boss").Get(userPage(s, "kea")+"history/").Status(http.StatusOK).Has("main", "First name").Has("main", "looked after elsewhere")
		if strings.Contains(history.Document().Text(), "Owes us a book") {
			t.Error("the notes of the staff stand in the editor's history")
		}
		s.SignedIn("boss").Send(userPage(s, "kea"), "#record", "first_name", "Hana").Status(http.StatusSeeOther)
		s.SignedIn("boss").Get(page(s, "kea", "history")).Has("main", "Owes us a book").Has("main", "Hana")
		s.SignedIn("boss").Send(userPage(s, "kea"), "#record", "last_name", "Tūī").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND admin_notes = 'Owes us a book' AND last_name = 'Tūī'") != 1 {
			t.Error("the editor lost what it does not show")
		}
	})
}
