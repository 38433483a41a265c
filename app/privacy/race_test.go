package privacy_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"ams/app/membership"
	"ams/app/privacy"
	"ams/app/web/webtest"
)

// begun is a site on which the job that makes kea's file has begun and waits in the middle of reading; release lets it
// go on and returns when it has ended.
func begun(t *testing.T) (s *webtest.Site, release func()) {
	t.Helper()
	s = webtest.New(t, webtest.Store(t)...)
	s.Staff("boss")
	s.Person("kea")
	s.SignedIn("kea").Post("/en/users/~data/", "action", "export").Status(http.StatusSeeOther)
	tx, err := s.DB.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	if _, err := tx.NewRaw("LOCK TABLE groups IN ACCESS EXCLUSIVE MODE").Exec(t.Context()); err != nil { // a download reads it, an erasure does not
		t.Fatal(err)
	}
	var worker sync.WaitGroup
	worker.Go(s.Work)
	s.Blocked()
	return s, func() {
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
		worker.Wait()
	}
}

func eraser(s *webtest.Site, username string) string {
	s.T.Helper()
	return fmt.Sprintf("/admin/users/user/%d/erase/", s.Count("SELECT id FROM users WHERE username = ?", username))
}

func key(s *webtest.Site) (key string) {
	s.T.Helper()
	s.Row(&key, "SELECT object_key FROM data_exports")
	return key
}

func stored(s *webtest.Site, key string) bool {
	s.T.Helper()
	r, err := s.App.Buckets().Private.Get(s.T.Context(), key)
	if err != nil {
		return false
	}
	_ = r.Close()
	return true
}

