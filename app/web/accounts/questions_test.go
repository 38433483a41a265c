package accounts_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"ams/app/profile"
	"ams/app/web/webtest"
)

func choices(values ...string) (o profile.Options) {
	for _, v := range values {
		o.Choices = append(o.Choices, profile.Choice{Value: v, Label: profile.Texts{"en": strings.ToUpper(v)}})
	}
	return o
}

func number(n int) *int { return &n }

// asked is a site with somebody who is asked these questions.
func asked(t *testing.T, questions ...profile.Question) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s := webtest.New(t)
	s.Person("kea")
	for _, q := range questions {
		s.Ask(q)
	}
	return s, s.SignedIn("kea")
}

// answered fails the test unless what is stored for a key is want.
func answered(s *webtest.Site, key, want string) {
	s.T.Helper()
	if got := s.Answered("kea", key); got != want {
		s.T.Errorf("the answer to %s = %q, want %q", key, got, want)
	}
}

// pets are the sample questions: one of each type.
func pets(t *testing.T) (*webtest.Site, *webtest.Visitor) {
	t.Helper()
	s, v := asked(t)
	if err := s.App.Profile.Sample(t.Context()); err != nil {
		t.Fatalf("Sample() = %v", err)
	}
	return s, v
}

func petAnswers() []string {
	return []string{
		"pet_name", " Rūrū ", "pet_description", "We met\r\nat the sea.", "pet_activities", "walks", "pet_activities", "naps", "pet_type", "bird",
		"pet_birthday", "2024-02-29", "pet_adoption_month", "2019-07", "pet_age", "0", "pet_size", "large",
	}
}

