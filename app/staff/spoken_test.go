package staff_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"ams/app/lang"
	"ams/app/membership"
	"ams/app/web/webtest"
)

// Pages name records in their language. History, and what is typed to choose a record, keep one name for all.
func TestSpokenTitles(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff("boss")
	s.Person("kea")
	option := fmt.Sprint(s.Option(membership.Option{Name: lang.Text{EN: "Teacher", MI: "Kaiako"}}, "0"))
	s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
	version := s.TermVersion("privacy", "1.0", -time.Hour)
	s.Exec("UPDATE terms SET name_mi = 'Matatapu'")
	v := s.SignedIn("boss").With("Accept-Language", "mi")
	held := fmt.Sprintf("/admin/memberships/individualmembership/%d/", s.Count("SELECT id FROM individual_memberships"))
	for page, want := range map[string]string{
		held + "change/": "Mere Kahu (kea@example.org), Kaiako", "/admin/memberships/membershipoption/" + option + "/change/": "Kaiako",
		versionPage(version, "change"): "Matatapu v1.0",
	} {
		v.Get(page).Status(http.StatusOK).Has("h1", want)
	}
	agree(s, "kea", "10.9.8.7", version)
	record := fmt.Sprintf("/admin/terms/termacceptance/%d/change/", s.Count("SELECT id FROM term_acceptances"))
	v.Get("/admin/terms/termacceptance/").Has("#list-table tbody", "Matatapu v1.0")
	v.Get(record).Has("h1", "Matatapu v1.0, kea@example.org").Has(".static-value", "Matatapu v1.0")
	v.Get(held+"delete/").Has(".names", "Kaiako")
	v.Send("/admin/memberships/membershipoption/"+option+"/change/", "#record", "archived", "on").Status(http.StatusSeeOther)
	v.Get("/admin/").Has("#messages", "“Kaiako”")
	if s.Count("SELECT count(*) FROM admin_log_entries WHERE title = 'Teacher'") != 1 {
		t.Error("history does not keep the one name")
	}
	s.Exec("UPDATE users SET erased_at = now(), first_name = '', last_name = '' WHERE username = 'kea'")
	v.Get(page(s, "kea", "change")).Has("h1", "Tangata kua ūkuia")
}
