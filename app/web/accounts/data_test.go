package accounts_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ams/app"
	"ams/app/membership"
	"ams/app/privacy"
	"ams/app/web/webtest"
	"ams/storage"
)

const dataPath = "/en/users/~data/"

// fetched opens the file that the page leads to.
func fetched(s *webtest.Site, v *webtest.Visitor) map[string]string {
	s.T.Helper()
	answer := v.Get(dataPath + "file/").Status(http.StatusFound)
	if got := answer.Header.Get("Cache-Control"); got != "no-store" {
		s.T.Errorf("Cache-Control of the redirect = %q, want no-store", got)
	}
	status, body := ask(s.T, answer.Header.Get("Location"))
	if status != http.StatusOK {
		s.T.Fatalf("the signed address answers %d\n%s", status, body)
	}
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		s.T.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			s.T.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			s.T.Fatal(err)
		}
		files[f.Name] = string(text)
	}
	return files
}

func ask(t *testing.T, address string) (int, []byte) {
	t.Helper()
	answer, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, body
}

// objects are the keys in the private bucket that rows name.
func objects(s *webtest.Site) (keys []string) {
	s.T.Helper()
	s.Row(&keys, "SELECT object_key FROM data_exports WHERE object_key <> '' ORDER BY id")
	return keys
}

// stored tells whether the private bucket has an object.
func stored(s *webtest.Site, key string) bool {
	s.T.Helper()
	r, err := s.App.Buckets().Private.Get(s.T.Context(), key)
	if err != nil {
		return false
	}
	_ = r.Close()
	return true
}

func order(v *webtest.Visitor) {
	v.Post(dataPath, "action", "export").Status(http.StatusSeeOther).To(dataPath)
}

func jobsOf(s *webtest.Site, kind string) int {
	s.T.Helper()
	return s.Count("SELECT count(*) FROM gue_jobs WHERE job_type = ?", kind)
}

