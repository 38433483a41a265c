package accounts_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// sectioned is a site that asks kea in two groups; the selectors are those of the groups.
func sectioned(t *testing.T) (s *webtest.Site, first, second string) {
	t.Helper()
	s, _ = asked(t)
	one, two := s.Group("Pets", 1), s.Group("Places", 2)
	s.Ask(profile.Question{GroupID: one, Key: "pet", Type: profile.Text})
	s.Ask(profile.Question{GroupID: one, Key: "count", Type: profile.Number, Min: number(0)})
	s.Ask(profile.Question{GroupID: two, Key: "place", Type: profile.Text})
	return s, fmt.Sprintf("section-%d", one), fmt.Sprintf("section-%d", two)
}

func TestSectionAlone(t *testing.T) {
	t.Parallel()
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		s, pets, _ := sectioned(t)
		v := s.SignedIn("kea")
		sent := []string{"section", pets, "first_name", "", "last_name", "Huia", "pet", " Rūrū ", "count", "2", "place", "Ōtaki"}
		v.HX().Post(update, sent...).Status(http.StatusOK).Has("fieldset#"+pets, "“Pets” is saved.").Has(`#id_pet[value="Rūrū"]`, "").Lacks("form").Lacks("#id_place")
		for key, want := range map[string]string{"pet": "Rūrū", "count": "2", "place": "(none)"} {
			answered(s, key, want)
		}
		if n := s.Count("SELECT count(*) FROM users WHERE first_name = 'Mere' AND last_name = 'Kahu'"); n != 1 {
			t.Error("the section changed the name")
		}
		v.Post(update, "section", pets, "pet", "Tūī").Status(http.StatusSeeOther).To(update) // without scripts
		v.Get(update).Has("#messages", "“Pets” is saved.").Has(`#id_pet[value="Tūī"]`, "")
		answered(s, "count", "(none)") // left empty
	})
	t.Run("ErrRefused", func(t *testing.T) {
		t.Parallel()
		s, pets, _ := sectioned(t)
		v := s.SignedIn("kea")
		v.HX().Post(update, "section", pets, "pet", "Tūī", "count", "-1").Status(http.StatusUnprocessableEntity).
			Has("#"+pets+" > .problems a[href='#id_count']", "").Has("#id_count-error", "").Has(`#id_pet[value="Tūī"]`, "").Lacks("form")
		v.Post(update, "section", pets, "pet", "Tūī", "count", "-1").Status(http.StatusUnprocessableEntity).Has("form#profile #"+pets, "").Has(`#id_pet[value="Tūī"]`, "")
		answered(s, "pet", "(none)")
	})
	t.Run("Nothing to save", func(t *testing.T) {
		t.Parallel()
		s, _, places := sectioned(t)
		v := s.SignedIn("kea")
		s.Exec("UPDATE profile_fields SET is_read_only = true WHERE field_key = 'place'")
		v.Get(update).Lacks("#"+places).Has(`[hx-vals*="section-"]`, "Save this section")
		v.HX().Post(update, "section", places, "place", "Ōtaki").Status(http.StatusNoContent)
		answered(s, "place", "(none)")
		if got := v.HX().Post(update, "section", "section-0").Status(http.StatusNoContent).Header.Get("HX-Redirect"); got != update {
			t.Errorf("a section that is not there leads to %q, want %q", got, update)
		}
	})
	t.Run("AnImportedQuestionOfTheSameKey", func(t *testing.T) {
		t.Parallel()
		s, _, _ := sectioned(t)
		s.Exec("UPDATE profile_fields SET field_key = 'section' WHERE field_key = 'place'")
		s.SignedIn("kea").Post(update, "first_name", "Mere", "last_name", "Huia", "username", "kea", "language", "en", "pet", "Tūī", "section", "Ōtaki").
			Status(http.StatusSeeOther).To("/en/users/kea/")
		for key, want := range map[string]string{"pet": "Tūī", "section": "Ōtaki"} {
			answered(s, key, want)
		}
	})
	t.Run("ErrErased", func(t *testing.T) {
		t.Parallel()
		s, pets, _ := sectioned(t)
		v := s.SignedIn("kea")
		s.Behind(func() { v.HX().Post(update, "section", pets, "pet", "x").Status(http.StatusConflict) },
			"UPDATE users SET erased_at = now() WHERE username = 'kea'")
		answered(s, "pet", "(none)")
	})
}

// TestSectionInBrowser saves one section by keyboard; what is typed in the others stays, and the page too.
func TestSectionInBrowser(t *testing.T) {
	t.Parallel()
	s, pets, _ := sectioned(t)
	b := s.Tab(wide)
	b.SignIn("kea")
	b.Open(update)
	b.At(update, "Update your account")
	webtest.Ask[bool](b, `window.stays = true`)
	save := "#" + pets + " [hx-vals]"
	for _, typed := range [][2]string{{"#id_last_name", " Huia"}, {"#id_pet", "Rūrū"}, {"#id_count", "-1"}, {"#id_place", "Ōtaki"}} {
		b.Do(chromedp.Focus(typed[0]))
		b.Type(kb.End + typed[1])
	}
	b.Do(chromedp.Focus("#id_count"))
	b.TabTo(save)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#id_count-error') !== null`)
	b.Refused()
	if found := b.Violations(); found != "" {
		t.Errorf("the refused section: axe-core finds %s", found)
	}
	b.TabTo("#id_count")
	b.Type(kb.Home + kb.Delete)
	b.TabTo(save)
	b.Type(kb.Enter)
	b.Until(`document.querySelector('#` + pets + ` .field-good')?.textContent.includes('is saved') && !document.querySelector('#id_count-error')`)
	b.Until(`document.getElementById('live').textContent.includes('is saved')`)
	answered(s, "count", "1")
	if got := webtest.Ask[string](b, `[window.stays, document.activeElement.matches('`+save+`'), id_last_name.value, id_place.value].join()`); got != "true,true,Kahu Huia,Ōtaki" {
		t.Errorf("afterwards = %s, want the page, the focus and what was typed elsewhere as they were", got)
	}
	for _, width := range []int64{phone, 390, wide} {
		b.Resize(width)
		if reaching := b.TooWide(); reaching != "" {
			t.Errorf("wider than %d px: %s", width, reaching)
		}
	}
	if found := b.Violations(); found != "" {
		t.Errorf("the saved section: axe-core finds %s", found)
	}
	b.TabTo("#id_pet")
	b.Type(kb.Enter) // sends the whole form
	b.At(ownPage, "Mere Kahu Huia")
	answered(s, "place", "Ōtaki")
}
