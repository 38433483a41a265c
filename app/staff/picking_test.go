package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"

	"ams/app/profile"
	"ams/app/web/webtest"
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

// More groups than a list to choose one from holds can still be ticked and filtered by.
func TestManyGroups(t *testing.T) {
	t.Parallel()
	s := site(t)
	s.Exec("INSERT INTO groups (name) SELECT 'Group ' || i FROM generate_series(1, 150) i")
	id := strconv.Itoa(s.Count("SELECT id FROM groups WHERE name = 'Group 120'"))
	v := s.SignedIn("boss")
	v.Get(page(s, "kea", "change")).Has(`#record input[name=groups][value="`+id+`"]`, "")
	v.Send(page(s, "kea", "change"), "#record", "groups", id).Status(http.StatusSeeOther)
	v.Get(people+"?groups="+id).Has(`select[name=groups] option[value="`+id+`"][selected]`, "Group 120").Has("tbody", "kea")
}

// Rows for further choices come without anything being stored or lost.
func TestMoreChoices(t *testing.T) {
	t.Parallel()
	s, v := questioning(t)
	before := s.Contents("sessions")
	form := []string{
		"group", "1", "field_type", "RADIO", "label_translations_en", "Pet", "options-0-value", "dog", "options-0-en", "Dog",
		"options-1-value", "cat", "options-1-order", "5", "options-2-value", "eel", "_more", "options",
	}
	for name, visitor := range map[string]*webtest.Visitor{"whole page": v, "fragment": v.HX()} {
		answer := visitor.Post(fields+"add/", form...).Status(http.StatusOK).Lacks("#record [data-problems]").Lacks(".field-error").
			Has("#id_options tbody tr:nth-child(6) input", "").Lacks("#id_options tbody tr:nth-child(7)").
			Has(`[name=options-0-en][value=Dog]`, "").Has(`[name=options-1-order][value="5"]`, "").Has(`[name=options-2-value][value=eel]`, "").
			Has(`[name=label_translations_en][value=Pet]`, "").Has("[name=options-3-value][autofocus]", "")
		if headings := answer.Document().Find("h1").Length(); (headings == 1) != (name == "whole page") {
			t.Errorf("%s: %d headings", name, headings)
		}
	}
	v.Send(fields+"add/", "#record", "_more", "options").Status(http.StatusOK).Has("#id_options tbody tr:nth-child(6) input", "")
	if s.Contents("sessions") != before {
		t.Error("asking for rows stored something")
	}
	q := s.Ask(profile.Question{Key: "pet", Type: profile.Text})
	at := fmt.Sprintf("%s%d/change/", fields, q)
	opened := v.Get(at).Fields("#record", "label_translations_en", "Animal", "_more", "options")
	v.Post(at, opened...).Status(http.StatusOK).Has(`[name=label_translations_en][value=Animal]`, "").Has("#id_options tbody tr:nth-child(6)", "")
	v.Send(at, "#record", "label_translations_en", "Creature").Status(http.StatusSeeOther)
	v.Post(at, opened...).Status(http.StatusUnprocessableEntity) // somebody has saved it since
}