func TestOwnData(t *testing.T) {
	t.Parallel()
	t.Run("ACC-68 one job, a mail, a signed link, and after seven days nothing", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(dataPath).Status(http.StatusOK).Has("h1", "Your data").Has("button", "Prepare my file")
		v.Get(dataPath + "file/").Status(http.StatusNotFound)
		for range 3 {
			order(v)
		}
		if n := jobsOf(s, "accounts.export_data"); n != 1 {
			t.Errorf("%d jobs wait, want 1", n)
		}
		page := v.Get(dataPath).Has(".medium", "in preparation since")
		if strings.Contains(page.Body, "Prepare my file") {
			t.Error("another file is offered while one is being made")
		}
		mails := s.Mails("kea@example.org")
		if len(mails) != 1 || mails[0].Subject != "[Association Management Software] Your data is ready" {
			t.Fatalf("mails = %+v, want one that the data is ready", mails)
		}
		key := objects(s)[0]
		if !strings.Contains(mails[0].Text, "/en/users/~data/") || strings.Contains(mails[0].Text, key) || strings.Contains(mails[0].Text, "~data/file") {
			t.Errorf("the mail says %q, want the page and never the file", mails[0].Text)
		}
		page = v.Get(dataPath).Has(".medium", "is ready").Has(".medium a", "Download my data")
		if strings.Contains(page.Body, "exports/") || strings.Contains(page.Body, "X-Amz") {
			t.Error("the page tells the address of the file")
		}
		fetched(s, v)
		uuid := ""
		s.Row(&uuid, "SELECT uuid FROM users WHERE username = 'kea'")
		if !strings.HasPrefix(key, "exports/"+uuid+"/") || len(key) != len("exports//.zip")+36+32 {
			t.Errorf("the object is called %q, want exports/%s/<32 digits>.zip", key, uuid)
		}
		if status, _ := ask(t, s.App.Buckets().Private.URL(key)); status != http.StatusForbidden {
			t.Errorf("unsigned the file answers %d, want 403", status)
		}
		s.Clock.Pass(privacy.FileLife)
		v = s.SignedIn("kea")
		v.Get(dataPath + "file/").Status(http.StatusNotFound)
		v.Get(dataPath).Lacks("a[href$='file/']")
		s.Add(app.Cleanup{})
		s.Work()
		if n := s.Count("SELECT count(*) FROM data_exports"); n != 0 || stored(s, key) {
			t.Errorf("after the clean-up %d rows are there and the object = %v, want none", n, stored(s, key))
		}
	})
	t.Run("Nobody else and nobody whose proof is old", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Person("kea")
		s.Visitor().Get(dataPath).Status(http.StatusFound).To("/en/accounts/login/?next=%2Fen%2Fusers%2F~data%2F")
		v := s.SignedIn("kea")
		order(v)
		s.Work()
		s.Clock.Pass(4*time.Minute + 59*time.Second)
		v.Get(dataPath).Status(http.StatusOK)
		s.Clock.Pass(time.Second)
		for _, path := range []string{dataPath, dataPath + "file/"} {
			v.Get(path).Status(http.StatusFound).To("/en/accounts/reauthenticate/?next=" + strings.NewReplacer("/", "%2F").Replace(path))
		}
		for _, action := range []string{"export", "erase", "keep"} {
			v.Post(dataPath, "action", action).Status(http.StatusSeeOther)
		}
		v.HX().Post(dataPath, "action", "erase").Status(http.StatusNoContent)
		if s.Count("SELECT count(*) FROM users WHERE erasure_requested_at IS NOT NULL") != 0 || s.Count("SELECT count(*) FROM data_exports") != 1 {
			t.Error("something was stored without a proof")
		}
		s.SignedIn("kea").Post(dataPath, "action", "nonsense").Status(http.StatusBadRequest)
	})
	t.Run("The file has all that is the person's and nothing else", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Staff("boss")
		s.Person("kea")
		s.Person("tui")
		filled(s)
		key, err := s.App.Buckets().Public.Put(t.Context(), storage.Object{Key: "profile_pictures/kea.png", Type: "image/png", Size: 5, Body: strings.NewReader("image")})
		if err != nil {
			t.Fatal(err)
		}
		s.Exec("UPDATE users SET profile_picture = ? WHERE username = 'kea'", key)
		v := s.SignedIn("kea")
		order(v)
		s.Work()
		files := fetched(s, v)
		var data map[string][]map[string]any
		if err := json.Unmarshal([]byte(files["data.json"]), &data); err != nil {
			t.Fatalf("data.json: %v\n%s", err, files["data.json"])
		}
		for name, want := range map[string]string{
			"account": "kea@example.org", "addresses": "second@kea.example", "memberships": "Teacher", "purchases": "AMS-", "invoices": "MOCK-1",
			"messages": "An old letter", "sessions": "created_at", "history": "Hēmi", "groups": "Kaimahi", "permissions": "users.view_user",
			"acts_as_staff": "users.user", "downloads": "requested_at", "pages": "Home", "organisations": "Kura 1",
		} {
			if rows := fmt.Sprint(data[name]); len(data[name]) == 0 || !strings.Contains(rows, want) {
				t.Errorf("%s has %s, want %q in it", name, rows, want)
			}
			table, err := csv.NewReader(strings.NewReader(files[name+".csv"])).ReadAll()
			if err != nil || len(table) != len(data[name])+1 {
				t.Errorf("%s.csv has %d lines, %v, want one more than %d", name, len(table), err, len(data[name]))
			}
		}
		// Invitations count that went to an address which is known to be the person's.
		if got := fmt.Sprint(data["organisations"]); len(data["organisations"]) != 2 || !strings.Contains(got, "third@kea.example") {
			t.Errorf("organisations = %s, want the own one and the invitation to the verified address", got)
		}
		hash := ""
		s.Row(&hash, "SELECT password FROM users WHERE username = 'kea'")
		for name, text := range files {
			for _, secret := range []string{hash, "argon2", "What staff think", "tui", "Hōne", "boss@example.org", "token"} {
				if strings.Contains(text, secret) {
					t.Errorf("%s has %q in it", name, secret)
				}
			}
		}
		if files["picture.png"] != "image" {
			t.Errorf("the picture is %q, want what was uploaded", files["picture.png"])
		}
		if got := files["account.csv"]; !strings.Contains(got, "'=Mere") {
			t.Errorf("account.csv = %q, want the formula guarded", got)
		}
	})
	t.Run("Letters to an address that is only claimed, and what staff are told, are in nobody's file", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Staff("boss")
		s.Person("kea")
		s.Exec(`INSERT INTO email_addresses (user_id, email, verified) SELECT id, e.email, e.verified FROM users u,
			(VALUES ('boss@example.org', false), ('nobody@else.example', false), ('proved@kea.example', true)) e (email, verified) WHERE u.username = 'kea'`)
		s.Exec(`INSERT INTO email_messages (id, template_id, recipients, "from", subject, language, html, text, status, created_at, sent_at)
			SELECT gen_random_uuid(), m.template, ARRAY[m.recipient], '', m.subject, 'en', '', '', m.status, now(), CASE WHEN m.status = 'sent' THEN now() END
			FROM (SELECT *, CASE WHEN template = 'failed' THEN 'failed' ELSE 'sent' END AS status FROM (VALUES
				('failed', 'kea@example.org', 'Never sent'), ('x', 'boss@example.org', 'For Hone alone'), ('x', 'nobody@else.example', 'For whoever that is'),
				('x', 'proved@kea.example', 'For Mere'), ('x', 'kea@example.org', 'For Mere, too'),
				('staff_x', 'boss@example.org', 'Tama Rua has applied'), ('staff_x', 'kea@example.org', 'Tama Rua has applied')) v (template, recipient, subject)) m`)
		for who, want := range map[string][]string{"kea": {"For Mere", "For Mere, too"}, "boss": {"For Hone alone"}} {
			v := s.SignedIn(who)
			order(v)
			s.Work()
			var data struct {
				Messages []struct{ Subject string }
			}
			if err := json.Unmarshal([]byte(fetched(s, v)["data.json"]), &data); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range data.Messages {
				got = append(got, m.Subject)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Errorf("%s's file has the messages %q, want %q", who, got, want)
			}
		}
	})
	t.Run("Two at once make one file, and a run that is overtaken leaves nothing", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Person("kea")
		v := s.SignedIn("kea")
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { v.Post(dataPath, "action", "export").Status(http.StatusSeeOther) })
		}
		all.Wait()
		if n := s.Count("SELECT count(*) FROM data_exports"); n != 1 || jobsOf(s, "accounts.export_data") != 1 {
			t.Errorf("eight clicks made %d rows and %d jobs, want 1 and 1", n, jobsOf(s, "accounts.export_data"))
		}
		s.Work()
		first := objects(s)
		v.Get(dataPath).Has("main", "is ready").Has("button", "Prepare a new file")
		order(v) // a new file takes the place of the old one
		s.Work()
		second := objects(s)
		if len(second) != 1 || slices.Equal(first, second) || stored(s, first[0]) || !stored(s, second[0]) {
			t.Errorf("objects %v became %v, want one new one and the old one gone", first, second)
		}
		if n := len(s.Mails("kea@example.org")); n != 2 {
			t.Errorf("%d mails, want 2", n)
		}
	})
	t.Run("A job that gave up can be asked again, and its rest is cleaned up", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t, webtest.Store(t)...)
		s.Person("kea")
		v := s.SignedIn("kea")
		order(v)
		s.Exec("DELETE FROM gue_jobs")
		s.Exec("UPDATE data_exports SET object_key = 'exports/x/left.zip'")
		s.Clock.Pass(time.Hour)
		v = s.SignedIn("kea")
		order(v)
		if n := jobsOf(s, "accounts.export_data"); n != 0 {
			t.Errorf("%d jobs while the first may still run, want none", n)
		}
		s.Clock.Pass(time.Hour)
		v = s.SignedIn("kea")
		v.Get(dataPath).Has("button", "Prepare my file")
		order(v)
		s.Work()
		fetched(s, v)
		if n := s.Count("SELECT count(*) FROM data_exports"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
	t.Run("Without a bucket the page says so", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		v := s.SignedIn("kea")
		v.Get(dataPath).Status(http.StatusOK).Has(".medium", "cannot be prepared").Lacks("form[action$='~data/'] input[value=export]")
		v.Post(dataPath, "action", "export").Status(http.StatusServiceUnavailable)
		v.Get(dataPath + "file/").Status(http.StatusNotFound)
	})
}