func TestQuestions(t *testing.T) {
	t.Parallel()
	t.Run("ACC-39 one of three counting fields remains", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t, profile.Question{Key: "a", Type: profile.Text, Counts: true}, profile.Question{Key: "b", Type: profile.Number, Counts: true},
			profile.Question{Key: "c", Type: profile.Checkbox, Options: choices("x"), Counts: true}, profile.Question{Key: "d", Type: profile.Text})
		v.Get(ownPage).Has("#completion", "3 fields remaining").Has("#completion", "0% complete")
		v.Send(update, "form#profile", "a", "x", "b", "0", "d", "y").Status(http.StatusSeeOther).To(ownPage)
		v.Get(ownPage).Has("#completion", "1 field remaining").Has("#completion", "66% complete").Has(`#completion a[href="`+update+`"]`, "Complete your profile")
		s.Exec("UPDATE profile_field_responses SET value = '' WHERE value = 'x'") // an empty one is none
		v.Get(ownPage).Has("#completion", "2 fields remaining")
		v.Send(update, "form#profile", "a", "x", "b", "0", "c", "x").Status(http.StatusSeeOther)
		v.Get(ownPage).Lacks("#completion")
	})
	t.Run("ACC-40 a read-only answer stays whatever its owner sends", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t)
		s.Answer("kea", s.Ask(profile.Question{Key: "level", Type: profile.Text, ReadOnly: true}), "Gold")
		v.Get(update).Has("#id_level-help", "Only the association").Has(`#id_level[disabled][value="Gold"]`, "")
		for _, forged := range []string{"Platinum", ""} {
			v.Send(update, "form#profile", "level", forged).Status(http.StatusSeeOther)
			answered(s, "level", "Gold")
		}
		v.Send(update, "form#profile", "level", webtest.Leave).Status(http.StatusSeeOther)
		answered(s, "level", "Gold")
		s.Exec("UPDATE users SET is_staff = true WHERE username = 'kea'")
		v.Get(update).Lacks("#id_level[disabled]")
		v.Send(update, "form#profile", "level", "Silver").Status(http.StatusSeeOther)
		answered(s, "level", "Silver")
	})
	t.Run("ACC-41 limits of numbers", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t, profile.Question{Key: "n", Type: profile.Number, Min: number(10), Max: number(100)},
			profile.Question{Key: "zero", Type: profile.Number, Min: number(0)})
		for typed, good := range map[string]bool{"9": false, "10": true, "100": true, "101": false, "ten": false} {
			got := v.Send(update, "form#profile", "n", typed)
			if (got.StatusCode == http.StatusSeeOther) != good {
				t.Errorf("n = %s: status %d, want accepted %v", typed, got.StatusCode, good)
			}
			if !good {
				got.Has("#id_n-error", "from 10 to 100").Has(`.problems a[href="#id_n"]`, "").Has(`#id_n[value="`+typed+`"]`, "")
			}
		}
		v.Send(update, "form#profile", "zero", "0").Status(http.StatusSeeOther)
		answered(s, "zero", "0")
	})
	t.Run("ACC-42 no box ticked takes the answer away", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t, profile.Question{Key: "c", Type: profile.Checkbox, Options: choices("x", "y")}, profile.Question{Key: "r", Type: profile.Radio, Options: choices("x")})
		v.Send(update, "form#profile", "c", "y", "c", "x", "r", "x").Status(http.StatusSeeOther)
		answered(s, "c", `["y","x"]`)
		v.Get(update).Has(`input[name=r][value=""]`, "") // the way back from a radio button
		v.Send(update, "form#profile", "c", webtest.Leave, "r", "").Status(http.StatusSeeOther)
		answered(s, "c", "(none)")
		answered(s, "r", "(none)")
	})
	t.Run("ACC-43 an inactive group is gone and its answers are kept", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t)
		group := s.Group("Iwi", 5)
		s.Answer("kea", s.Ask(profile.Question{Key: "iwi", Type: profile.Text, Counts: true, GroupID: group}), "Ngāti Porou")
		s.Ask(profile.Question{Key: "hapu", Type: profile.Text, Counts: true, GroupID: group})
		v.Get(update).Has("form#profile legend", "Iwi").Has("#id_iwi", "")
		s.Exec("UPDATE profile_field_groups SET is_active = false WHERE id = ?", group)
		v.Get(update).Lacks("#id_iwi").Lacks("#id_hapu")
		v.Get(ownPage).Lacks("#completion")
		v.Send(update, "form#profile", "iwi", "Forged", "hapu", "Forged").Status(http.StatusSeeOther)
		answered(s, "iwi", "Ngāti Porou")
		answered(s, "hapu", "(none)")
		s.Exec("UPDATE profile_field_groups SET is_active = true")
		s.Exec("UPDATE profile_fields SET is_active = false WHERE field_key = 'hapu'")
		v.Get(update).Has(`#id_iwi[value="Ngāti Porou"]`, "").Lacks("#id_hapu")
		v.Get(ownPage).Lacks("#completion")
	})
	t.Run("SeenByStaff", func(t *testing.T) {
		t.Parallel()
		s, v := pets(t)
		v.Send(update, "form#profile", petAnswers()...).Status(http.StatusSeeOther)
		s.Clerk("sees", "users.view_user")
		s.Clerk("blind")
		s.SignedIn("sees").Get(ownPage).Has("main dl", "Birthday of your oldest pet").Has("main dl", "29 February 2024").Has("main dl", "Walks, Naps").Has("main dl", "at the sea.").
			Lacks("#completion")
		for _, who := range []string{"blind", "kea"} {
			if strings.Contains(s.SignedIn(who).Get(ownPage).Status(http.StatusOK).Body, "at the sea.") {
				t.Errorf("%s reads the answers on the page", who)
			}
		}
	})
	t.Run("AllTypes", allTypes)
	t.Run("Refused", refusedAnswers)
	t.Run("Order", sectionsInOrder)
	t.Run("Languages", translatedQuestions)
	t.Run("Corrupt", corruptAnswers)
	t.Run("Atomic", func(t *testing.T) {
		t.Parallel()
		s, v := pets(t)
		s.Person("tui")
		v.Send(update, "form#profile", append(petAnswers(), "username", "tui")...).Status(http.StatusUnprocessableEntity).Has(`#id_pet_age[value="0"]`, "")
		v.Send(update, "form#profile", "first_name", "Hine", "pet_age", "31").Status(http.StatusUnprocessableEntity)
		if n := s.Count("SELECT (SELECT count(*) FROM profile_field_responses) + count(*) FROM users WHERE first_name = 'Hine'"); n != 0 {
			t.Error("a refused form stored something")
		}
	})
	t.Run("DeletedMeanwhile", func(t *testing.T) {
		t.Parallel()
		s, v := asked(t, profile.Question{Key: "a", Type: profile.Text}, profile.Question{Key: "b", Type: profile.Text})
		s.Behind(func() {
			v.Post(update, about("a", "x", "b", "y")...).Status(http.StatusSeeOther)
		}, "DELETE FROM profile_fields WHERE field_key = 'a'")
		answered(s, "b", "y")
	})
	t.Run("Queries", func(t *testing.T) {
		t.Parallel()
		s, v := pets(t)
		v.Send(update, "form#profile", petAnswers()...).Status(http.StatusSeeOther)
		count := func(path string) int {
			v.Get(path).Status(http.StatusOK)
			return len(s.Statements())
		}
		count(update) // the frame is read once
		form, page := count(update), count(ownPage)
		group := s.Group("More", 30)
		for _, key := range []string{"m1", "m2", "m3", "m4", "m5", "m6"} {
			s.Ask(profile.Question{Key: key, Type: profile.Text, Counts: true, GroupID: group})
		}
		if f, p := count(update), count(ownPage); f != form || p != page || f > 5 || p > 7 {
			t.Errorf("with more questions the form made %d queries and the page %d, want %d and %d, few of them:\n%s", f, p, form, page, strings.Join(s.Statements(), "\n"))
		}
	})
}

