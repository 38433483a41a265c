package staff_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"ams/app/profile"
	"ams/app/web/webtest"
)

const fields, fieldGroups = "/admin/users/profilefield/", "/admin/users/profilefieldgroup/"

// fieldForm is what the form for a new question has to have.
func fieldForm(more ...string) []string {
	return append([]string{"field_key", "pet", "group", "1", "field_type", "TEXT", "label_translations_en", "Pet"}, more...)
}

func questioning(t *testing.T, settings ...string) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := site(t, settings...)
	s.Group("Pets", 0)
	return s, s.SignedIn("boss")
}

func TestQuestionForm(t *testing.T) {
	t.Parallel()
	t.Run("ACC-44 keys that are refused", func(t *testing.T) {
		t.Parallel()
		s, v := questioning(t)
		for _, key := range []string{
			"username", "first_name", "last_name", "email", "profile_picture", "language", "next", "submit", "password", "password1", "passwords_of_mine",
			"9lives", "a-b", "Pet", "_pet", "pet name", "pēt", "",
		} {
			v.Send(fields+"add/", "#record", fieldForm("field_key", key)[2:]...).Status(http.StatusUnprocessableEntity).Has("#id_field_key-error", "")
			v.Post(fields+"add/", append([]string{"field_key", key}, fieldForm()[2:]...)...).Status(http.StatusUnprocessableEntity).Has("#id_field_key-error", "")
		}
		if s.Count("SELECT count(*) FROM profile_fields") != 0 {
			t.Error("a question was stored")
		}
		v.Post(fields+"add/", fieldForm()...).Status(http.StatusSeeOther)
		v.Post(fields+"add/", fieldForm("field_type", "DATE")...).Status(http.StatusUnprocessableEntity).Has("#id_field_key-error", "has this key already")
		v.Send(last(s, fields, "change"), "#record", "field_key", "another").Status(http.StatusUnprocessableEntity).Has(".problems", "cannot be changed any more")
		if s.Count("SELECT count(*) FROM profile_fields WHERE field_key = 'pet'") != 1 {
			t.Error("the key of a stored question changed")
		}
	})
	t.Run("ACC-45 equal limits", func(t *testing.T) {
		t.Parallel()
		s, v := questioning(t)
		add := func(least, most string) *webtest.Answer {
			return v.Post(fields+"add/", "field_key", "n", "group", "1", "field_type", "NUMBER", "label_translations_en", "N", "min_value", least, "max_value", most)
		}
		for _, pair := range [][2]string{{"5", "5"}, {"6", "5"}} {
			add(pair[0], pair[1]).Status(http.StatusUnprocessableEntity).Has("#id_min_value-error", "below the highest")
		}
		add("x", "99999999999").Status(http.StatusUnprocessableEntity).Has("#id_min_value-error", "").Has("#id_max_value-error", "")
		add("0", "").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM profile_fields WHERE min_value = 0 AND max_value IS NULL") != 1 {
			t.Error("0 is no limit, or nothing is one")
		}
		s.Exec("DELETE FROM profile_fields")
		v.Post(fields+"add/", fieldForm("min_value", "3", "max_value", "4")...).Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM profile_fields WHERE min_value IS NULL AND max_value IS NULL") != 1 {
			t.Error("a text has limits of numbers")
		}
	})
	t.Run("Incomplete", func(t *testing.T) {
		t.Parallel()
		s, v := questioning(t)
		v.Post(fields+"add/", fieldForm()[:6]...).Status(http.StatusUnprocessableEntity).Has("#id_label_translations_en-error", "")
		for _, kind := range []string{"SELECT", "RADIO", "CHECKBOX"} {
			with := func(choices ...string) *webtest.Answer {
				return v.Post(fields+"add/", append([]string{"field_key", "pet", "group", "1", "field_type", kind, "label_translations_mi", "Mōkai"}, choices...)...).
					Status(http.StatusUnprocessableEntity)
			}
			with("options-0-value", "", "options-0-en", "Cat").Has("#id_options-error", "Enter the choices") // without a value it is dropped
			with("options-0-value", "cat", "options-0-en", " ").Has("#id_options-error", "“cat”").Has(`#id_options input[value=cat]`, "")
			with("options-0-value", "cat", "options-0-en", "Cat", "options-1-value", " cat ", "options-1-mi", "Ngeru").Has("#id_options-error", "Two choices")
			with("options-0-value", strings.Repeat("x", 101), "options-0-en", "Cat").Has("#id_options-error", "100 characters")
		}
		if s.Count("SELECT count(*) FROM profile_fields") != 0 {
			t.Error("a question was stored")
		}
		v.Post(fieldGroups+"add/", "order", "1").Status(http.StatusUnprocessableEntity).Has("#id_name_translations_en-error", "")
		v.Post(fieldGroups+"add/", "name_translations_mi", "Ngā mōkai").Status(http.StatusSeeOther)
	})
	t.Run("Choices", choiceTable)
	t.Run("DisabledLanguages", disabledLanguages)
	t.Run("AffectedAnswers", affectedAnswers)
	t.Run("DeletesNameAnswers", func(t *testing.T) {
		t.Parallel()
		s, v := questioning(t)
		group := s.Group("Iwi", 0)
		for _, key := range []string{"a", "b"} {
			q := s.Ask(profile.Question{Key: key, Type: profile.Text, GroupID: group})
			s.Answer("kea", q, "x")
			s.Answer("boss", q, "y")
		}
		v.Get(last(s, fields, "delete")).Has(".question", "Profile answers: 2")
		v.Get(last(s, fieldGroups, "delete")).Has(".question", "Profile answers: 4").Has(".question", "Questions: 2")
		v.Post(last(s, fieldGroups, "delete"), "post", "yes").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM profile_field_responses"); n != 0 {
			t.Errorf("%d answers are left", n)
		}
	})
}

