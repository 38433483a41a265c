package staff_test

import (
	"context"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/fault"
	"ams/app/web/webtest"
)

// Nobody raises rights above what they hold.
func TestRights(t *testing.T) {
	t.Parallel()
	every := []string{
		"users.view_user", "users.add_user", "users.change_user", "users.delete_user", "auth.add_group", "auth.change_group",
		"account.change_emailaddress", "account.add_emailaddress", "account.delete_emailaddress",
	}
	// clerk is a site with somebody who may do all of that, and no more.
	clerk := func(t *testing.T) (*webtest.Site, *webtest.Visitor) {
		t.Helper()
		s := site(t)
		s.Clerk("ruru", every...)
		return s, s.SignedIn("ruru")
	}
	t.Run("ACC-47 staff who are no superusers set neither flag", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		for _, flag := range []string{"is_staff", "is_superuser"} {
			for _, who := range []string{"kea", "ruru"} {
				v.Get(page(s, who, "change")).Status(http.StatusOK).Lacks("input[name=" + flag + "]")
				v.Send(page(s, who, "change"), "#record", flag, "on").Status(http.StatusSeeOther)
			}
		}
		if s.Count("SELECT count(*) FROM users WHERE is_superuser") != 1 || s.Count("SELECT count(*) FROM users WHERE is_staff") != 2 {
			t.Error("a flag was set")
		}
	})
	t.Run("ACC-47 whatever a form offers, the service refuses both flags", func(t *testing.T) {
		t.Parallel()
		s, _ := clerk(t)
		ids := []int64{int64(idOf(s, "kea")), int64(idOf(s, "boss"))}
		all, err := account.Owners(t.Context(), s.DB, ids)
		if err != nil {
			t.Fatal(err)
		}
		kea, boss := all[ids[0]], all[ids[1]]
		holders, err := access.LoadMany(t.Context(), s.DB, []int64{int64(idOf(s, "ruru"))})
		if err != nil {
			t.Fatal(err)
		}
		ruru := holders[int64(idOf(s, "ruru"))]
		fresh := func(change func(*account.Record)) *account.Record {
			r := &account.Record{Person: account.Person{Email: "new@example.org", Username: "new", FirstName: "Tama", LastName: "Rua"}}
			change(r)
			return r
		}
		changed := func(r account.Record, change func(*account.Record)) *account.Record {
			change(&r)
			return &r
		}
		staff, super := func(r *account.Record) { r.Staff = true }, func(r *account.Record) { r.Superuser = true }
		neither := func(r *account.Record) { r.Staff, r.Superuser = false, false }
		people := s.App.People
		before := s.Contents()
		for name, do := range map[string]func(context.Context, bun.Tx) error{
			"AddRecord(staff)":     func(ctx context.Context, tx bun.Tx) error { return people.AddRecord(ctx, tx, ruru, fresh(staff)) },
			"AddRecord(superuser)": func(ctx context.Context, tx bun.Tx) error { return people.AddRecord(ctx, tx, ruru, fresh(super)) },
			"ChangeRecord(kea, staff)": func(ctx context.Context, tx bun.Tx) error {
				return people.ChangeRecord(ctx, tx, ruru, &kea, changed(kea, staff))
			},
			"ChangeRecord(kea, superuser)": func(ctx context.Context, tx bun.Tx) error {
				return people.ChangeRecord(ctx, tx, ruru, &kea, changed(kea, super))
			},
			"ChangeRecord(boss, neither)": func(ctx context.Context, tx bun.Tx) error {
				return people.ChangeRecord(ctx, tx, ruru, &boss, changed(boss, neither))
			},
		} {
			if err := s.DB.RunInTx(t.Context(), nil, do); fault.KindOf(err) != fault.Denied {
				t.Errorf("%s by a clerk = %v, want a refusal", name, err)
			}
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		err = s.DB.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
			return people.ChangeRecord(ctx, tx, access.Holder{ID: boss.ID, Superuser: true}, &kea, changed(kea, staff))
		})
		if err != nil || s.Count("SELECT count(*) FROM users WHERE username = 'kea' AND is_staff") != 1 {
			t.Errorf("ChangeRecord(kea, staff) by a superuser = %v, want it stored", err)
		}
	})
	t.Run("H-19 of two superusers who take each other's rights one stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Staff("second")
		for flag, left := range map[string]string{"is_superuser": "is_superuser", "is_active": "is_active AND is_superuser"} {
			s.Exec("UPDATE users SET is_superuser = true, is_active = true WHERE username IN ('boss', 'second')")
			boss, second := s.SignedIn("boss"), s.SignedIn("second")
			ofSecond := boss.Get(page(s, "second", "change")).Fields("#record", flag, webtest.Leave)
			ofBoss := second.Get(page(s, "boss", "change")).Fields("#record", flag, webtest.Leave)
			toSecond, toBoss := page(s, "second", "change"), page(s, "boss", "change")
			s.Behind(func() {
				var both sync.WaitGroup
				both.Go(func() { boss.Post(toSecond, ofSecond...) })
				both.Go(func() { second.Post(toBoss, ofBoss...) })
				both.Wait()
			}, "SELECT pg_advisory_xact_lock(?)", 0x5065_726b)
			if n := s.Count("SELECT count(*) FROM users WHERE " + left); n != 1 {
				t.Errorf("without %s %d superusers are left, want 1", flag, n)
			}
		}
	})
	t.Run("Superusers are out of reach", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		before := s.Contents()
		v.Get(page(s, "boss", "change")).Status(http.StatusOK).Lacks("form#record").Has(".alert", "Only an administrator")
		v.Post(page(s, "boss", "change"), "version", "1", "email", "mine@example.org").Status(http.StatusForbidden)
		v.Get(page(s, "boss", "delete")).Status(http.StatusForbidden)
		v.Post(page(s, "boss", "delete"), "post", "yes").Status(http.StatusForbidden)
		v.Post(people, "action", "delete_selected", "post", "yes", "_selected_action", strconv.Itoa(idOf(s, "boss"))).Status(http.StatusSeeOther)
		address := strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = ?", webtest.Address("boss")))
		v.Post(addresses+address+"/change/", "version", "1").Status(http.StatusForbidden)
		v.Post(addresses+address+"/delete/", "post", "yes").Status(http.StatusForbidden)
		v.Send(addresses+"add/", "#record", "user", strconv.Itoa(idOf(s, "boss")), "email", "mine@example.org", "verified", "on").Status(http.StatusForbidden)
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("People with other permissions are out of reach", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		s.Clerk("weka", "cms.access")
		before := s.Contents()
		v.Post(page(s, "weka", "change"), "version", "1", "email", "mine@example.org").Status(http.StatusForbidden)
		v.Post(page(s, "weka", "delete"), "post", "yes").Status(http.StatusForbidden)
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
	t.Run("Nobody gives what they do not hold", func(t *testing.T) {
		t.Parallel()
		s, v := clerk(t)
		s.Exec("INSERT INTO groups (name) VALUES ('Strong')")
		strong := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Strong'"))
		s.SignedIn("boss").Send(groups+strong+"/change/", "#record", "permissions", "cms.access").Status(http.StatusSeeOther)
		before := s.Contents()
		for _, who := range []string{"kea", "ruru"} {
			v.Send(page(s, who, "change"), "#record", "user_permissions", "cms.access").Status(http.StatusUnprocessableEntity).
				Has("#id_user_permissions-error", "that you hold yourself")
			v.Send(page(s, who, "change"), "#record", "groups", strong).Status(http.StatusUnprocessableEntity).
				Has("#id_groups-error", "that you hold yourself")
		}
		v.Send(groups+"add/", "#record", "name", "Mine", "permissions", "cms.access").Status(http.StatusUnprocessableEntity).
			Has("#id_permissions-error", "that you hold yourself")
		v.Send(groups+strong+"/change/", "#record", "name", "Stronger", "permissions", "users.export_user").Status(http.StatusUnprocessableEntity)
		if s.Contents() != before {
			t.Error("something was stored")
		}
		v.Send(groups+"add/", "#record", "name", "Mine", "permissions", "users.view_user").Status(http.StatusSeeOther)
		v.Send(groups+strong+"/change/", "#record", "name", "Stronger").Status(http.StatusSeeOther) // what is there already may stay
		v.Send(page(s, "kea", "change"), "#record", "user_permissions", "users.view_user").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM user_permissions up JOIN users u ON u.id = up.user_id WHERE u.username = 'kea'") != 1 {
			t.Error("a permission that the clerk holds was not given")
		}
	})
	t.Run("Nobody takes their own rights away, nor the last superuser's", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		v.Get(page(s, "boss", "change")).Lacks("input[name=is_active]").Lacks("input[name=is_superuser]")
		v.Send(page(s, "boss", "change"), "#record").Status(http.StatusSeeOther)
		v.Post(page(s, "boss", "delete"), "post", "yes").Status(http.StatusSeeOther).To(page(s, "boss", "change"))
		if got := flash(v); got == "" {
			t.Error("nothing says why")
		}
		s.Staff("second")
		s.Exec("UPDATE users SET is_active = false WHERE username = 'boss'") // behind the program's back
		other := s.SignedIn("second")
		s.Exec("UPDATE users SET is_superuser = false WHERE username = 'second'")
		s.Grant("second", every...)
		other.Post(page(s, "boss", "change"), "version", "1").Status(http.StatusForbidden)
		if s.Count("SELECT count(*) FROM users WHERE username = 'boss' AND is_superuser") != 1 {
			t.Error("the superuser is gone")
		}
	})
	t.Run("SHL-29 an action needs the permission to change", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "account.view_emailaddress")
		s.Exec("UPDATE email_addresses SET verified = false WHERE email = ?", webtest.Address("kea"))
		id := strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = ?", webtest.Address("kea")))
		v := s.SignedIn("ruru")
		before := s.Contents()
		v.Get(addresses).Status(http.StatusOK).Lacks("#actions").Lacks(".pick")
		v.Post(addresses, "action", "verify", "_selected_action", id).Status(http.StatusForbidden)
		if s.Contents() != before {
			t.Error("something was stored")
		}
		s.SignedIn("boss").Post(addresses, "action", "verify", "_selected_action", id).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM email_addresses WHERE id = ? AND verified", id) != 1 ||
			s.Count("SELECT count(*) FROM admin_log_entries WHERE action = 'verify' AND object_id = ?", id) != 1 {
			t.Error("the action was not done or not logged")
		}
	})
}