// filled gives kea something in every part of the download.
func filled(s *webtest.Site) {
	s.T.Helper()
	s.Exec("UPDATE users SET first_name = '=Mere', admin_notes = 'What staff think' WHERE username = 'kea'")
	s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'second@kea.example' FROM users WHERE username = 'kea'")
	s.Exec("INSERT INTO groups (name) VALUES ('Kaimahi')")
	s.Exec("INSERT INTO user_groups SELECT u.id, g.id FROM users u, groups g WHERE u.username = 'kea' AND g.name = 'Kaimahi'")
	s.Grant("kea", "users.view_user")
	s.Exec("UPDATE pages SET owner_id = (SELECT id FROM users WHERE username = 'kea') WHERE page_type = 'home'")
	s.Exec(`INSERT INTO email_messages (id, template_id, recipients, "from", subject, language, html, text, status, created_at, sent_at, user_id)
		SELECT gen_random_uuid(), '', '{kea@example.org}', '', 'An old letter', 'en', '', '', 'sent', now(), now(), id FROM users WHERE username = 'kea'`)
	s.Exec(`INSERT INTO admin_log_entries (at, user_id, user_name, entity, object_id, title, action, changes)
		SELECT now(), b.id, 'Hōne Heke', 'users.user', u.id, 'Mere', 'change',
		       '[{"field": "first_name", "before": "Hēmi", "after": "Mere"}, {"field": "admin_notes", "before": "", "after": "What staff think"}]'
		FROM users u, users b WHERE u.username = 'kea' AND b.username = 'boss'`)
	s.Exec(`INSERT INTO admin_log_entries (at, user_id, user_name, entity, object_id, title, action)
		SELECT now(), u.id, 'Mere', 'users.user', o.id, 'Mere Kahu (tui@example.org)', 'change' FROM users u, users o WHERE u.username = 'kea' AND o.username = 'tui'`)
	s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'third@kea.example', true FROM users WHERE username = 'kea'")
	s.Exec(`INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
		SELECT 'Kura ' || i, '1', 'office@kura.example', 'Hine', '1', 'Taupō', '1' FROM generate_series(1, 3) i`)
	s.Exec(`INSERT INTO organisation_members (user_id, organisation_id, invite_email, role, created_datetime, accepted_datetime)
		SELECT u.id, o.id, CASE WHEN o.id = 2 THEN 'third@kea.example' WHEN o.id = 3 THEN 'second@kea.example' ELSE '' END, 'ADMIN', now(), now()
		FROM organisations o LEFT JOIN users u ON u.username = 'kea' AND o.id = 1`)
	option := s.Option(membership.Option{}, "49.99")
	s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", fmt.Sprint(option), "start_date", "2027-03-03").
		Status(http.StatusSeeOther)
	s.Work()
}

