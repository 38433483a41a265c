package organisations_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

const create = "/en/organisations/create/"

func TestCreate(t *testing.T) {
	t.Parallel()
	t.Run("ORG-2 who creates an organisation with what is required is its accepted administrator, and lands on its page", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(create).Status(http.StatusOK).Has("h1", "Create an organisation").Has(".breadcrumbs", "Mere Kahu")
		page := v.Post(create, details()...).Status(http.StatusSeeOther).Header.Get("Location")
		if n := s.Count(`SELECT count(*) FROM organisations WHERE name = ? AND postal_city = 'Ōtepoti' AND suburb = '' AND is_active
			AND ? = '/en/organisations/' || uuid || '/'`, kuraName, page); n != 1 {
			t.Errorf("%d organisations as typed at %s, want 1", n, page)
		}
		if n := s.Count(`SELECT count(*) FROM organisation_members m JOIN users u ON u.id = m.user_id WHERE u.username = 'kea' AND m.role = 'ADMIN'
			AND m.created_datetime = ?0 AND m.accepted_datetime = ?0 AND m.invite_email = ''`, s.Clock.Now()); n != 1 {
			t.Errorf("%d rows of the founder, want 1", n)
		}
		v.Get(page).Status(http.StatusOK).Has("h1", kuraName).Has("#messages .alert-success", kuraName+" is created").Has("#members tbody tr", "Mere Kahu")
	})
	t.Run("ORG-3 the e-mail address is stored in lower case", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		s.SignedIn("kea").Post(create, details("suburb", " Roslyn ", "email", "ignored@example.org")...).Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM organisations WHERE email = 'office@kura.example' AND suburb = 'Roslyn'"); n != 1 {
			t.Errorf("%d organisations with the address in lower case and the suburb trimmed, want 1", n)
		}
	})
	t.Run("ORG-4 what is missing or wrong is told at once, beside each field, and nothing is stored", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		before := s.Contents()
		long := strings.Repeat("ā", 256)
		typed := []string{"name", "  ", "email", "office", "city", long, "postal_city", "Ōtepoti"}
		for _, b := range []*webtest.Visitor{v, v.HX()} {
			page := b.Post(create, typed...).Status(http.StatusUnprocessableEntity)
			for field, want := range map[string]string{
				"name": "Enter the name of the organisation.", "contact_name": "somebody we can ask for", "email": "name@example.org",
				"telephone": "Enter a telephone number.", "postal_address": "Enter the postal address.", "postal_code": "Enter the postcode.",
				"city": "at most 255 characters",
			} {
				page.Has("#id_"+field+"-error", want).Has(`.problems a[href="#id_`+field+`"]`, "")
			}
			page.Lacks("#id_postal_city-error").Lacks("#id_suburb-error")
			if got := page.Document().Find("#id_email").AttrOr("value", "") + page.Document().Find("#id_city").AttrOr("value", ""); got != "office"+long {
				t.Errorf("the form keeps %q, want what was typed", got)
			}
		}
		v.HX().Post(create, typed...).Lacks("header")
		for _, wrong := range []string{"", "a b@c.nz", "Hine <hine@c.nz>"} {
			v.Post(create, append([]string{"email", wrong}, details()...)...).Status(http.StatusUnprocessableEntity).Has("#id_email-error", "")
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		v.Post(create, append([]string{"name", strings.Repeat("ā", 255)}, details()...)...).Status(http.StatusSeeOther)
	})
	t.Run("BIL-48 ORG-5 all staff of a language get one letter, unless the setting says no", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.Staff("second")
		k.Staff("left")
		k.Staff("reo")
		k.Exec("UPDATE users SET is_active = false WHERE username = 'left'")
		k.Exec("UPDATE users SET language = 'mi' WHERE username = 'reo'")
		k.SignedIn("tui").Post(create, details("postal_suburb", "Roslyn & Co", "name", "ignored")...).Status(http.StatusSeeOther)
		k.Work()
		both := webtest.Address("boss") + ", " + webtest.Address("second")
		all := k.Mails(both)
		if len(all) != 1 || all[0].Subject != "New organisation: "+kuraName {
			t.Fatalf("letters to %s = %v, want one about %s", both, all, kuraName)
		}
		link := k.App.Staff.Address("organisations.organisation", int64(k.Count("SELECT max(id) FROM organisations")))
		for _, part := range []string{all[0].Text, strings.ReplaceAll(all[0].HTML, "&amp;", "&")} {
			for _, want := range []string{
				"Tui Manu created the organisation " + kuraName, "Hine Tāwhai", "office@kura.example", "03 555 1234", "PO Box 1", "Roslyn & Co", "Ōtepoti", "9016",
				"Tui Manu (tui@example.org)", link, "because you are on the staff",
			} {
				if !strings.Contains(strings.Join(strings.Fields(part), " "), want) {
					t.Errorf("the letter lacks %q:\n%s", want, part)
				}
			}
		}
		if reo := k.Mails(webtest.Address("reo")); len(reo) != 1 || reo[0].Language != "mi" || reo[0].Subject != "He whakahaere hou: "+kuraName {
			t.Errorf("letters in te reo Māori = %v, want one", reo)
		}
		if first := k.Mails(webtest.Address("boss")); len(first) != 1 || strings.Contains(first[0].Text, "Suburb") {
			t.Errorf("letters about the first organisation = %v, want one without suburb", first)
		}
		if left := k.Mails(webtest.Address("left")); len(left) != 0 {
			t.Errorf("letters to somebody who has left = %v, want none", left)
		}
	})
	t.Run("BIL-46 a name with signs of markup stands as it is in subject and text, and harmless in HTML", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.SignedIn("tui").Post(create, append([]string{"name", "Smith & Sons <x>"}, details()...)...).Status(http.StatusSeeOther)
		all := k.Mails(webtest.Address("boss"))
		if len(all) == 0 || all[0].Subject != "New organisation: Smith & Sons <x>" || !strings.Contains(all[0].Text, "Smith & Sons <x>") {
			t.Fatalf("letters to boss = %+v, want the newest with the name in subject and text", all)
		}
		if html := all[0].HTML; strings.Contains(html, "<x>") || !strings.Contains(html, "Smith &amp; Sons &lt;x&gt;") {
			t.Errorf("the HTML part has the name unescaped or not at all:\n%s", html)
		}
	})
	t.Run("ORG-5 the setting says no", func(t *testing.T) {
		t.Parallel()
		k := newKura(t, "AMS_NOTIFY_STAFF_ORGANISATION_EVENTS", "False")
		k.Work()
		if n := k.Count("SELECT count(*) FROM email_messages"); n != 0 {
			t.Errorf("%d letters, want none", n)
		}
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	t.Run("Stores", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("kea")
		form := v.Get(k.page+"update/").Status(http.StatusOK).Has("h1", "Edit "+kuraName).Has("#organisation button", "Update").Has(".breadcrumbs", kuraName)
		form.Has(`#organisation a[href="`+k.page+`"]`, "Cancel")
		var before, after string
		k.Row(&before, "SELECT uuid::text || is_active FROM organisations")
		fields := form.Fields("#organisation", "name", "Te Kura Hou", "city", "Dunedin", "is_active", "", "uuid", "00000000-0000-4000-8000-000000000000")
		v.Post(k.page+"update/", fields...).Status(http.StatusSeeOther).To(k.page)
		k.tells(v, k.page, "Success: The details are up to date.")
		v.Get(k.page).Has("h1", "Te Kura Hou").Has(".facts", "03 555 1234")
		k.Row(&after, "SELECT uuid::text || is_active FROM organisations")
		if before != after {
			t.Errorf("the organisation is %s, want %s: neither can be changed here", after, before)
		}
		if n := k.Count("SELECT count(*) FROM organisations WHERE city = 'Dunedin' AND postal_address = 'PO Box 1' AND email = 'office@kura.example'"); n != 1 {
			t.Error("the change was not stored, or more than that")
		}
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("boss")
		k.unchanged(func() {
			v.Post(k.page+"update/", "name", "New").Status(http.StatusUnprocessableEntity).Has("h1", "Edit "+kuraName).Has(".problems", "telephone")
			v.HX().Post(k.page+"update/", "name", "New").Status(http.StatusUnprocessableEntity).Has("#organisation .problems", "").Lacks("header")
		})
	})
	t.Run("Inactive ones can be edited", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.Exec("UPDATE organisations SET is_active = false")
		v := k.SignedIn("kea")
		v.Post(k.page+"update/", append([]string{"name", "Te Kura Tawhito"}, details()...)...).Status(http.StatusSeeOther)
		if n := k.Count("SELECT count(*) FROM organisations WHERE name = 'Te Kura Tawhito' AND NOT is_active"); n != 1 {
			t.Errorf("%d inactive organisations of the new name, want 1", n)
		}
	})
	t.Run("In te reo Māori", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("kea")
		v.Get("/mi/organisations/create/").Status(http.StatusOK).Has("h1", "Waihangatia he whakahaere")
		v.Get("/mi/organisations/"+k.uuid+"/").Status(http.StatusOK).Has("#members", "Kaiwhakahaere").Has("#members", "Hohe").Has(".page-heading", "Whakatika")
		v.Get("/mi/organisations/"+k.uuid+"/deactivate/").Status(http.StatusOK).Has("h1", "Whakawetohia a "+kuraName)
	})
}

