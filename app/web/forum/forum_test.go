package forum_test

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"ams/app/membership"
	"ams/app/web/webtest"
)

const signIn, own = "/en/accounts/login/", "/en/users/kea/"

// club is a site with a forum, and kea who has no membership.
func club(t *testing.T) (*webtest.Site, *discourse) {
	t.Helper()
	d := newDiscourse(t)
	s := webtest.New(t, "DISCOURSE_REDIRECT_DOMAIN", d.URL+"/", "DISCOURSE_CONNECT_SECRET", secret)
	d.site = s.URL
	s.Person("kea")
	s.Option(membership.Option{Duration: membership.Duration{Months: 12}}, "10")
	return s, d
}

// join gives somebody an approved membership of the days around today, the third of March in Auckland.
func join(s *webtest.Site, username string) {
	s.T.Helper()
	hold(s, username, "2027-03-01", "2027-03-05")
	s.Exec("UPDATE individual_memberships SET approved_datetime = '2027-03-01'")
}

func hold(s *webtest.Site, username, start, expiry string) {
	s.T.Helper()
	s.Exec(`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime)
		SELECT u.id, o.id, ?, ?, '2027-01-01' FROM users u, membership_options o WHERE u.username = ?`, start, expiry, username)
}

// id is what the forum knows somebody by.
func id(s *webtest.Site, username string) string {
	s.T.Helper()
	var id string
	if err := s.DB.NewRaw("SELECT id::text FROM users WHERE username = ?", username).Scan(s.T.Context(), &id); err != nil {
		s.T.Fatal(err)
	}
	return id
}

// refused is what somebody without an active membership meets.
func refused(v *webtest.Visitor, path, page string) {
	v.Get(path).Status(http.StatusFound).To(page)
	v.Get(page).Status(http.StatusOK).Has("#messages .alert-error", "The forum is for members")
}