func TestAskingToBeErased(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff("boss")
	s.Clerk("ruru", "users.delete_user")
	s.Clerk("weka", "users.view_user")
	s.Exec("UPDATE users SET language = 'mi' WHERE username = 'ruru'")
	s.Person("kea")
	v := s.SignedIn("kea")
	v.Get("/en/users/kea/").Has("#main .buttons a[href='/en/users/~data/']", "Your data")
	question := v.Get(dataPath+"?about=erasure").Status(http.StatusOK).Has("h1", "Ask to be erased?").Has(".narrow", "cannot be undone")
	if s.Count("SELECT count(*) FROM users WHERE erasure_requested_at IS NOT NULL") != 0 {
		t.Fatal("looking asked")
	}
	v.Post(dataPath, question.Fields(".narrow form")...).Status(http.StatusSeeOther).To(dataPath)
	v.Get(dataPath).Has(".medium", "You asked to be erased on 3 March 2027").Has("button", "Keep my account").Lacks("a[href$='about=erasure']")
	for who, want := range map[string]int{"boss": 1, "ruru": 1, "weka": 0, "kea": 0} {
		if got := s.Mails(webtest.Address(who)); len(got) != want {
			t.Errorf("%s got %d mails, want %d", who, len(got), want)
		}
	}
	id := s.Count("SELECT id FROM users WHERE username = 'kea'")
	told := s.Mails(webtest.Address("boss"))[0]
	if !strings.Contains(told.Text, fmt.Sprintf("/admin/users/user/%d/change/", id)) || !strings.Contains(told.Text, "Mere Kahu") || told.Subject != "Somebody asks to be erased" {
		t.Errorf("staff read %q: %s", told.Subject, told.Text)
	}
	if language := s.Mails(webtest.Address("ruru"))[0].Language; language != "mi" {
		t.Errorf("the letter to a reader of Māori is in %q", language)
	}
	if s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL OR NOT is_active") != 0 {
		t.Error("somebody was erased by asking")
	}
	s.SignedIn("boss").Get("/admin/users/user/?erasure=asked").Has("#list-table tbody", "kea@example.org")
	v.Post(dataPath, "action", "erase").Status(http.StatusSeeOther) // once more changes nothing
	v.Post(dataPath, "action", "keep").Status(http.StatusSeeOther).To(dataPath)
	v.Get(dataPath).Has("a", "What erasure means")
	v.Post(dataPath, "action", "keep").Status(http.StatusSeeOther).To(dataPath) // as a second click does
	v.Get(dataPath).Has("#messages", "Your account stays.")
	if n := len(s.Mails(webtest.Address("boss"))); n != 1 {
		t.Errorf("staff got %d mails of one wish, want 1", n)
	}
	s.Clock.Pass(time.Minute)
	v.Post(dataPath, "action", "erase").Status(http.StatusSeeOther)
	if n := len(s.Mails(webtest.Address("boss"))); n != 2 {
		t.Errorf("staff got %d mails of a wish that was taken back and uttered again, want 2", n)
	}
	s.Clock.Pass(24 * time.Hour)
	v = s.SignedIn("kea")
	v.Post(dataPath, "action", "keep").Status(http.StatusSeeOther)
	v.Post(dataPath, "action", "erase").Status(http.StatusSeeOther)
	if n := len(s.Mails(webtest.Address("boss"))); n != 3 {
		t.Errorf("staff got %d mails on two days, want 3", n)
	}
	for range 6 {
		v.Post(dataPath, "action", "keep")
	}
	v.Post(dataPath, "action", "keep").Status(http.StatusSeeOther)
	v.Post(dataPath, "action", "keep").Status(http.StatusSeeOther)
	if got := v.Post(dataPath, "action", "keep").Status(http.StatusTooManyRequests).Header.Get("Retry-After"); got != "3600" {
		t.Errorf("after ten acts one may try again after %q seconds, want 3600", got)
	}
}
