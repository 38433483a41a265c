package organisations_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/web/webtest"
)

func TestDeactivate(t *testing.T) {
	t.Parallel()
	t.Run("ORG-28 one administrator and an invitation: refused; only rows that were ended besides: done", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.isInvited("weka@example.org", "MEMBER")
		v := k.SignedIn("kea")
		k.unchanged(func() {
			v.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(k.page)
			v.Get(k.page + "deactivate/").Status(http.StatusFound).To(k.page)
		})
		k.tells(v, k.page, "Error: Several people belong to "+kuraName)
		k.Exec("UPDATE organisation_members SET declined_datetime = '2027-03-02 12:00Z' WHERE invite_email = 'weka@example.org'")
		v.Get(k.page+"deactivate/").Status(http.StatusOK).Has("h1", "Deactivate "+kuraName+"?").Has("main p", "memberships that have not expired are cancelled").
			Has(".breadcrumbs", kuraName).Has("main form button.btn-danger", "Deactivate")
		v.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To("/en/users/kea/")
		k.tells(v, "/en/users/kea/", "Success: "+kuraName+" is deactivated.")
		if n := k.Count("SELECT count(*) FROM organisations WHERE NOT is_active"); n != 1 {
			t.Errorf("%d organisations are inactive, want 1", n)
		}
		k.has("m.invite_email = 'weka@example.org' AND m.declined_datetime = '2027-03-02 12:00Z' AND m.revoked_datetime IS NULL")
		k.has("u.username = 'kea' AND m.revoked_datetime IS NULL AND m.role = 'ADMIN'")
		k.unchanged(func() { v.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To("/en/users/kea/") })
		k.tells(v, "/en/users/kea/", "Note: "+kuraName+" is inactive already.")
	})
	t.Run("ORG-29 staff close an organisation of somebody else only in the administration", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		staff := k.SignedIn("boss")
		k.unchanged(func() { staff.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(k.page) })
		k.tells(staff, k.page, "Error: You do not belong to "+kuraName)
		k.joins("tui", "MEMBER")
		k.unchanged(func() { staff.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(k.page) })
		k.tells(staff, k.page, "Error: Several people belong to "+kuraName)
	})
	t.Run("A plain member cannot, even alone", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.Exec("DELETE FROM organisation_members WHERE role = 'ADMIN'")
		v := k.SignedIn("tui")
		k.unchanged(func() { v.Post(k.page + "deactivate/").Status(http.StatusForbidden) })
	})
	t.Run("What it bought is cancelled in the same transaction, or nothing happens", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("kea")
		asked := int64(0)
		k.App.Orgs.Serve(organisation.Memberships{CancelAll: func(ctx context.Context, tx bun.Tx, _ access.Holder, o organisation.Organisation) error {
			if open, err := tx.NewSelect().Table("organisations").Where("is_active").Exists(ctx); err != nil || open {
				t.Errorf("the memberships are asked while the organisation is active = %v, %v", open, err)
			}
			asked = o.ID
			return errors.New("the membership is held by somebody else")
		}})
		k.unchanged(func() { v.Post(k.page + "deactivate/").Status(http.StatusInternalServerError) })
		if asked != 1 {
			t.Errorf("the memberships of organisation %d were asked, want 1", asked)
		}
	})
	t.Run("The program does not start while nobody answers for what was bought", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		if err := k.App.Orgs.Err(); err != nil {
			t.Errorf("Err() = %v, want none of a program that runs", err)
		}
		for name, m := range map[string]organisation.Memberships{
			"nobody":              {},
			"nobody who cancels":  {Full: k.App.Members.Full, Discard: k.App.Members.DiscardAll},
			"nobody who counts":   {CancelAll: k.App.Members.CancelAll, Discard: k.App.Members.DiscardAll},
			"nobody who discards": {Full: k.App.Members.Full, CancelAll: k.App.Members.CancelAll},
		} {
			k.App.Orgs.Serve(m)
			if k.App.Orgs.Err() == nil {
				t.Errorf("Err() is nil while %s answers", name)
			}
		}
	})
	t.Run("An invitation that comes at the same moment is not lost and not left", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("kea")
		// Whoever invites holds the organisation, as this transaction does.
		k.Behind(func() { v.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To(k.page) }, `
			WITH held AS (SELECT id FROM organisations FOR NO KEY UPDATE)
			INSERT INTO organisation_members (organisation_id, invite_email, created_datetime) SELECT id, 'weka@example.org', now() FROM held`)
		if n := k.Count("SELECT count(*) FROM organisations WHERE is_active"); n != 1 {
			t.Errorf("%d active organisations, want the one with an invitation", n)
		}
	})
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	const own = "/en/users/tui/"
	t.Run("Organisations, the latest first, with what can be done", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("tui")
		v.Get(own).Status(http.StatusOK).Has("#organisations h3", "No organisations yet").Has(`#organisations a[href="/en/organisations/create/"]`, "Create an organisation")
		k.joins("tui", "MEMBER")
		v.Post("/en/organisations/create/", append([]string{"name", "Tui Ltd"}, details()...)...).Status(http.StatusSeeOther)
		k.Exec("UPDATE organisations SET is_active = false WHERE name = 'Tui Ltd'") // is listed all the same
		page := v.Get(own).Status(http.StatusOK)
		rows := page.Document().Find("#organisations tbody tr")
		if rows.Length() != 2 || rows.First().Find("th").Text() == kuraName {
			t.Errorf("%d rows, the first %q, want 2 and the organisation that was joined last first", rows.Length(), rows.First().Text())
		}
		page.Has("#organisations tr:nth-child(1)", "Administrator").Has("#organisations tr:nth-child(1)", "03/03/2027").Has("#organisations tr:nth-child(1) a[aria-label='View Tui Ltd']", "View")
		page.Has("#organisations tr:nth-child(2)", "Member").Has("#organisations tr:nth-child(2)", "02/03/2027").Lacks("#organisations tr:nth-child(2) a[href='" + k.page + "']")
		page.Has(`#organisations a[data-action-url="`+k.page+`leave/"][data-action-title="Leave `+kuraName+`?"]`, "Leave").Has(".section-heading a[href$='/organisations/create/']", "Create")
	})
	t.Run("Neither invitations nor rows that were ended", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.isInvited("tui", "ADMIN")
		v := k.SignedIn("tui")
		v.Get(own).Has("#organisations h3", "No organisations yet")
		k.Exec("UPDATE organisation_members SET accepted_datetime = now(), revoked_datetime = now() WHERE invite_email = 'tui@example.org'")
		v.Get(own).Has("#organisations h3", "No organisations yet")
	})
	t.Run("Staff see those of others, and leave none of them", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.SignedIn("boss").Get(own).Status(http.StatusOK).Has(`#organisations a[href="`+k.page+`"]`, "View").Lacks(`#organisations a[href$="/leave/"]`)
		k.SignedIn("boss").Get("/en/users/boss/").Has("#organisations h3", "No organisations yet")
		k.SignedIn("kea").Get(own).Status(http.StatusForbidden)
	})
}