// pages are all addresses of an organisation that somebody has to be signed in for.
func (k *kura) pages() []string {
	k.T.Helper()
	all := []string{create, k.page, k.page + "update/", k.page + "leave/", k.page + "deactivate/"}
	for _, act := range []string{"make-admin", "revoke-admin", "remove"} {
		all = append(all, k.ofMember("kea", act))
	}
	return all
}

func TestAccess(t *testing.T) {
	t.Parallel()
	t.Run("ORG-1 anonymous visitors sign in first, and come back", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		for _, page := range k.pages() {
			back := "/en/accounts/login/?next=" + url.QueryEscape(page)
			k.Visitor().Get(page).Status(http.StatusFound).To(back)
			if page != k.page { // to which nothing is sent
				k.unchanged(func() { k.Visitor().Post(page, details()...).Status(http.StatusSeeOther).To(back) })
			}
		}
		v := k.Visitor()
		login := v.Get(k.page).Header.Get("Location")
		form := v.Get(login).Status(http.StatusOK).Fields("main form", "login", webtest.Address("kea"), "password", webtest.Password)
		v.Post(login, form...).Status(http.StatusSeeOther).To(k.page)
		v.Get(k.page).Status(http.StatusOK)
	})
	t.Run("ORG-6 a plain member sees nothing of the page, staff without membership see it", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		k.isInvited("weka@example.org", "ADMIN")
		k.Person("weka")
		k.Exec("UPDATE organisation_members SET user_id = (SELECT id FROM users WHERE username = 'weka') WHERE invite_email = 'weka@example.org'")
		for _, name := range []string{"tui", "weka"} { // an invitation gives no rights, whatever its role
			v := k.SignedIn(name)
			k.unchanged(func() {
				for _, page := range k.pages() {
					if page == create || strings.HasSuffix(page, "leave/") {
						continue
					}
					v.Get(page).Status(http.StatusForbidden)
					if page != k.page { // to which nothing is sent
						v.Post(page, details()...).Status(http.StatusForbidden)
					}
				}
			})
		}
		k.SignedIn("boss").Get(k.page).Status(http.StatusOK).Has("#members", "Kea Manu")
	})
	t.Run("ORG-7 an administrator of another organisation gets 403, an unknown address 404", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		v := k.SignedIn("tui")
		v.Post(create, details()...).Status(http.StatusSeeOther)
		v.Get(k.page).Status(http.StatusForbidden)
		v.Post(k.page+"update/", details()...).Status(http.StatusForbidden)
		v.Post(k.ofMember("kea", "remove")).Status(http.StatusForbidden)
		unknown := "00000000-0000-4000-8000-000000000000"
		for _, id := range []string{unknown, "1", strings.ToUpper(k.uuid), "%00"} {
			for _, page := range []string{"", "update/", "deactivate/", "leave/", "member/" + unknown + "/remove/"} {
				want := http.StatusNotFound
				if id == "%00" {
					want = http.StatusBadRequest
				}
				v.Get("/en/organisations/" + id + "/" + page).Status(want)
			}
		}
		k.unchanged(func() {
			for _, id := range []string{unknown, "7", "x"} { // before it is asked who may
				v.Post(k.page + "member/" + id + "/remove/").Status(http.StatusNotFound)
			}
			// Somebody of another organisation is nobody here.
			v.Post(k.ofMember("tui", "remove")).Status(http.StatusNotFound)
			v.Get(k.ofMember("tui", "make-admin")).Status(http.StatusNotFound)
		})
	})
	t.Run("Rights begin and end with the next request", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		tui, kea := k.SignedIn("tui"), k.SignedIn("kea")
		tui.Get(k.page).Status(http.StatusForbidden)
		kea.Post(k.ofMember("tui", "make-admin")).Status(http.StatusSeeOther).To(k.page)
		tui.Get(k.page).Status(http.StatusOK)
		tui.Post(k.ofMember("kea", "revoke-admin")).Status(http.StatusSeeOther).To(k.page)
		kea.Get(k.page).Status(http.StatusForbidden)
		k.Exec("UPDATE users SET is_staff = true WHERE username = 'kea'")
		kea.Get(k.page).Status(http.StatusOK)
		kea.Post(k.ofMember("tui", "remove")).Status(http.StatusSeeOther)
		k.tells(kea, k.page, "Nobody else is an administrator")
	})
	t.Run("Methods and origins", func(t *testing.T) {
		t.Parallel()
		k := newKura(t)
		k.joins("tui", "MEMBER")
		v := k.SignedIn("kea")
		k.unchanged(func() {
			v.Post(k.page).Status(http.StatusMethodNotAllowed)
			v.Do(http.MethodPut, k.page+"deactivate/", nil).Status(http.StatusMethodNotAllowed)
			v.Do(http.MethodDelete, k.ofMember("tui", "remove"), nil).Status(http.StatusMethodNotAllowed)
			v.With("Sec-Fetch-Site", "cross-site").Post(k.ofMember("tui", "remove")).Status(http.StatusForbidden)
			v.With("Origin", "https://elsewhere.example").Post(k.page+"update/", details()...).Status(http.StatusForbidden)
			v.Get(strings.TrimSuffix(k.page, "/")).To(k.page)
		})
	})
}