func allTypes(t *testing.T) {
	t.Parallel()
	s, v := pets(t)
	v.Send(update, "form#profile", petAnswers()...).Status(http.StatusSeeOther)
	for key, want := range map[string]string{
		"pet_name": "Rūrū", "pet_description": "We met\nat the sea.", "pet_activities": `["walks","naps"]`, "pet_type": "bird", "pet_birthday": "2024-02-29",
		"pet_adoption_month": "2019-07", "pet_age": "0", "pet_size": "large",
	} {
		answered(s, key, want)
	}
	form := v.Get(update)
	for _, selector := range []string{
		`#id_pet_name[type=text][value="Rūrū"][maxlength="1000"]`, `textarea#id_pet_description[rows="4"][maxlength="10000"]`,
		`input[type=checkbox][name=pet_activities][value=naps][checked]`, `input[type=checkbox][name=pet_activities][value=walks][checked]`,
		`input[type=radio][name=pet_type][value=bird][checked]`, `#id_pet_birthday[type=date][value="2024-02-29"]`, `#id_pet_adoption_month[type=month][value="2019-07"]`,
		`#id_pet_age[type=number][value="0"][min="0"][max="30"]`, `select#id_pet_size option[value=large][selected]`,
	} {
		form.Has(selector, "")
	}
	form.Lacks(`[name=pet_activities][value=games][checked]`).Has("form#profile .badge", "Recommended")
	if n := form.Document().Find(`form#profile [aria-required=true]`).Length(); n != 3 {
		t.Errorf("%d inputs are required, want the names and the username", n)
	}

	before := s.Contents("users", "rate_limits")
	s.Clock.Pass(time.Hour)
	v.Send(update, "form#profile").Status(http.StatusSeeOther) // what the form shows is what is stored
	if s.Count("SELECT count(*) FROM profile_field_responses WHERE updated_datetime = ?", s.Clock.Now()) != 8 {
		t.Error("the answers do not say when they were saved")
	}
	s.Exec("UPDATE profile_field_responses SET updated_datetime = ?", s.Clock.Now().Add(-time.Hour))
	if s.Contents("users", "rate_limits") != before {
		t.Error("sending the form as it stands changed answers")
	}
	empty := []string{"pet_activities", webtest.Leave, "pet_type", webtest.Leave}
	for _, key := range []string{"pet_name", "pet_description", "pet_birthday", "pet_adoption_month", "pet_age", "pet_size"} {
		empty = append(empty, key, " ")
	}
	v.Send(update, "form#profile", empty...).Status(http.StatusSeeOther)
	if n := s.Count("SELECT count(*) FROM profile_field_responses"); n != 0 {
		t.Errorf("an empty form left %d answers", n)
	}
}

func refusedAnswers(t *testing.T) {
	t.Parallel()
	s, v := pets(t)
	wrong := []string{
		"first_name", "", "pet_name", strings.Repeat("x", 1001), "pet_description", strings.Repeat("x", 10001), "pet_activities", "dragon", "pet_type", "moon",
		"pet_birthday", "2025-02-29", "pet_adoption_month", "2019-13", "pet_age", "31", "pet_size", "fish",
	}
	got := v.Send(update, "form#profile", wrong...).Status(http.StatusUnprocessableEntity).Has("#id_first_name-error", "Enter your first name")
	for i := 2; i < len(wrong); i += 2 {
		got.Has("#id_"+wrong[i]+"-error", "").Has(`.problems a[href="#id_`+wrong[i]+`"]`, "")
	}
	got.Has(`#id_pet_adoption_month[value="2019-13"]`, "").Has("textarea#id_pet_description", "xxx")
	fragment := v.HX().Send(update, "form#profile", wrong...)
	fragment.Status(http.StatusUnprocessableEntity).Lacks("header").Has("form#profile .problems", "oldest pet")
	if s.Count("SELECT count(*) FROM profile_field_responses") != 0 {
		t.Error("a refused form stored an answer")
	}
}

