package staff_test

import (
	"fmt"
	"net/http"
	"testing"

	"ams/app/profile"
)

// Who may give first answers is asked for them, and for no other ones.
func TestFirstAnswers(t *testing.T) {
	t.Parallel()
	s, _ := questioning(t)
	open, given := s.Ask(profile.Question{Key: "pet", Type: profile.Text}), s.Ask(profile.Question{Key: "iwi", Type: profile.Text})
	s.Answer("kea", given, "Kāi Tahu")
	name := func(id int64) string { return fmt.Sprintf("answers.%d.value", id) }
	const code = "_profilefieldresponse"
	s.Clerk("adds", "users.change_user", "users.view"+code, "users.add"+code)
	v := s.SignedIn("adds")
	v.Get(page(s, "kea", "change")).Has(`[name="`+name(given)+`"][disabled]`, "").Lacks(`[name="` + name(open) + `"][disabled]`)
	v.Send(page(s, "kea", "change"), "#record", name(open), "Rūrū", "first_name", "").Status(http.StatusUnprocessableEntity).
		Has(`[name="`+name(open)+`"][value="Rūrū"]`, "")
	v.Send(page(s, "kea", "change"), "#record", name(open), "Rūrū", name(given), "Forged").Status(http.StatusSeeOther)
	if got := s.Answered("kea", "pet") + " " + s.Answered("kea", "iwi"); got != "Rūrū Kāi Tahu" {
		t.Errorf("answers = %s, want the first one stored and the other one kept", got)
	}
	v.Get(page(s, "kea", "change")).Has(`[name="`+name(open)+`"][disabled]`, "")
}