// A second click, another attempt after a lost answer, and the way back in the browser make no second organisation.
func TestCreatedOnce(t *testing.T) {
	t.Parallel()
	k := newKura(t)
	v := k.SignedIn("tui")
	fields := func(v *webtest.Visitor, name string) []string {
		return v.Get(create).Status(http.StatusOK).Fields("#organisation", append([]string{"name", name}, details()[2:]...)...)
	}
	form := fields(v, "Kura Hou")
	pages := make(chan string, 2)
	k.Holding("SELECT 1 FROM users WHERE username = 'tui' FOR NO KEY UPDATE", 2, func(int) {
		pages <- v.Post(create, form...).Status(http.StatusSeeOther).Header.Get("Location")
	})
	page, again := <-pages, <-pages
	if page != again {
		t.Errorf("the same form leads to %s and to %s, want one organisation", page, again)
	}
	v.Get(page).Status(http.StatusOK)
	v.Post(create, "submission_token", form[slices.Index(form, "submission_token")+1], "name", "Something else").Status(http.StatusSeeOther).To(page)
	k.tells(v, page, "Note: Kura Hou was created already.")
	one := func(name string, want int) {
		t.Helper()
		if n := k.Count("SELECT count(*) FROM organisations WHERE name = ?", name); n != want {
			t.Errorf("%d organisations are called %s, want %d", n, name, want)
		}
	}
	one("Kura Hou", 1)
	letters := 0
	for _, m := range k.Mails("boss@example.org") {
		if strings.Contains(m.Subject, "Kura Hou") {
			letters++
		}
	}
	if letters != 1 {
		t.Errorf("%d letters to staff, want one", letters)
	}

	v.Post(create, fields(v, "Kura Hou")...).Status(http.StatusSeeOther) // a form of its own
	one("Kura Hou", 2)
	k.SignedIn("kea").Post(create, form...).Status(http.StatusSeeOther) // the token of somebody else says nothing
	one("Kura Hou", 3)
	for range 2 { // nor does what is none
		v.Post(create, append([]string{"name", "Kura Kore", "submission_token", "x"}, details()[2:]...)...).Status(http.StatusSeeOther)
	}
	one("Kura Kore", 2)
	refused := v.Post(create, fields(v, "")...).Status(http.StatusUnprocessableEntity)
	if kept := refused.Document().Find("input[name=submission_token]").AttrOr("value", ""); kept == "" {
		t.Error("the refused form has lost its token")
	}
}