// choicesOf are the stored choices of the newest question, "value:en:mi" each.
func choicesOf(s *webtest.Site) string {
	s.T.Helper()
	var text string
	s.Row(&text, "SELECT options::text FROM profile_fields ORDER BY id DESC LIMIT 1")
	var o profile.Options
	if err := json.Unmarshal([]byte(text), &o); err != nil {
		s.T.Fatal(err)
	}
	var parts []string
	for _, c := range o.Choices {
		parts = append(parts, c.Value+":"+c.Label["en"]+":"+c.Label["mi"])
	}
	return strings.Join(parts, " ")
}

func choiceTable(t *testing.T) {
	t.Parallel()
	s, v := questioning(t)
	v.Get(fields+"add/").Has("#id_options tbody tr:nth-child(3) input", "").Lacks("#id_options tbody tr:nth-child(4)")
	v.Post(fields+"add/", "group", "1", "field_type", "TEXT", "options-0-value", "dog", "options-0-en", "Dog").Status(http.StatusUnprocessableEntity).
		Has("#id_options input[value=dog]", "").Has("#id_options tbody tr:nth-child(4)", "")
	v.Post(fields+"add/", "field_key", "pet", "group", "1", "field_type", "RADIO", "label_translations_en", "Pet", "options-0-value", "dog", "options-0-en", "Dog",
		"options-1-value", "", "options-2-value", " cat ", "options-2-en", "Cat", "options-2-mi", "Ngeru").Status(http.StatusSeeOther)
	if got := choicesOf(s); got != "dog:Dog: cat:Cat:Ngeru" {
		t.Fatalf("choices = %s", got)
	}
	for _, step := range []struct{ pairs, want string }{
		{"options-1-order=5", "cat:Cat:Ngeru dog:Dog:"},                                             // moved
		{"options-1-value=", "cat:Cat:Ngeru"},                                                       // removed
		{"options-1-value=eel&options-1-en=Eel", "cat:Cat:Ngeru eel:Eel:"},                          // added in a spare row
		{"options-0-value=kitten", "kitten:Cat:Ngeru eel:Eel:"},                                     // renamed
		{"options-0-mi= ", "kitten:Cat: eel:Eel:"},                                                  // a text taken away
		{"options-0-order=x&options-1-order=99999999999", "kitten:Cat: eel:Eel:"},                   // what is no number comes last
		{"options-2-value=ant&options-2-en=Ant&options-2-order=1", "ant:Ant: kitten:Cat: eel:Eel:"}, // added at the beginning
	} {
		var pairs []string
		for _, p := range strings.Split(step.pairs, "&") {
			name, value, _ := strings.Cut(p, "=")
			pairs = append(pairs, name, value)
		}
		v.Send(last(s, fields, "change"), "#record", pairs...).Status(http.StatusSeeOther)
		if got := choicesOf(s); got != step.want {
			t.Fatalf("after %s: choices = %s, want %s", step.pairs, got, step.want)
		}
	}
	v.Get(last(s, fields, "history")).Has("main", "kitten (Cat), eel (Eel)")

	many := manyChoices(250)
	s.Exec(`UPDATE profile_fields SET options = (SELECT jsonb_build_object('choices', jsonb_agg(jsonb_build_object('value', 'c' || n, 'label_translations',
		jsonb_build_object('en', 'C' || n)) ORDER BY n)) FROM generate_series(1, 250) n) WHERE field_key = 'pet'`)
	v.Send(last(s, fields, "change"), "#record", "label_translations_en", "Animal").Status(http.StatusSeeOther)
	if got := choicesOf(s); got != many {
		t.Errorf("a save left %d of 250 choices", len(strings.Fields(got)))
	}
	v.Send(last(s, fields, "change"), "#record", "options-0-was", webtest.Leave, "options-0-value", webtest.Leave, "options-0-en", webtest.Leave).Status(http.StatusSeeOther)
	if got := choicesOf(s); "c1:C1: "+got != many {
		t.Errorf("without its first row the form left %d of 249 choices", len(strings.Fields(got)))
	}
}

