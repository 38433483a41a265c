package accounts_test

import (
	"net/http"
	"testing"

	"ams/app/profile"
)

// TestAnswersStay: saving the profile changes no answer that its form did not show.
func TestAnswersStay(t *testing.T) {
	t.Parallel()
	t.Run("of questions that were switched on after the form was opened", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t, profile.Question{Key: "pet", Type: profile.Text})
		s.Answer("kea", s.Ask(profile.Question{Key: "kinds", Type: profile.Checkbox, Options: choices("x")}), `["x"]`)
		s.Answer("kea", s.Ask(profile.Question{Key: "home", Type: profile.Text}), "Ōtaki")
		s.Exec("UPDATE profile_fields SET is_active = false WHERE field_key IN ('kinds', 'home')")
		form := v.Get(update).Fields("form#profile", "pet", "Tūī")
		s.Exec("UPDATE profile_fields SET is_active = true")

		stale := append([]string{"username", "a b"}, form...)
		v.Post(update, stale...).Status(http.StatusUnprocessableEntity).Has("[name=kinds][value=x][checked]", "").Has(`#id_home[value="Ōtaki"]`, "")

		v.Post(update, form...).Status(http.StatusSeeOther)
		answered(s, "pet", "Tūī")
		answered(s, "kinds", `["x"]`)
		answered(s, "home", "Ōtaki")
		v.Send(update, "form#profile", "kinds", "", "home", "").Status(http.StatusSeeOther) // now they are on it
		answered(s, "kinds", "(none)")
		answered(s, "home", "(none)")
	})
	t.Run("that its inputs cannot show any more", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t)
		for key, q := range map[string]struct {
			kind   profile.Type
			stored string
		}{
			"kinds": {profile.Checkbox, `["gone","x"]`}, "only": {profile.Checkbox, `["gone"]`}, "home": {profile.Radio, "gone"},
			"food": {profile.Select, "gone"}, "day": {profile.Day, "18/01/2026"},
		} {
			asks := profile.Question{Key: key, Type: q.kind}
			if q.kind.Chooses() {
				asks.Options = choices("x", "y")
			}
			s.Answer("kea", s.Ask(asks), q.stored)
		}
		v.Send(update, "form#profile", "first_name", "Hine", "day", "").Status(http.StatusSeeOther) // browsers send no date that is none
		for key, want := range map[string]string{"kinds": `["gone","x"]`, "only": `["gone"]`, "home": "gone", "food": "gone", "day": "18/01/2026"} {
			answered(s, key, want)
		}
		v.Send(update, "form#profile", "kinds", "y", "home", "y", "food", "x", "day", "2026-01-18").Status(http.StatusSeeOther)
		for key, want := range map[string]string{"kinds": `["y"]`, "only": `["gone"]`, "home": "y", "food": "x", "day": "2026-01-18"} {
			answered(s, key, want)
		}
		v.Send(update, "form#profile", "kinds", "", "home", "", "food", "", "day", "").Status(http.StatusSeeOther)
		for _, key := range []string{"kinds", "home", "food", "day"} {
			answered(s, key, "(none)")
		}
	})
}