func TestRaces(t *testing.T) {
	t.Parallel()
	t.Run("Somebody who is erased while their file is made leaves none behind", func(t *testing.T) {
		t.Parallel()
		s, release := begun(t)
		object := key(s)
		s.SignedIn("boss").Post(eraser(s, "kea"), "typed", "kea").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL") != 1 {
			t.Fatal("nobody was erased")
		}
		release()
		s.Work()
		s.Due()
		s.Work()
		if stored(s, object) || s.Count("SELECT count(*) FROM data_exports") != 0 {
			t.Error("the file of an erased person is there")
		}
		for _, m := range s.Mails("kea@example.org") {
			if m.Subject == "[Association Management Software] Your data is ready" {
				t.Error("an erased person was told of a file")
			}
		}
	})
	t.Run("A worker that dies after storing leaves nothing once its person is erased", func(t *testing.T) {
		t.Parallel()
		s, release := begun(t)
		object := key(s)
		s.SignedIn("boss").Post(eraser(s, "kea"), "typed", "kea").Status(http.StatusSeeOther)
		s.Exec("DELETE FROM gue_jobs WHERE job_type = 'storage.delete_object' AND run_at <= now()") // it came too early
		s.Exec("CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
		s.Exec("CREATE TRIGGER lose BEFORE INSERT ON gue_jobs FOR EACH ROW EXECUTE FUNCTION lose()") // the end of the run never comes
		release()
		if !stored(s, object) {
			t.Fatal("nothing was stored")
		}
		s.Due()
		s.Work()
		if stored(s, object) {
			t.Error("the file of an erased person is there")
		}
	})
	t.Run("Of two runs at once one makes the file", func(t *testing.T) {
		t.Parallel()
		s, release := begun(t)
		first := key(s)
		s.Add(privacy.Export{Person: int64(s.Count("SELECT id FROM users WHERE username = 'kea'"))})
		var second sync.WaitGroup
		second.Go(s.Twin().Work)
		for end := time.Now().Add(20 * time.Second); key(s) == first; time.Sleep(10 * time.Millisecond) { // the second run names its own object
			if time.Now().After(end) {
				t.Fatal("the second run never begins")
			}
		}
		release()
		second.Wait()
		s.Work()
		s.Due()
		s.Work()
		if stored(s, first) || !stored(s, key(s)) || s.Count("SELECT count(*) FROM data_exports WHERE ready_at IS NOT NULL") != 1 {
			t.Errorf("first = %v, second = %v, want the second alone", stored(s, first), stored(s, key(s)))
		}
		if n := len(s.Mails("kea@example.org")); n != 1 {
			t.Errorf("%d letters, want 1", n)
		}
	})
	t.Run("Who signs in while being erased gets nowhere", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Staff("boss")
		for i := range 5 {
			who := fmt.Sprintf("kea%d", i)
			s.Person(who)
			boss, guest, path := s.SignedIn("boss"), s.Visitor(), eraser(s, who)
			var both sync.WaitGroup
			both.Go(func() { boss.Post(path, "typed", who).Status(http.StatusSeeOther) })
			both.Go(func() { guest.Post("/en/accounts/login/", "login", webtest.Address(who), "password", webtest.Password) })
			both.Wait()
			guest.Get("/en/users/~update/").Status(http.StatusFound)
			if n := s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL AND password LIKE '!%' AND email LIKE 'erased-%'"); n != i+1 {
				t.Fatalf("%d people are erased as they should be, want %d", n, i+1)
			}
		}
	})
	t.Run("Who waits for the erasure with a form stores nothing", func(t *testing.T) {
		t.Parallel()
		for name, form := range map[string]struct {
			path   string
			status int
			fields []string
		}{
			"purchase":        {"/en/users/memberships/apply-individual/", http.StatusConflict, []string{"membership_option", "1", "start_date", "2027-03-03"}},
			"profile":         {"/en/users/~update/", http.StatusConflict, []string{"first_name", "Back", "last_name", "Again", "username", "kea"}},
			"file":            {"/en/users/~data/", http.StatusConflict, []string{"action", "export"}},
			"wish":            {"/en/users/~data/", http.StatusConflict, []string{"action", "erase"}},
			"address":         {"/en/accounts/email/", http.StatusSeeOther, []string{"action_add", "1", "email", "third@kea.example"}},
			"primary address": {"/en/accounts/email/", http.StatusSeeOther, []string{"action_primary", "1", "email", "second@kea.example"}},
			"removal":         {"/en/accounts/email/", http.StatusSeeOther, []string{"action_remove", "1", "email", "second@kea.example"}},
			"confirmation":    {"/en/accounts/email/", http.StatusSeeOther, []string{"action_send", "1", "email", "open@kea.example"}},
			"terms":           {"/en/terms/accept/", http.StatusConflict, []string{"term_version", "1"}},
			"password":        {"/en/accounts/password/change/", http.StatusConflict, []string{"oldpassword", webtest.Password, "password1", "quite-another-pōhutukawa", "password2", "quite-another-pōhutukawa"}},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := webtest.New(t, webtest.Store(t)...)
				s.Staff("boss")
				s.Person("kea")
				s.Option(membership.Option{}, "49.99")
				s.TermVersion("privacy", "1", -time.Hour)
				kea, id := s.SignedIn("kea"), s.Count("SELECT id FROM users WHERE username = 'kea'")
				s.Exec("INSERT INTO email_addresses (user_id, email, verified) VALUES (?0, 'second@kea.example', true), (?0, 'open@kea.example', false)", id)
				before := s.Contents("users", "rate_limits")
				s.Behind(func() { kea.Post(form.path, form.fields...).Status(form.status) },
					"UPDATE users SET erased_at = now(), is_active = false, first_name = '', email = 'erased@erased.invalid', username = 'erased' WHERE id = ?", id)
				if s.Count("SELECT count(*) FROM users WHERE id = ? AND first_name = '' AND username = 'erased' AND email = 'erased@erased.invalid' AND erasure_requested_at IS NULL", id) != 1 ||
					s.Contents("users", "rate_limits") != before {
					t.Error("something was stored for an erased person")
				}
			})
		}
	})
	t.Run("Of a purchase and an erasure at once one waits for the other", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Staff("boss")
		option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
		for i := range 5 {
			who := fmt.Sprintf("kea%d", i)
			s.Person(who)
			boss, kea, path := s.SignedIn("boss"), s.SignedIn(who), eraser(s, who)
			var both sync.WaitGroup
			both.Go(func() { boss.Post(path, "typed", who) })
			both.Go(func() {
				kea.Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03")
			})
			both.Wait()
			erased := s.Count("SELECT count(*) FROM users WHERE username LIKE 'erased-%' AND id = (SELECT max(id) FROM users)")
			bought := s.Count("SELECT count(*) FROM purchases p JOIN individual_memberships m ON m.id = p.individual_membership_id WHERE m.user_id = (SELECT max(id) FROM users)")
			if erased+bought != 1 {
				t.Errorf("erased %d, bought %d, want one of them", erased, bought)
			}
		}
	})
}
