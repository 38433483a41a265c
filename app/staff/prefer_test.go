package staff_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"ams/app/web/webtest"
)

// second gives kea a further address, and the address of its record.
func second(s *webtest.Site, verified bool) (id string) {
	s.T.Helper()
	s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'second@example.org', ? FROM users WHERE username = 'kea'", verified)
	return strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = 'second@example.org'"))
}

func TestPreferAddress(t *testing.T) {
	t.Parallel()
	prefer := func(v *webtest.Visitor, id string) *webtest.Answer {
		return v.Post(addresses, "action", "prefer", "post", "yes", "_selected_action", id)
	}
	t.Run("The account follows, the former address stays and is told", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id, former := second(s, true), webtest.Address("kea")
		v := s.SignedIn("boss")
		question := v.Post(addresses, v.Get(addresses+id+"/change/").Fields(button("prefer"))...).Status(http.StatusOK).Has(".question", "signs in with it")
		v.Post(addresses, question.Fields(".question form")...).Status(http.StatusSeeOther).To(addresses + id + "/change/")
		var got string
		s.Row(&got, `SELECT u.email || ' ' || string_agg(a.email || a."primary" || a.verified, ' ' ORDER BY a.email DESC) FROM users u
			JOIN email_addresses a ON a.user_id = u.id WHERE u.username = 'kea' GROUP BY u.email`)
		if want := "second@example.org second@example.orgtruetrue " + former + "falsetrue"; got != want {
			t.Errorf("the account and its addresses = %s, want %s", got, want)
		}
		s.Work()
		if mails := s.Mails(former); len(mails) != 1 || !strings.Contains(mails[0].Text, "second@example.org") {
			t.Errorf("letters to the former address = %+v, want one that names the new one", mails)
		}
		v.Get(addresses+id+"/history/").Has(".act", "Make primary")
		v.Get(addresses + id + "/change/").Lacks(button("prefer"))
		prefer(v, id).Status(http.StatusSeeOther)
		old := strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = ?", former))
		v.Post(addresses+old+"/delete/", "post", "yes").Status(http.StatusSeeOther)
		if n := s.Count("SELECT count(*) FROM email_addresses WHERE email = ?", former); n != 0 {
			t.Error("what was primary once cannot be deleted")
		}
	})
	t.Run("Refused", func(t *testing.T) {
		t.Parallel()
		s := site(t)
		id := second(s, false)
		s.Clerk("sees", "account.view_emailaddress")
		s.Clerk("helps", "account.change_emailaddress")
		s.Exec("INSERT INTO email_addresses (user_id, email, verified) SELECT id, 'boss2@example.org', true FROM users WHERE username = 'boss'")
		v, onlooker, helper := s.SignedIn("boss"), s.SignedIn("sees"), s.SignedIn("helps")
		before := s.Contents("sessions")
		v.Get(addresses + id + "/change/").Lacks(button("prefer"))
		prefer(v, id).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "It is not verified") {
			t.Errorf("an unverified address: %q", got)
		}
		prefer(onlooker, id).Status(http.StatusForbidden)
		prefer(helper, strconv.Itoa(s.Count("SELECT id FROM email_addresses WHERE email = 'boss2@example.org'"))).Status(http.StatusSeeOther)
		if got := flash(helper); !strings.Contains(got, "Only an administrator with every right") {
			t.Errorf("the address of somebody with more rights: %q", got)
		}
		if after := s.Contents("sessions"); after != before {
			t.Error("something was stored")
		}
		s.Exec("UPDATE email_addresses SET verified = true WHERE id = ?", id)
		s.Person("other")
		s.Exec("UPDATE users SET email = 'second@example.org' WHERE username = 'other'")
		prefer(v, id).Status(http.StatusSeeOther)
		if got := flash(v); !strings.Contains(got, "Another account signs in with this address") {
			t.Errorf("the address of another account: %q", got)
		}
	})
}

// A person's form leads to their addresses; a new one is typed there all the same.
func TestAddressLinks(t *testing.T) {
	t.Parallel()
	s := site(t)
	id := second(s, true)
	s.SignedIn("boss").Get(page(s, "kea", "change")).Has(`#inline-addresses ~ table a[href="`+addresses+id+`/change/"]`, "second@example.org").
		Has(`input[name="addresses.new1.email"]`, "").Has(`input[name="addresses.`+id+`.verified"]`, "")
}
