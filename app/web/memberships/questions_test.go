package memberships_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// asking is a shop whose association wants to know something.
func asking(t *testing.T) (s *webtest.Site, v *webtest.Visitor, option string) {
	t.Helper()
	s, v, option = shop(t, month(), "0")
	group := s.Group("Teaching", 0)
	for i, q := range []profile.Question{
		{Key: "school", Type: profile.Text, RequiredForMembership: true},
		{Key: "level", Type: profile.Text, RequiredForMembership: true, ReadOnly: true},
		{Key: "years", Type: profile.Number, RequiredForMembership: true},
		{Key: "hobby", Type: profile.Text},
	} {
		q.GroupID, q.Order = group, i
		s.Ask(q)
	}
	return s, v, option
}

func TestRequiredQuestions(t *testing.T) {
	t.Parallel()
	t.Run("ACC-63 open questions are asked, and answers come with the application", func(t *testing.T) {
		t.Parallel()
		s, v, option := asking(t)
		form := v.Get(apply).Status(http.StatusOK).Has("#id_profile-school[aria-required=true]", "").Has("#id_profile-years[type=number]", "").
			Lacks("#id_profile-level").Lacks("#id_profile-hobby")
		if asked := form.Document().Find("#apply .form-section input").Map(func(_ int, q *goquery.Selection) string { return q.AttrOr("name", "") }); strings.Join(asked, " ") != "profile-school profile-years" {
			t.Errorf("the form asks %v, want them in the order of the profile", asked)
		}
		v.Post(apply, order(option, "")...).Status(http.StatusUnprocessableEntity).Has("#id_profile-school-error", "Answer “school”").
			Has("#id_profile-years-error", "Answer “years”").Has("#id_start_date-error", "").Has(`.problems a[href="#id_profile-years"]`, "")
		v.HX().Post(apply, order(option, "2026-07-10", "profile-school", "Te Kura", "profile-years", "-")...).Status(http.StatusUnprocessableEntity).
			Lacks("header").Has(`#id_profile-school[value="Te Kura"]`, "").Has("#id_profile-years-error", "Enter a whole number")
		if memberships(s) != 0 || s.Answered("kea", "school") != "(none)" {
			t.Error("a refused application stored something")
		}
		v.Post(apply, order(option, "2026-07-10", "profile-school", " Te Kura ", "profile-years", "0", "profile-level", "x", "profile-hobby", "x")...).
			Status(http.StatusSeeOther)
		if school, years := s.Answered("kea", "school"), s.Answered("kea", "years"); memberships(s) != 1 || school != "Te Kura" || years != "0" {
			t.Errorf("%d memberships, school %q, years %q, want both answers and one membership", memberships(s), school, years)
		}
		if s.Answered("kea", "level") != "(none)" || s.Answered("kea", "hobby") != "(none)" {
			t.Error("an answer that was not asked for was stored")
		}
		v.Get(apply).Lacks("#apply .form-section")
	})
	t.Run("ORG-67 refused until answered, then on the profile", func(t *testing.T) {
		t.Parallel()
		s, v, option := asking(t)
		s.Exec("UPDATE profile_fields SET is_required_for_membership = field_key = 'school'")
		v.Send(apply, "form#apply", "membership_option", option, "profile-school", " ").Status(http.StatusUnprocessableEntity).Has("#id_profile-school-error", "")
		v.Send(apply, "form#apply", "membership_option", option, "profile-school", "Te Kura").Status(http.StatusSeeOther)
		v.Get("/en/users/~update/").Has(`#id_school[value="Te Kura"]`, "").Has("form#profile .badge", "Required for membership")
	})
	t.Run("NotLive", func(t *testing.T) {
		t.Parallel()
		s, v, option := asking(t)
		s.Exec("UPDATE profile_field_groups SET is_active = false")
		v.Get(apply).Lacks("#apply .form-section")
		v.Post(apply, order(option, "2026-07-10")...).Status(http.StatusSeeOther)
	})
	t.Run("Atomic", func(t *testing.T) { // the overlap is found by the schema, after the answers
		t.Parallel()
		s, v, option := asking(t)
		s.Behind(func() {
			v.Post(apply, order(option, "2026-07-10", "profile-school", "x", "profile-years", "1")...).Status(http.StatusUnprocessableEntity).
				Has("#id_start_date-error", "You have a membership")
		}, `INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
			SELECT id, `+option+`, '2026-07-01', '2026-08-01', '2026-01-01' FROM users WHERE username = 'kea'`)
		if s.Answered("kea", "school") != "(none)" {
			t.Error("the answer was stored without the application")
		}
	})
	t.Run("StaffAreNotAskedEither", func(t *testing.T) { // what only staff can answer never blocks
		t.Parallel()
		s, v, option := asking(t)
		s.Exec("UPDATE users SET is_staff = true")
		v.Get(apply).Lacks("#id_profile-level")
		v.Post(apply, order(option, "2026-07-10", "profile-school", "x", "profile-years", "1")...).Status(http.StatusSeeOther)
	})
	t.Run("LookKeepsAnswers", func(t *testing.T) { // without scripts
		t.Parallel()
		s, v, option := asking(t)
		v.Send(apply, "form#apply", "membership_option", option, "profile-school", "Te Kura", "look", "1").Status(http.StatusOK).
			Has("#period", "Expires on").Has(`#id_profile-school[value="Te Kura"]`, "").Lacks(".problems")
		v.HX().Send(apply, "form#apply", "membership_option", option, "look", "1").Status(http.StatusOK).Lacks("header")
		if memberships(s) != 0 || s.Answered("kea", "school") != "(none)" {
			t.Error("looking stored something")
		}
	})
}