func TestSignOn(t *testing.T) {
	t.Parallel()
	t.Run("BIL-41 an anonymous visitor signs in and arrives with the original parameters", func(t *testing.T) {
		t.Parallel()
		s, d := club(t)
		join(s, "kea")
		for _, language := range []string{"en", "mi"} {
			login := "/" + language + "/accounts/login/"
			v := s.Visitor().With("Accept-Language", language)
			path := d.question("")
			a := v.Get(path).Status(http.StatusFound).To(login + "?next=" + url.QueryEscape(path))
			form := v.Get(a.Header.Get("Location")).Status(http.StatusOK).
				Fields("#sign-in", "login", webtest.Address("kea"), "password", webtest.Password)
			v.Post(login, form...).Status(http.StatusSeeOther).To(path)
			a = v.Get(path)
			want := "admin=false&email=kea@example.org&external_id=" + id(s, "kea") + "&name=Mere Kahu&username=kea"
			if got := d.arrive(a); got != want {
				t.Errorf("the forum learns %q, want %q", got, want)
			}
			if got := a.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control = %q, want no-store", got)
			}
		}
	})
	t.Run("BIL-42 terms come first, and the question is answered after them", func(t *testing.T) {
		t.Parallel()
		s, d := club(t)
		join(s, "kea")
		v := s.SignedIn("kea")
		s.Exec("INSERT INTO terms (key, name_en, created_at, updated_at) VALUES ('privacy', 'Privacy', now(), now())")
		s.Exec(`INSERT INTO term_versions (term_id, version, content_en, is_active, date_active, created_at, updated_at)
			SELECT id, '1.0', '<p>We keep your secrets.</p>', true, '2020-01-01', now(), now() FROM terms`)
		path := d.question("")
		accept := "/en/terms/accept/?next=" + url.QueryEscape(path)
		v.Get(path).Status(http.StatusFound).To(accept)
		v.Get("/forum/").Status(http.StatusFound).To(d.URL + "/session/sso?return_path=/")
		v.Send(accept, "main form").Status(http.StatusSeeOther).To(accept)
		v.Get(accept).Status(http.StatusFound).To(path)
		if got := d.arrive(v.Get(path)); !strings.Contains(got, "username=kea") {
			t.Errorf("the forum learns %q, want who came", got)
		}
	})
	t.Run("BIL-43 staff need a membership, superusers do not", func(t *testing.T) {
		t.Parallel()
		s, d := club(t)
		s.Clerk("clerk", "account.view_user")
		s.Staff("boss")
		clerk := s.SignedIn("clerk")
		refused(clerk, d.question(""), "/en/users/clerk/")
		if got := d.arrive(s.SignedIn("boss").Get(d.question(""))); !strings.Contains(got, "admin=true") || !strings.Contains(got, "name=Hōne Heke") {
			t.Errorf("the forum learns %q of a superuser", got)
		}
		join(s, "clerk")
		if got := d.arrive(clerk.Get(d.question(""))); !strings.Contains(got, "admin=false") {
			t.Errorf("the forum learns %q of staff with a membership", got)
		}
	})
	t.Run("BIL-45 a foreign return address is passed over", func(t *testing.T) {
		t.Parallel()
		s, d := club(t)
		join(s, "kea")
		v := s.SignedIn("kea")
		for _, foreign := range []string{"https://evil.example/session/sso_login", "//evil.example", "javascript:alert(1)", d.URL + ".evil.example/"} {
			d.arrive(v.Get(d.question(foreign)))
		}
	})
	t.Run("Fresh", func(t *testing.T) { // each time as things are now, in a session that is older
		t.Parallel()
		s, d := club(t)
		v := s.SignedIn("kea")
		refused(v, d.question(""), own)
		join(s, "kea")
		d.arrive(v.Get(d.question("")))
		s.Exec("UPDATE users SET is_superuser = true, first_name = 'Māia', username = 'kererū.māia', email = 'new@example.org'")
		want := "admin=true&email=new@example.org&external_id=" + id(s, "kererū.māia") + "&name=Māia Kahu&require_activation=true&username=kererū.māia"
		if got := d.arrive(v.Get(d.question(""))); got != want {
			t.Errorf("the forum learns %q, want %q", got, want)
		}
		s.Exec("UPDATE users SET is_superuser = false")
		if got := d.arrive(v.Get(d.question(""))); !strings.Contains(got, "admin=false") {
			t.Errorf("the forum learns %q of somebody who is no superuser any longer", got)
		}
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'new@example.org', true FROM users")
		if got := d.arrive(v.Get(d.question(""))); strings.Contains(got, "require_activation") {
			t.Errorf("the forum learns %q, want no activation for a verified address", got)
		}
		s.Exec("UPDATE individual_memberships SET cancelled_datetime = '2027-03-02'")
		refused(v, d.question(""), "/en/users/kerer%C5%AB.m%C4%81ia/")
	})
	t.Run("Again", func(t *testing.T) { // a nonce is worth one visit: that is the forum's to see
		t.Parallel()
		s, d := club(t)
		join(s, "kea")
		to := s.SignedIn("kea").Get(d.question("")).Header.Get("Location")
		for _, want := range []int{http.StatusOK, http.StatusForbidden} {
			got, err := http.Get(to)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode != want {
				t.Errorf("the forum answers %d, want %d", got.StatusCode, want)
			}
		}
	})
}