// manyChoices are so many choices as choicesOf tells them.
func manyChoices(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf("c%d:C%d:", i+1, i+1))
	}
	return strings.Join(all, " ")
}

func disabledLanguages(t *testing.T) {
	t.Parallel()
	s, v := questioning(t, "AMS_ENABLED_LANGUAGES", "en")
	s.Exec(`UPDATE profile_field_groups SET name_translations = '{"en": "Pets", "mi": "Mōkai"}', description_translations = '{"mi": "Ō kararehe"}'`)
	s.Exec(`INSERT INTO profile_fields (group_id, field_key, field_type, label_translations, help_text_translations, options)
		VALUES (1, 'pet', 'SELECT', '{"mi": "Mōkai"}', '{"mi": "Āwhina"}', '{"choices": [{"value": "cat", "label_translations": {"en": "Cat", "mi": "Ngeru"}}]}')`)
	v.Get(last(s, fields, "change")).Lacks("#id_label_translations_mi").Lacks("[name=options-0-mi]").Has("[name=label_translations_en]", "")
	v.Send(last(s, fields, "change"), "#record", "label_translations_en", "Pet", "options-0-value", "kitten", "options-0-en", "Kitten").Status(http.StatusSeeOther)
	v.Send(last(s, fields, "change"), "#record", "label_translations_en", " ").Status(http.StatusSeeOther) // one in another language is enough
	v.Send(last(s, fieldGroups, "change"), "#record", "name_translations_en", "Animals").Status(http.StatusSeeOther)
	if got := choicesOf(s); got != "kitten:Kitten:Ngeru" {
		t.Errorf("choices = %s, want the text in te reo Māori kept", got)
	}
	kept := s.Count(`SELECT count(*) FROM profile_fields f JOIN profile_field_groups g ON g.id = f.group_id WHERE f.label_translations = '{"mi": "Mōkai"}'
		AND f.help_text_translations = '{"mi": "Āwhina"}' AND g.name_translations = '{"en": "Animals", "mi": "Mōkai"}' AND g.description_translations = '{"mi": "Ō kararehe"}'`)
	if kept != 1 {
		t.Error("a text in a language that is switched off was lost")
	}
}

