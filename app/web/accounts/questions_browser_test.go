package accounts_test

import (
	"testing"

	"github.com/chromedp/chromedp/kb"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// TestQuestionsByKeyboard fills in one question of each type with the keyboard alone, is refused, mends it, and finds the
// answers again.
func TestQuestionsByKeyboard(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"WithScripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := pets(t)
			b := s.Tab(wide)
			b.SignIn("kea")
			if !scripts {
				b.WithoutScripts()
			}
			b.Open(ownPage)
			b.At(ownPage, "Mere Kahu")
			b.TabTo("#completion a")
			b.Type(kb.Enter)
			b.At(update, "Update your account")
			for _, answer := range [][2]string{
				{"#id_pet_name", "Rūrū"},
				{"#id_pet_description", "At the sea."},
				{"[name=pet_activities][value=naps]", " "},
				{"[name=pet_type]", " " + kb.ArrowDown},
				{"#id_pet_birthday", "02292024"},
				{"#id_pet_adoption_month", "July" + kb.Tab + "2019"},
				{"#id_pet_age", "31"},
				{"#id_pet_size", "Reaches"},
			} {
				b.TabTo(answer[0])
				b.Type(answer[1])
			}
			b.TabTo("#profile [type=submit]")
			b.Type(kb.Enter)
			b.Until(`document.querySelector('#id_pet_age-error') !== null && document.querySelector('#id_pet_name').value === 'Rūrū'`)
			if scripts {
				b.Refused()
			}
			b.TabTo(`.problems a[href="#id_pet_age"]`)
			b.Type(kb.Enter)
			b.TabTo("#id_pet_age")
			b.Type(kb.End + kb.Backspace)
			b.TabTo("#profile [type=submit]")
			b.Type(kb.Enter)
			b.At(ownPage, "Mere Kahu")
			for key, want := range map[string]string{
				"pet_name": "Rūrū", "pet_description": "At the sea.", "pet_activities": `["naps"]`, "pet_type": "cat", "pet_birthday": "2024-02-29",
				"pet_adoption_month": "2019-07", "pet_age": "3", "pet_size": "large",
			} {
				answered(s, key, want)
			}
		})
	}
}

// TestQuestionsFit looks at the form in both languages, on a phone and in the dark, with values, problems and questions
// that only staff can answer.
func TestQuestionsFit(t *testing.T) {
	t.Parallel()
	s, _ := pets(t)
	locked := s.Group("Kept by the association", 50)
	for _, q := range []profile.Question{
		{Key: "level", Type: profile.Select, Options: choices("gold", "silver")},
		{Key: "kinds", Type: profile.Checkbox, Options: choices("a", "b")},
		{Key: "home", Type: profile.Radio, Options: choices("a", "b")},
		{Key: "number", Type: profile.Text},
		{Key: "story", Type: profile.TextArea},
	} {
		q.GroupID, q.ReadOnly, q.RequiredForMembership, q.Counts = locked, true, true, true
		id := s.Ask(q)
		if q.Type != profile.Checkbox {
			s.Answer("kea", id, map[string]string{"level": "gold", "home": "b"}[q.Key]+"")
		} else {
			s.Answer("kea", id, `["b"]`)
		}
	}
	for _, width := range []int64{wide, phone} {
		for path, heading := range map[string]string{update: "Update your account", "/mi/users/~update/": "Whakahoutia tō pūkete", ownPage: "Mere Kahu"} {
			b := s.Tab(width)
			b.SignIn("kea")
			look := func(state string) {
				t.Helper()
				if found := b.Violations(); found != "" {
					t.Errorf("%s at %d, %s: axe-core finds %s", path, width, state, found)
				}
				if reaching := b.TooWide(); reaching != "" {
					t.Errorf("%s at %d, %s: wider than the window: %s", path, width, state, reaching)
				}
			}
			b.Open(path)
			b.At(path, heading)
			look("fresh")
			if path == ownPage {
				continue
			}
			webtest.Ask[bool](b, `(document.querySelector('#id_pet_age').value = 99, document.querySelector('#id_first_name').value = '', true)`)
			b.TabTo("#profile [type=submit]")
			b.Type(kb.Enter)
			b.Refused()
			look("refused")
		}
	}
}
