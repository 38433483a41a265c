package staff_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// Whoever finds an administration open that was left changes nothing there of how its owner comes in.
func TestProofOnOneself(t *testing.T) {
	t.Parallel()
	const factors = "/admin/mfa/authenticator/"
	s := site(t)
	for _, who := range []string{"boss", "kea"} {
		s.Exec("INSERT INTO authenticators (user_id, type, data, created_at) SELECT id, 'webauthn', '{}', now() FROM users WHERE username = ?", who)
		s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, username || '@second.example' FROM users WHERE username = ?", who)
	}
	row := func(table, who string) string {
		return strconv.Itoa(s.Count("SELECT max(id) FROM "+table+" WHERE user_id = ?", idOf(s, who)))
	}
	boss := s.SignedIn("boss")
	acts := func(who string) map[string]func(v *webtest.Visitor) *webtest.Answer {
		record, editor := page(s, who, "change"), fmt.Sprintf("/cms/users/%d/", idOf(s, who))
		address, factor := row("email_addresses", who), row("authenticators", who)
		all := map[string]func(*webtest.Visitor) *webtest.Answer{}
		for name, pairs := range map[string][]string{
			"a password": {"password1", fresh, "password2", fresh}, "no password": {"no_password", "on"}, "an address": {"email", who + "@new.example"},
			"a verified address": {"verified", "on"}, "a further address": {"addresses.new1.email", who + "@third.example"},
			"a row taken away": {"addresses." + address + ".DELETE", "on"}, "a row verified": {"addresses." + address + ".verified", "on"},
		} {
			all[name] = func(v *webtest.Visitor) *webtest.Answer { return v.Send(record, "#record", pairs...) }
		}
		all["a password in the editor"] = func(v *webtest.Visitor) *webtest.Answer {
			return v.Send(editor, "#record", "password1", fresh, "password2", fresh)
		}
		all["an address in the editor"] = func(v *webtest.Visitor) *webtest.Answer {
			return v.Send(editor, "#record", "email", who+"@new.example")
		}
		all["an address of the list added"] = func(v *webtest.Visitor) *webtest.Answer {
			return v.Post(addresses+"add/", "user", strconv.Itoa(idOf(s, who)), "email", who+"@third.example")
		}
		all["an address of the list changed"] = func(v *webtest.Visitor) *webtest.Answer {
			return v.Send(addresses+address+"/change/", "#record", "verified", "on")
		}
		all["an address of the list verified"] = func(v *webtest.Visitor) *webtest.Answer {
			return v.Post(addresses, "action", "verify", "_selected_action", address)
		}
		for list, id := range map[string]string{addresses: address, factors: factor} {
			all[list+" deleted"] = func(v *webtest.Visitor) *webtest.Answer { return v.Post(list+id+"/delete/", "post", "yes") }
			all[list+" deleted in the list"] = func(v *webtest.Visitor) *webtest.Answer {
				return v.Post(list, "action", "delete_selected", "_selected_action", id, "post", "yes")
			}
		}
		return all
	}
	const prove = "/en/accounts/reauthenticate/?next=%2F"
	s.Clock.Pass(301 * time.Second)
	before := s.Contents()
	for name, act := range acts("boss") {
		if to := act(boss).Header.Get("Location"); !strings.HasPrefix(to, prove) {
			t.Errorf("%s leads to %q without a proof, want %s…", name, to, prove)
		}
		if s.Contents() != before {
			t.Fatalf("%s was stored without a proof", name)
		}
	}
	boss.Get(factors + row("authenticators", "boss") + "/delete/").Status(http.StatusFound) // before the question, too
	boss.Send(page(s, "boss", "change"), "#record", "first_name", "Hine").Status(http.StatusSeeOther).To(people)
	for _, name := range []string{"a password", "an address of the list verified", factors + " deleted", addresses + " deleted in the list"} { // of others, as always
		if to := acts("kea")[name](boss).Header.Get("Location"); !strings.HasPrefix(to, "/admin/") {
			t.Errorf("%s of somebody else leads to %q", name, to)
		}
	}
	if n := s.Count("SELECT count(*) FROM authenticators WHERE user_id = ?0", idOf(s, "kea")) + s.Count("SELECT count(*) FROM email_addresses WHERE email = 'kea@second.example'"); n != 0 {
		t.Errorf("%d rows of somebody else are left", n)
	}
	boss.Send("/en/accounts/reauthenticate/", "form#proof", "password", webtest.Password).Status(http.StatusSeeOther)
	boss.Post(factors+row("authenticators", "boss")+"/delete/", "post", "yes").Status(http.StatusSeeOther).To(factors)
	boss.Send(page(s, "boss", "change"), "#record", "addresses.new1.email", "boss@third.example").Status(http.StatusSeeOther).To(people)
	boss.Send(page(s, "boss", "change"), "#record", "password1", fresh, "password2", fresh).Status(http.StatusSeeOther).To(people)
	holds(t, s, "email_addresses WHERE email = 'boss@third.example'")
	if !enters(s, webtest.Address("boss"), fresh) {
		t.Error("after a proof nothing was stored")
	}
}