func affectedAnswers(t *testing.T) {
	t.Parallel()
	s, v := questioning(t)
	q := s.Ask(profile.Question{Key: "pet", Type: profile.Checkbox, GroupID: 1, Options: profile.Options{Choices: []profile.Choice{
		{Value: "cat", Label: profile.Texts{"en": "Cat"}}, {Value: "dog", Label: profile.Texts{"en": "Dog"}}, {Value: "eel", Label: profile.Texts{"en": "Eel"}},
	}}})
	change := last(s, fields, "change")
	v.Get(change).Lacks("#id_confirmed")
	s.Answer("kea", q, `["cat","dog"]`)
	s.Answer("boss", q, `["dog"]`)
	v.Get(change).Has("#id_confirmed", "").Has(".record-side", "2")
	v.Send(change, "#record", "options-2-value", "").Status(http.StatusSeeOther) // nobody has an eel
	v.Send(change, "#record", "options-0-value", "").Status(http.StatusUnprocessableEntity).Has("#id_confirmed-error", "1 answer has a choice that is no longer there")
	v.Send(change, "#record", "field_type", "TEXT").Status(http.StatusUnprocessableEntity).Has("#id_confirmed-error", "2 answers were given to another type")
	v.Send(change, "#record", "options-0-value", "", "confirmed", "on").Status(http.StatusSeeOther)
	v.Send(change, "#record", "field_type", "TEXT", "confirmed", "on").Status(http.StatusSeeOther)
	if got := s.Answered("kea", "pet"); got != `["cat","dog"]` {
		t.Errorf("the answer = %s, want it as it was stored", got)
	}
}

func TestAnswersOfPerson(t *testing.T) {
	t.Parallel()
	t.Run("ReadAndEdited", func(t *testing.T) {
		t.Parallel()
		s, v := questioning(t)
		if err := s.App.Profile.Sample(t.Context()); err != nil {
			t.Fatal(err)
		}
		old := s.Ask(profile.Question{Key: "old", Type: profile.TextArea})
		s.Ask(profile.Question{Key: "older", Type: profile.Text})
		s.Answer("kea", old, "a\nb")
		s.Exec("UPDATE profile_fields SET is_active = false WHERE field_key LIKE 'old%'")
		id := func(key string) string {
			return fmt.Sprintf("answers.%d.value", s.Count("SELECT id FROM profile_fields WHERE field_key = ?", key))
		}
		form := v.Get(page(s, "kea", "change")).Has("#record label", "Age of your pet in years").Has("#record .help", "Not asked at present").
			Has("#record .help", "Answered on 1 January 2027")
		if n := form.Document().Find(`#record [name^="answers."]:not([name$=".was"])`).Length(); n != 5+6+5+1+1 {
			t.Errorf("%d inputs for answers, want those of the eight questions and of the answered old one", n)
		}
		send := func(pairs ...string) *webtest.Answer {
			t.Helper()
			return v.Send(page(s, "kea", "change"), "#record", append(pairs, "_continue", "1")...)
		}
		send(id("pet_activities"), "games", id("pet_activities"), "naps", id("pet_age"), "3", id("pet_type"), "dog", id("old"), "a\r\nc").Status(http.StatusSeeOther)
		for key, want := range map[string]string{"pet_activities": `["games","naps"]`, "pet_age": "3", "pet_type": "dog", "old": "a\nc", "pet_name": "(none)"} {
			if got := s.Answered("kea", key); got != want {
				t.Errorf("the answer to %s = %q, want %q", key, got, want)
			}
		}
		send(id("pet_age"), "31", "first_name", "").Status(http.StatusUnprocessableEntity).Has(".problems", "from 0 to 30").Has(".problems", "First name")
		before := s.Contents("users", "admin_log_entries")
		s.Exec(`UPDATE profile_fields SET options = '{"choices": [{"value": "naps", "label_translations": {"en": "Naps"}}]}' WHERE field_key = 'pet_activities'`)
		s.Exec("UPDATE profile_fields SET field_type = 'DATE' WHERE field_key = 'pet_type'")
		touched := s.Contents("users", "admin_log_entries")
		send("first_name", "Hine").Status(http.StatusSeeOther) // with answers that their inputs cannot show
		if after := s.Contents("users", "admin_log_entries"); after != touched || before == touched {
			t.Error("an answer that was not touched changed")
		}
		send(id("pet_age"), "", id("pet_activities"), webtest.Leave).Status(http.StatusSeeOther)
		if got := s.Answered("kea", "pet_age") + s.Answered("kea", "pet_activities"); got != "(none)(none)" {
			t.Errorf("cleared answers = %s", got)
		}
		v.Get(page(s, "kea", "history")).Has("main", "Age of your pet in years: Answer")
	})
	t.Run("Rights", func(t *testing.T) {
		t.Parallel()
		s, _ := questioning(t)
		q := s.Ask(profile.Question{Key: "pet", Type: profile.Text})
		name := fmt.Sprintf("answers.%d.value", q)
		s.Answer("kea", q, "Rūrū")
		const code = "_profilefieldresponse"
		s.Clerk("none", "users.change_user")
		s.SignedIn("none").Get(page(s, "kea", "change")).Status(http.StatusOK).Lacks(`[name="` + name + `"]`)
		s.Clerk("sees", "users.change_user", "users.view"+code)
		v := s.SignedIn("sees")
		v.Get(page(s, "kea", "change")).Has(`[name="`+name+`"][disabled][value="Rūrū"]`, "")
		v.Send(page(s, "kea", "change"), "#record", name, "Forged").Status(http.StatusSeeOther)
		s.Clerk("changes", "users.change_user", "users.change"+code)
		v = s.SignedIn("changes")
		v.Send(page(s, "kea", "change"), "#record", name, "").Status(http.StatusUnprocessableEntity).Has(".problems", "do not have the permission")
		if got := s.Answered("kea", "pet"); got != "Rūrū" {
			t.Errorf("the answer = %s, want it unchanged", got)
		}
		v.Send(page(s, "kea", "change"), "#record", name, "Kiwi").Status(http.StatusSeeOther)
		s.Grant("changes", "users.delete"+code)
		v.Send(page(s, "kea", "change"), "#record", name, "").Status(http.StatusSeeOther)
		v.Send(page(s, "kea", "change"), "#record", name, "Kea").Status(http.StatusUnprocessableEntity)
		s.Grant("changes", "users.add"+code)
		v.Send(page(s, "kea", "change"), "#record", name, "Kea").Status(http.StatusSeeOther)
		s.SignedIn("boss").Get("/admin/auth/group/add/").Has("#record", "Profile answers")
	})
}