func sectionsInOrder(t *testing.T) {
	t.Parallel()
	s, v := asked(t)
	second, first := s.Group("Same", 2), s.Group("Same", 1)
	s.Group("Empty", 0)
	for _, q := range []profile.Question{
		{Key: "s2", GroupID: second, Order: 1}, {Key: "s1", GroupID: second}, {Key: "f2", GroupID: first, Order: 5}, {Key: "f1", GroupID: first, Order: -5},
	} {
		q.Type = profile.Text
		s.Ask(q)
	}
	s.Exec("UPDATE profile_fields SET field_type = 'COLOUR' WHERE field_key = 'f2'") // the program does not know it
	doc := v.Get(update).Status(http.StatusOK).Document()
	legends, keys := doc.Find("form#profile .form-section > legend").Text(), ""
	for _, section := range doc.Find("form#profile .form-section").EachIter() {
		for _, input := range section.Find("input").EachIter() {
			if name := input.AttrOr("name", ""); len(name) == 2 {
				keys += name + " "
			}
		}
	}
	if legends != "About youSameSame" || keys != "f1 s1 s2 " {
		t.Errorf("sections %s ask %s, want both groups of one name in order, the empty one left out", legends, keys)
	}
}

func translatedQuestions(t *testing.T) {
	t.Parallel()
	s, v := asked(t)
	s.Ask(profile.Question{
		Key: "pet", Type: profile.Radio, LabelTexts: profile.Texts{"en": "Pet", "mi": "Mōkai"}, HelpTexts: profile.Texts{"mi": "Āwhina"},
		Options: profile.Options{Choices: []profile.Choice{{Value: "cat", Label: profile.Texts{"en": "Cat", "mi": " "}}, {Value: "dog", Label: profile.Texts{"mi": "Kurī"}}}},
	})
	s.Exec(`UPDATE profile_field_groups SET name_translations = '{}', description_translations = '{"mi": "Whakaahuatanga"}'`)
	en, mi := v.Get(update), v.Get("/mi/users/~update/")
	en.Has("form#profile legend", "Pet").Has("form#profile", "Cat").Has("form#profile", "Kurī").Has("form#profile", "Āwhina").Has("form#profile legend", "Group 1").
		Has("form#profile", "Whakaahuatanga")
	mi.Has("form#profile legend", "Mōkai").Has("form#profile", "Cat").Has("form#profile", "Kurī").Has("form#profile", "Āwhina")
	s.Exec(`UPDATE profile_fields SET label_translations = '{"en": " "}', help_text_translations = '{}', options = '{"choices": [{"value": "cat"}, 7]}'`)
	v.Get(update).Status(http.StatusOK).Has("form#profile legend", "pet").Has("form#profile label", "cat")
	v.Send(update, "form#profile", "pet", "eel").Status(http.StatusUnprocessableEntity).Has("#id_pet-error", "“pet”")
}

func corruptAnswers(t *testing.T) {
	t.Parallel()
	s, v := asked(t)
	c := s.Ask(profile.Question{Key: "c", Type: profile.Checkbox, Options: choices("x"), Counts: true})
	s.Answer("kea", c, `{"x"`)
	s.Answer("kea", s.Ask(profile.Question{Key: "r", Type: profile.Radio, Options: choices("x")}), "gone")
	v.Get(update).Status(http.StatusOK).Lacks("[name=c][checked]").Lacks(`[name=r][value=x][checked]`)
	v.Get(ownPage).Has("#completion", "1 field remaining")
	s.Exec(`UPDATE profile_field_responses SET value = '["x", false, null, ""]' WHERE profile_field_id = ?`, c)
	v.Get(update).Has("[name=c][checked]", "")
	v.Get(ownPage).Lacks("#completion")
}
