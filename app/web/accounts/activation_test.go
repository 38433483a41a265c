package accounts_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"testing"

	"ams/app/totp"
	"ams/app/web/webtest"
)

func TestActivation(t *testing.T) {
	t.Parallel()
	t.Run("First", func(t *testing.T) { // the codes are told of as well
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		secret := v.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
		v.Post(activate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(recovery)
		v.Get(recovery).Has("#messages .alert-success", "Two-step sign-in is on.").
			Has("#messages .alert-info", "Keep your recovery codes where you find them without your phone.")
	})
	t.Run("CodesAreKept", func(t *testing.T) { // an import may bring a set without an app
		t.Parallel()
		s, v, _ := guarded(t)
		before := codesOf(t, v)
		flashed(v)
		s.Exec("DELETE FROM authenticators WHERE type = 'totp'")
		secret := v.Get(activate).Status(http.StatusOK).Document().Find("#secret").Text()
		v.Post(activate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther).To(overview)
		says(t, flashed(v), "Success: Two-step sign-in is on.")
		if after := codesOf(t, v); !slices.Equal(after, before) {
			t.Errorf("the recovery codes are %q, want those from before: %q", after, before)
		}
	})
}

// TestIssuer reads whose codes an app will show from the picture that it scans.
func TestIssuer(t *testing.T) {
	t.Parallel()
	const (
		inMaori = "/mi/accounts/2fa/totp/activate/"
		setting = "Manu & Co"
		name    = "UPDATE association_settings SET association_short_name = ?, association_long_name = ? WHERE site_id = (SELECT site_id FROM site_settings WHERE language = ?)"
	)
	type names struct{ short, long string }
	for title, c := range map[string]struct {
		setting string
		en, mi  names
		path    string
		want    string
	}{
		"ShortName":    {setting, names{"NZ Birds", "Birds of New Zealand"}, names{"Ngā Manu", "Ngā Manu o Aotearoa"}, activate, "NZ%20Birds"},
		"OfLanguage":   {setting, names{"NZ Birds", "Birds of New Zealand"}, names{"Ngā Manu", "Ngā Manu o Aotearoa"}, inMaori, "Ng%C4%81%20Manu"},
		"Setting":      {setting, names{"", "Birds of New Zealand"}, names{"Ngā Manu", "Ngā Manu o Aotearoa"}, activate, "Manu%20%26%20Co"},
		"BeforeOthers": {setting, names{"NZ Birds", "Birds of New Zealand"}, names{"", "Ngā Manu o Aotearoa"}, inMaori, "Manu%20%26%20Co"},
		"LongName":     {"", names{"NZ Birds", "Birds of New Zealand"}, names{"", "Ngā Manu o Aotearoa"}, inMaori, "Ng%C4%81%20Manu%20o%20Aotearoa"},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t, "MFA_TOTP_ISSUER", c.setting)
			s.Person("kea")
			address(s, "kea", second, true)
			s.Exec(name, c.en.short, c.en.long, "en")
			s.Exec(name, c.mi.short, c.mi.long, "mi")
			v := s.Visitor()
			v.Post(signIn, "login", second, "password", webtest.Password).Status(http.StatusSeeOther)
			page := v.Get(c.path).Status(http.StatusOK).Document()
			uri := "otpauth://totp/kea%40example.org?secret=" + page.Find("#secret").Text() + "&issuer=" + c.want // of the primary address
			picture, err := totp.QR(uri)
			if err != nil {
				t.Fatal(err)
			}
			if page.Find("img.qr").AttrOr("src", "") != "data:image/svg+xml;base64,"+base64.StdEncoding.EncodeToString([]byte(picture)) {
				t.Errorf("GET %s draws something else than %s", c.path, uri)
			}
		})
	}
}