func TestListEdits(t *testing.T) {
	t.Parallel()
	s, v := questioning(t)
	for _, key := range []string{"a", "b", "c"} {
		s.Ask(profile.Question{Key: key, Type: profile.Text, GroupID: 1, Order: 10})
	}
	state := func() (got string) {
		s.Row(&got, `SELECT string_agg(field_key || "order" || CASE WHEN is_active THEN '' ELSE '!' END, ' ' ORDER BY id) FROM profile_fields`)
		return got
	}
	save := func(v *webtest.Visitor, pairs ...string) *webtest.Answer {
		t.Helper()
		page := v.Get(fields + "?is_read_only=0").Status(http.StatusOK)
		// The inputs stand outside of their form.
		sent := []string{"_savelist", "1"}
		for _, in := range page.Document().Find(`[form=edits], #edits input`).EachIter() {
			_, ticked := in.Attr("checked")
			if in.AttrOr("type", "") != "checkbox" || ticked {
				sent = append(sent, in.AttrOr("name", ""), in.AttrOr("value", ""))
			}
		}
		for i := 0; i < len(pairs); i += 2 {
			for at := 0; at < len(sent); at += 2 {
				if sent[at] == pairs[i] {
					sent = append(sent[:at], sent[at+2:]...)
				}
			}
			if pairs[i+1] != webtest.Leave {
				sent = append(sent, pairs[i], pairs[i+1])
			}
		}
		return v.Post(fields+"?is_read_only=0", sent...)
	}
	t.Run("AllSaved", func(t *testing.T) {
		save(v, "row-1.order", "30", "row-2.is_active", webtest.Leave, "row-3.order", "-5").Status(http.StatusSeeOther).To(fields + "?is_read_only=0")
		if got := state(); got != "a30 b10! c-5" {
			t.Errorf("the questions are %s", got)
		}
		if got := flash(v); !strings.Contains(got, "3 entries were changed") {
			t.Errorf("flash = %s", got)
		}
		v.Get(fields+"1/history/").Has("main", "Order")
		if n := s.Count("SELECT count(*) FROM admin_log_entries WHERE entity = 'users.profilefield'"); n != 3 {
			t.Errorf("%d entries in history, want 3", n)
		}
	})
	t.Run("NothingOrAll", func(t *testing.T) {
		before := state()
		save(v, "row-1.order", "1", "row-2.order", "x").Status(http.StatusUnprocessableEntity).Has(".problems", "whole number").
			Has(`[id="id_row-2.order-error"]`, "").Has(`[name="row-1.order"][value="1"]`, "").Has(`[name="row-2.order"][value="x"]`, "")
		if got := state(); got != before {
			t.Errorf("a refused list stored %s, want %s", got, before)
		}
	})
	t.Run("Overtaken", func(t *testing.T) {
		before := state()
		save(v, "row-1.order", "1", "_row", "1:1").Status(http.StatusUnprocessableEntity).Has(".problems", "Somebody saved “a”")
		if got := state(); got != before {
			t.Errorf("an old list stored %s, want %s", got, before)
		}
	})
	t.Run("Rights", func(t *testing.T) {
		s.Clerk("sees", "users.view_profilefield")
		sees := s.SignedIn("sees")
		before := s.Contents()
		sees.Get(fields).Lacks("#edits").Lacks("[form=edits]")
		sees.Post(fields, "_savelist", "1", "_row", "1:1", "row-1.order", "1").Status(http.StatusForbidden)
		v.Post(people, "_savelist", "1", "_row", "1:1").Status(http.StatusForbidden)
		v.Post(fields, "_savelist", "1", "_row", "x:y", "_row", "999:1", "_row", "").Status(http.StatusSeeOther)
		if s.Contents() != before {
			t.Error("something was stored")
		}
	})
}