// Whoever has no membership that is active today stays outside.
func TestMembership(t *testing.T) {
	t.Parallel()
	s, d := club(t)
	v := s.SignedIn("kea")
	for _, c := range []struct{ name, start, expiry, change string }{
		{"pending", "2027-03-01", "2027-03-05", ""},
		{"cancelled", "2027-03-01", "2027-03-05", "approved_datetime = '2027-03-01', cancelled_datetime = '2027-03-02'"},
		{"over", "2026-03-01", "2027-03-01", "approved_datetime = '2026-03-01'"},
		{"over today", "2026-03-03", "2027-03-03", "approved_datetime = '2026-03-01'"},
		{"tomorrow's", "2027-03-04", "2027-03-06", "approved_datetime = '2027-03-01'"},
	} {
		hold(s, "kea", c.start, c.expiry)
		if c.change != "" {
			s.Exec("UPDATE individual_memberships SET " + c.change)
		}
		t.Log(c.name)
		refused(v, d.question(""), own)
		if c.name != "tomorrow's" {
			s.Exec("DELETE FROM individual_memberships")
		}
	}
	s.Clock.Pass(10*time.Hour - time.Second) // from 14:00 to the last second of the day in Auckland
	refused(v, d.question(""), own)
	s.Clock.Pass(time.Second)
	d.arrive(v.Get(d.question("")))
	s.Clock.Pass(48*time.Hour - time.Second)
	d.arrive(v.Get(d.question("")))
	s.Clock.Pass(time.Second)
	refused(v, d.question(""), own)
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	s, d := club(t)
	join(s, "kea")
	v := s.SignedIn("kea")
	sent := func(payload string) string { return "sso=" + url.QueryEscape(payload) + "&sig=" + signature(payload) }
	encode := base64.StdEncoding.EncodeToString
	good := strings.TrimPrefix(d.question(""), "/forum/sso?")
	payload, sig, _ := strings.Cut(good, "&sig=")
	long := strings.Repeat("x", 200_000)
	for name, query := range map[string]string{
		"nothing":            "",
		"no signature":       payload,
		"no payload":         "sig=" + sig,
		"empty":              "sso=&sig=",
		"empty payload":      "sso=&sig=" + signature(""),
		"tampered signature": payload + "&sig=" + strings.Repeat("0", 64),
		"short signature":    payload + "&sig=" + sig[:10],
		"upper case":         payload + "&sig=" + strings.ToUpper(sig),
		"no hexadecimal":     payload + "&sig=zz",
		"tampered payload":   strings.Replace(good, "sso=bm9u", "sso=bm9v", 1),
		"line breaks gone":   strings.ReplaceAll(good, "%0A", ""),
		"other encoding":     strings.Replace(good, "%0A", "%0D%0A", 1),
		"no base64":          sent("nonce=1&return_sso_url=x"),
		"URL-safe base64":    sent(base64.URLEncoding.EncodeToString([]byte("nonce=\xfb\xff\xfe"))),
		"no padding":         sent("bm9uY2U9MQ"),
		"missing nonce":      sent(encode([]byte("return_sso_url=https%3A%2F%2Fforum.example.org"))),
		"empty nonce":        sent(encode([]byte("nonce=&a=1"))),
		"broken query":       sent(encode([]byte("nonce=%zz"))),
		"broken escape":      "sso=%zz&sig=%zz",
		"semicolon":          strings.Replace(good, "&", ";", 1),
		"NUL":                "sso=%00&sig=%00",
		"invalid UTF-8":      "sso=%ff%fe&sig=%ff",
		"NUL in a name":      good + "&%00=1",
		"brackets":           "sso[]=a&sig[]=b",
		"huge":               "sso=" + long + "&sig=" + long,
		"twice, wrong first": "sso=secret&" + good,
	} {
		t.Run("BIL-44 "+name, func(t *testing.T) {
			s := s.For(t)
			a := s.SignedIn("kea").Get("/forum/sso?"+query).Status(http.StatusBadRequest).Has("header", "AMS").Has("main h1", "").Has("main a.btn", "")
			if strings.Contains(a.Body, "zz") || a.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control = %q, want no-store, and nothing of the request in the page:\n%s", a.Header.Get("Cache-Control"), a.Body)
			}
		})
	}
	for name, query := range map[string]string{ // odd, and right all the same
		"more":        good + "&utm=1",
		"twice":       good + "&sso=other",
		"odd nonce":   sent(encode([]byte("nonce=%00%ff+%C4%81"))),
		"long nonce":  sent(encode([]byte("nonce=" + long[:20_000]))),
		"two nonces":  sent(encode([]byte("nonce=a&nonce=b"))),
		"one line":    sent(encode([]byte("nonce=a"))),
		"empty lines": sent("\n\n" + encode([]byte("nonce=a")) + "\r\n"),
	} {
		if to := v.Get("/forum/sso?" + query).Status(http.StatusFound).Header.Get("Location"); !strings.HasPrefix(to, d.URL+"/session/sso_login?sso=") {
			t.Errorf("%s leads to %.80q, want the forum", name, to)
		}
	}
	v.With("Accept-Language", "mi").Get("/forum/sso?sso=secret-payload&sig=secret-signature").Status(http.StatusBadRequest).
		Has("main", "Ehara tēnei tono i te huinga kōrero")
	logged := s.Logged()
	if !strings.Contains(logged, `level=WARN msg="refuse a sign-on to the forum" id=`) || !strings.Contains(logged, "different secrets") {
		t.Errorf("the log has no warning with a reason:\n%s", logged)
	}
	for _, value := range []string{"secret-", sig, "bm9u", secret, "nonce="} {
		if strings.Contains(logged, value) {
			t.Errorf("the log holds %q", value)
		}
	}
	if strings.Contains(logged, "level=ERROR") {
		t.Errorf("something broke:\n%s", logged)
	}
}

