package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/uptrace/bun"

	"ams/app/membership"
	"ams/app/web/webtest"
	"ams/storage"
)

// erased is the page that asks, and the answer to the right name.
func erased(v *webtest.Visitor, s *webtest.Site, username string) *webtest.Answer {
	s.T.Helper()
	return v.Send(page(s, username, "erase"), ".question form", "typed", username)
}

// amounts are those that a question tells, by their headings.
func amounts(question *webtest.Answer) map[string][]string {
	all := map[string][]string{}
	question.Document().Find(".question section").Each(func(_ int, s *goquery.Selection) {
		all[s.Find("h2").Text()] = s.Find("li").Map(func(_ int, li *goquery.Selection) string { return li.Text() })
	})
	return all
}

func TestErasing(t *testing.T) {
	t.Parallel()
	t.Run("ACC-65 everything about a person with an invoice goes, the invoice stays, the address is free", func(t *testing.T) {
		t.Parallel()
		s := marked(t, webtest.Store(t)...)
		pictures := s.App.Buckets().Public
		key, err := pictures.Put(t.Context(), storage.Object{Key: "profile_pictures/zuqlo/1.png", Type: "image/png", Size: 3, Body: strings.NewReader("zuqlop")})
		if err != nil {
			t.Fatal(err)
		}
		s.Exec("UPDATE users SET profile_picture = ?, erasure_requested_at = now() WHERE username = 'zuqlokea'", key)
		member := s.SignedIn("zuqlokea")
		member.Post("/en/users/~data/", "action", "export").Status(http.StatusSeeOther)
		s.Work()
		file := ""
		s.Row(&file, "SELECT object_key FROM data_exports")
		id := idOf(s, "zuqlokea")
		var bill, paid string
		s.Row(&bill, "SELECT i::text FROM invoices i")
		s.Row(&paid, "SELECT p::text FROM purchases p")
		v := s.SignedIn("boss")
		v.Get(page(s, "zuqlokea", "change")).Has(".record-acts form[action$='/erase/'] button", "Erase this person")
		question := v.Get(page(s, "zuqlokea", "erase")).Status(http.StatusOK).Has("h1", "Erase this person").Has(".names", "zuqlokea@example.org").
			Has(".question", "1 membership that is not over is cancelled").
			Has(".question", "administrator of these organisations: Te Kura o Ōtepoti")
		if diff := cmp.Diff(map[string][]string{
			"This goes": {
				"Files of people’s own data: 1", "Members of organisations: 1", "Memberships in groups: 1", "Permissions given directly: 1", "Authenticators: 1", "Linked accounts: 1",
				"Profile answers: 1", "Sessions: 2", "Messages sent: 3", "E-mail addresses: 2",
			},
			"This stays": {
				"Individual memberships: 1", "Purchases: 1", "Invoices: 1", "Term acceptances: 1", "History entries: 1", "Pages: 3",
				"Earlier versions of pages: 1", "Earlier versions of the theme: 1",
			},
		}, amounts(question)); diff != "" {
			t.Errorf("the question tells (-want +got):\n%s", diff)
		}
		erased(v, s, "zuqlokea").Status(http.StatusSeeOther).To(people + strconv.Itoa(id) + "/change/")
		v.Get(people+strconv.Itoa(id)+"/change/").Has("#messages", "The person was erased.").Lacks("form#record").Has(".entries", "Erase this person")
		var left struct {
			Email, Username, FirstName, LastName, Language, AdminNotes, ProfilePicture, Password string
			IsActive, IsStaff, IsSuperuser                                                       bool
			ErasedAt, ErasureRequestedAt                                                         *time.Time
		}
		s.Row(&left, `SELECT email, username, first_name, last_name, language, admin_notes, profile_picture, password, is_active, is_staff,
			is_superuser, erased_at, erasure_requested_at FROM users WHERE id = ?`, id)
		name := fmt.Sprintf("erased-%d", id)
		if left.Email != name+"@erased.invalid" || left.Username != name || left.FirstName+left.LastName+left.Language+left.AdminNotes+left.ProfilePicture != "" ||
			!strings.HasPrefix(left.Password, "!") || left.IsActive || left.ErasedAt == nil || left.ErasureRequestedAt != nil {
			t.Errorf("left of the account: %+v", left)
		}
		if s.Count(`SELECT count(*) FROM email_addresses WHERE user_id = ? AND "primary" AND NOT verified AND email = ?`, id, left.Email) != 1 ||
			s.Count("SELECT count(*) FROM email_addresses WHERE user_id = ?", id) != 1 {
			t.Error("the addresses are not the one unusable one")
		}
		for _, place := range []string{
			"user_groups.user_id", "user_permissions.user_id", "sessions.user_id", "data_exports.user_id", "authenticators.user_id", "social_accounts.user_id",
			"profile_field_responses.user_id", "pages.owner_id", "pages.locked_by_id", "page_revisions.user_id", "theme_settings_revisions.user_id",
		} {
			table, column, _ := strings.Cut(place, ".")
			if n := s.Count("SELECT count(*) FROM ? WHERE ? = ?", bun.Ident(table), bun.Ident(column), id); n != 0 {
				t.Errorf("%d rows of %s are left", n, place)
			}
		}
		for what, kept := range map[string]string{
			"the version of a page":       "SELECT count(*) FROM page_revisions WHERE content = '{}' AND user_id IS NULL",
			"the version of the theme":    "SELECT count(*) FROM theme_settings_revisions WHERE data = '{}' AND user_id IS NULL",
			"the acceptance, no browser":  "SELECT count(*) FROM term_acceptances WHERE user_id = ?0 AND accepted_at = '2027-03-01' AND host(ip_address) = '0.0.0.0' AND user_agent = '' AND source = 'web'",
			"what somebody else accepted": "SELECT count(*) FROM term_acceptances WHERE user_id <> ?0 AND host(ip_address) = '192.0.2.7' AND user_agent = 'Boss/1.0'",
			"the act, under another name": "SELECT count(*) FROM admin_log_entries WHERE user_id = ?0 AND entity = 'auth.group' AND title = 'Kaimahi' AND user_name = 'erased-' || ?0",
		} {
			if n := s.Count(kept, id); n != 1 {
				t.Errorf("%s: %d rows, want 1", what, n)
			}
		}
		var billNow, paidNow string
		s.Row(&billNow, "SELECT i::text FROM invoices i")
		s.Row(&paidNow, "SELECT p::text FROM purchases p")
		if bill != billNow || paid != paidNow {
			t.Error("the records of money changed")
		}
		if s.Count("SELECT count(*) FROM individual_memberships WHERE user_id = ? AND cancelled_datetime IS NOT NULL AND cancelled_reason = 'The person was erased.'", id) != 1 {
			t.Error("the membership was not cancelled with the reason")
		}
		if s.Count(`SELECT count(*) FROM admin_log_entries e JOIN users u ON u.id = e.user_id AND u.username = 'boss'
			WHERE entity = 'memberships.individualmembership' AND action = 'cancel' AND title LIKE 'erased-' || ? || ', %'`, id) != 1 {
			t.Error("the history of the membership does not say who cancelled it, or names the person")
		}
		member.Get("/en/users/zuqlokea/").Status(http.StatusFound)
		letters := s.Mails("zuqlokea@example.org")
		if letters[0].Subject != "[Association Management Software] Kua ūkuia ō raraunga" || letters[0].Language != "mi" {
			t.Errorf("the last letter is %q in %s", letters[0].Subject, letters[0].Language)
		}
		for _, l := range letters[1:] {
			if l.SentAt.Equal(letters[0].SentAt) && strings.Contains(l.Subject, "cancel") {
				t.Errorf("another letter left: %q", l.Subject)
			}
		}
		if places := remains(s, "zuqlo"); len(places) > 0 {
			t.Errorf("still stored:\n%s", strings.Join(places, "\n"))
		}
		if n := s.Count("SELECT count(*) FROM email_messages WHERE recipients = '{boss@example.org}' AND subject = 'To all'"); n != 1 {
			t.Errorf("the letter to several people was not kept for the others")
		}
		if got := s.Count("SELECT count(*) FROM admin_log_entries WHERE entity = 'users.user' AND object_id = ? AND title = ? AND changes = '[]' AND user_name = 'Hōne Heke'", id, name); got != 2 {
			t.Errorf("%d entries say who changed and who erased, want 2", got)
		}
		if _, err := pictures.Get(t.Context(), key); err == nil {
			t.Error("the picture is still there")
		}
		if _, err := s.App.Buckets().Private.Get(t.Context(), file); err == nil {
			t.Error("the file of the person's data is still there")
		}
		v.Get("/en/users/"+name+"/").Status(http.StatusOK).Has("h1", "Erased person")
		s.Visitor().Post("/en/accounts/signup/", "email", "zuqlokea@example.org", "password1", webtest.Password, "password2", webtest.Password,
			"first_name", "Zuqlomere", "last_name", "Zuqlokahu", "username", "zuqlokea").Status(http.StatusSeeOther).To("/en/accounts/confirm-email/")
		if n := s.Count("SELECT count(*) FROM users WHERE email = 'zuqlokea@example.org' AND id > ?", id); n != 1 {
			t.Error("the old address cannot sign up")
		}
		if n := len(s.Mails("zuqlokea@example.org")); n != len(letters)+1 {
			t.Errorf("the new account got %d letters, want 1", n-len(letters))
		}
		// Nobody undoes it, or does it again.
		before := s.Contents()
		v.Get(people + strconv.Itoa(id) + "/erase/").Status(http.StatusForbidden)
		v.Post(people+strconv.Itoa(id)+"/erase/", "typed", name).Status(http.StatusForbidden)
		v.Post(people+strconv.Itoa(id)+"/change/", "version", "1", "is_active", "on").Status(http.StatusForbidden)
		if s.Contents() != before {
			t.Error("something was stored for an erased person")
		}
	})
	t.Run("Another name, a name of somebody else and an empty one are refused", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		v := s.SignedIn("boss")
		before := s.Contents()
		for _, typed := range []string{"", "Kea", "boss", "kea@example.org"} {
			v.Send(page(s, "kea", "erase"), ".question form", "typed", typed).Status(http.StatusUnprocessableEntity).
				Has(".problems a[href='#id_typed']", "Type kea exactly").Has("#id_typed-error", "Type kea")
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		v.Get(page(s, "kea", "nonsense")).Status(http.StatusNotFound)
		v.Get(people + "99999/erase/").Status(http.StatusFound)
		v.Get(groups + "1/erase/").Status(http.StatusNotFound)
	})
	t.Run("Only with the right, a fresh proof, and never oneself or the last administrator", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Clerk("ruru", "users.view_user", "users.delete_user")
		s.Clerk("weka", "users.view_user", "users.change_user")
		weka, ruru, boss, kea := s.SignedIn("weka"), s.SignedIn("ruru"), s.SignedIn("boss"), s.SignedIn("kea")
		before := s.Contents()
		weka.Get(page(s, "kea", "change")).Lacks("form[action$='/erase/']")
		weka.Get(page(s, "kea", "erase")).Status(http.StatusForbidden)
		weka.Post(page(s, "kea", "erase"), "typed", "kea").Status(http.StatusForbidden)
		kea.Post(page(s, "kea", "erase"), "typed", "kea").Status(http.StatusForbidden)
		for _, stronger := range []string{"boss", "weka"} {
			ruru.Post(page(s, stronger, "erase"), "typed", stronger).Status(http.StatusForbidden)
		}
		ruru.Get(page(s, "ruru", "change")).Lacks("form[action$='/erase/']")
		ruru.Post(page(s, "ruru", "erase"), "typed", "ruru").Status(http.StatusSeeOther)
		boss.Post(page(s, "boss", "erase"), "typed", "boss").Status(http.StatusSeeOther).To(page(s, "boss", "change"))
		if got := flash(boss); !strings.Contains(got, "You cannot delete or erase your own account") {
			t.Errorf("flash = %q", got)
		}
		s.Clock.Pass(5 * time.Minute)
		want := "/en/accounts/reauthenticate/?next=" + strings.ReplaceAll(page(s, "kea", "erase"), "/", "%2F")
		ruru.Get(page(s, "kea", "erase")).Status(http.StatusFound).To(want)
		ruru.Post(page(s, "kea", "erase"), "typed", "kea").Status(http.StatusSeeOther).To(want)
		if s.Contents() != before {
			t.Error("something was stored")
		}
		erased(s.SignedIn("ruru"), s, "kea").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL") != 1 {
			t.Error("who may was not let")
		}
	})
	t.Run("Of two superusers who erase each other one stays", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		s.Staff("second")
		boss, second := s.SignedIn("boss"), s.SignedIn("second")
		ofBoss, ofSecond := page(s, "boss", "erase"), page(s, "second", "erase")
		s.Behind(func() {
			var both sync.WaitGroup
			both.Go(func() { boss.Post(ofSecond, "typed", "second") })
			both.Go(func() { second.Post(ofBoss, "typed", "boss") })
			both.Wait()
		}, "SELECT pg_advisory_xact_lock(?)", 0x5065_726b)
		if s.Count("SELECT count(*) FROM users WHERE is_superuser AND is_active") != 1 || s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL") != 1 {
			t.Error("not exactly one administrator is left")
		}
	})
	t.Run("Refused while an invoice is on its way", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		option := fmt.Sprint(s.Option(membership.Option{}, "49.99"))
		s.SignedIn("kea").Post("/en/users/memberships/apply-individual/", "membership_option", option, "start_date", "2027-03-03").Status(http.StatusSeeOther)
		v := s.SignedIn("boss")
		before := s.Contents()
		v.Get(page(s, "kea", "erase")).Status(http.StatusOK).Has(".alert", "An invoice of this person is on its way").Lacks(".question form button")
		v.Post(page(s, "kea", "erase"), "typed", "kea").Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "An invoice of this person is on its way") {
			t.Errorf("flash = %q", got)
		}
		if s.Contents() != before {
			t.Error("something was stored")
		}
		s.Work()
		erased(v, s, "kea").Status(http.StatusSeeOther)
		if s.Count("SELECT count(*) FROM users WHERE erased_at IS NOT NULL") != 1 {
			t.Error("with the invoice there the person was not erased")
		}
	})
	t.Run("A name that somebody has taken gets a random end", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := idOf(s, "kea")
		s.Person(fmt.Sprintf("Erased-%d", id))
		erased(s.SignedIn("boss"), s, "kea").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM users WHERE id = ? AND username LIKE ? AND email LIKE ?", id, fmt.Sprintf("erased-%d-________", id), fmt.Sprintf("erased-%d-________@erased.invalid", id)); n != 1 {
			t.Error("no random end")
		}
	})
	t.Run("Deleting a person takes the files along", func(t *testing.T) {
		t.Parallel()
		s := site(t, webtest.Store(t)...)
		s.SignedIn("kea").Post("/en/users/~data/", "action", "export").Status(http.StatusSeeOther)
		s.Work()
		file := ""
		s.Row(&file, "SELECT object_key FROM data_exports")
		s.SignedIn("boss").Post(page(s, "kea", "delete"), "post", "yes").Status(http.StatusSeeOther).To(people)
		s.Work()
		if _, err := s.App.Buckets().Private.Get(t.Context(), file); err == nil || s.Count("SELECT count(*) FROM users") != 1 {
			t.Error("the file of a deleted person is still there")
		}
	})
}