// A save reads no answers but where one may not fit any more, however many there are.
func TestSavesReadNoAnswers(t *testing.T) {
	t.Parallel()
	s, v := questioning(t)
	choices := profile.Options{Choices: []profile.Choice{{Value: "a", Label: profile.Texts{"en": "A"}}, {Value: "b", Label: profile.Texts{"en": "B"}}}}
	for _, q := range []profile.Question{{GroupID: 1, Key: "iwi", Type: profile.Text}, {GroupID: 1, Key: "pet", Type: profile.Select, Options: choices}} {
		s.Answer("kea", s.Ask(q), "a")
		row := fmt.Sprintf("%d:%d", newest(s, "profile_fields"), s.Count("SELECT version FROM profile_fields ORDER BY id DESC LIMIT 1"))
		v.Post(fields, "_savelist", "1", "_row", row, fmt.Sprintf("row-%d.order", newest(s, "profile_fields")), "7", fmt.Sprintf("row-%d.is_active", newest(s, "profile_fields")), "on").
			Status(http.StatusSeeOther)
		for _, asked := range s.Statements() {
			if strings.Contains(asked, "profile_field_responses") {
				t.Errorf("the order of %s was stored with %s", q.Key, asked)
			}
		}
		holds(t, s, `profile_fields WHERE field_key = ? AND "order" = 7`, q.Key)
	}
	v.Send(last(s, fields, "change"), "#record", "options-0-value", "").Status(http.StatusUnprocessableEntity).Has("#id_confirmed-error", "1 answer has a choice")
	v.Send(last(s, fields, "change"), "#record", "field_type", "TEXT").Status(http.StatusUnprocessableEntity).Has("#id_confirmed-error", "1 answer was given to another type")
	for _, asked := range s.Statements() {
		if strings.Contains(asked, "profile_field_responses") && strings.Contains(asked, "GROUP BY value") {
			t.Errorf("another type reads the answers: %s", asked)
		}
	}
}