// The forum gets the picture as it was chosen, at an address that it can fetch: it makes its own small ones.
func TestPicture(t *testing.T) {
	t.Parallel()
	d := newDiscourse(t)
	s := webtest.New(t, append(webtest.Store(t), "DISCOURSE_REDIRECT_DOMAIN", d.URL+"/", "DISCOURSE_CONNECT_SECRET", secret)...)
	d.site = s.URL
	s.Person("kea")
	s.Option(membership.Option{Duration: membership.Duration{Months: 12}}, "10")
	join(s, "kea")
	v := s.SignedIn("kea")
	if got := d.arrive(v.Get(d.question(""))); strings.Contains(got, "avatar") {
		t.Errorf("the forum learns %q of somebody without a picture", got)
	}
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	v.Upload("/en/users/~update/", "profile_picture", "me.png", file.Bytes(), "first_name", "Mere", "last_name", "Kahu", "username", "kea").
		Status(http.StatusSeeOther)
	told, err := url.ParseQuery(d.arrive(v.Get(d.question(""))))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.Get(told.Get("avatar_url"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	shape, format, err := image.DecodeConfig(answer.Body)
	if err != nil || format != "png" || shape.Width != 30 || shape.Height != 20 {
		t.Errorf("at %s there is a %s of %d×%d, %v, want the original", told.Get("avatar_url"), format, shape.Width, shape.Height, err)
	}
}

// What a visitor has to pass stands in an order: known, member, and only then the request.
func TestOrder(t *testing.T) {
	t.Parallel()
	s, _ := club(t)
	const bad = "/forum/sso?sso=a%2Bb%3D%0A&sig=%C4%81&x=1&x=2"
	a := s.Visitor().Get(bad).Status(http.StatusFound).To(signIn + "?next=" + url.QueryEscape(bad))
	if got := a.Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control for somebody anonymous = %q, want no-store", got)
	}
	v := s.SignedIn("kea")
	refused(v, bad, own)
	join(s, "kea")
	v.Get(bad).Status(http.StatusBadRequest)
	v.Post(bad).Status(http.StatusMethodNotAllowed)
	s.Exec("UPDATE users SET language = 'mi'; DELETE FROM individual_memberships")
	v.Get(bad).Status(http.StatusFound).To("/mi/users/kea/")
	v.Get("/mi/users/kea/").Has("#messages .alert-error", "Mō ngā mema te huinga kōrero")
	if got := v.HX().Get(bad).Status(http.StatusNoContent).Header.Get("HX-Redirect"); got != "/mi/users/kea/" {
		t.Errorf("HX-Redirect = %q, want the person's own page", got)
	}
}

func TestEntrance(t *testing.T) {
	t.Parallel()
	s, d := club(t)
	v := s.Visitor()
	v.Get("/forum").Status(http.StatusMovedPermanently).To("/forum/")
	v.Get("/forum/").Status(http.StatusFound).To(signIn + "?next=%2Fforum%2F")
	v.Post(signIn, "login", webtest.Address("kea"), "password", webtest.Password, "next", "/forum/").Status(http.StatusSeeOther).To("/forum/")
	v.Get("/forum/").Status(http.StatusFound).To(d.URL + "/session/sso?return_path=/") // membership is asked when the forum asks
	v.Do(http.MethodHead, "/forum/", nil).Status(http.StatusFound)
	if policy := v.Get(signIn + "?x").Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+d.URL+";") {
		t.Errorf("policy = %q, want that a sign-in may end at the forum", policy)
	}
}

func TestNoForum(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	for who, v := range map[string]*webtest.Visitor{"anonymous": s.Visitor(), "signed in": s.SignedIn("kea")} {
		t.Log(who)
		for _, path := range []string{"/forum/", "/forum/sso", "/forum/sso?sso=a&sig=b"} {
			v.Get(path).Status(http.StatusNotFound).Has("h1", "Page not found")
		}
	}
	if s.App.Content.CheckSlug("forum", true).Empty() {
		t.Error("a content page may take the forum's address")
	}
	if policy := s.Visitor().Get("/en/").Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") {
		t.Errorf("policy = %q, want forms that stay here", policy)
	}
}

// From the forum's button through the sign-in here and back, as browsers do it: they follow no redirect of a form to
// another site that the page does not name.
func TestInBrowser(t *testing.T) {
	t.Parallel()
	for name, scripts := range map[string]bool{"Scripts": true, "WithoutScripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, d := club(t)
			join(s, "kea")
			b := s.Tab(1280)
			if !scripts {
				b.WithoutScripts()
			}
			b.Do(chromedp.Navigate(d.URL+"/"), chromedp.Click(`a[href="/session/sso"]`))
			b.At(signIn, "Sign in")
			b.Do(chromedp.SendKeys("#id_login", webtest.Address("kea")), chromedp.SendKeys("#id_password", webtest.Password),
				chromedp.Click("#sign-in [type=submit]"))
			b.At("/session/sso_login", "Welcome, Mere Kahu")
		})
	}
}