// What the program itself gives as a reason is read in the language of the page, by members and by staff.
func TestReasonOfAClosure(t *testing.T) {
	t.Parallel()
	k := newKura(t)
	option := k.Option(membership.Option{Type: membership.ForOrganisations}, "0.00")
	id := k.Seats(1, option, 3)
	v := k.SignedIn("kea")
	v.Post(k.page + "deactivate/").Status(http.StatusSeeOther).To("/en/users/kea/")
	k.Exec("UPDATE users SET language = 'mi' WHERE username = 'boss'")
	record := "/admin/memberships/organisationmembership/" + fmt.Sprint(id) + "/change/"
	for _, page := range []struct {
		v          *webtest.Visitor
		path       string
		place      string
		want, lack string
	}{
		{v, k.page, "#memberships tbody", "The organisation was closed.", "Kua katia"},
		{v, "/mi" + strings.TrimPrefix(k.page, "/en"), "#memberships tbody", "Kua katia te whakahaere.", "The organisation was closed."},
		{k.SignedIn("boss"), record, ".record-side", "Kua katia te whakahaere.", "The organisation was closed."},
	} {
		got := page.v.Get(page.path).Status(http.StatusOK).Has(page.place, page.want)
		if strings.Contains(got.Document().Find(page.place).Text(), page.lack) {
			t.Errorf("%s says %q, too", page.path, page.lack)
		}
	}
}
