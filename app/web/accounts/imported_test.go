package accounts_test

import (
	"net/http"
	"testing"

	"ams/app/account"
	"ams/app/web/webtest"
)

// storedName is the username that the person of an address has.
func storedName(s *webtest.Site, email string) (name string) {
	s.T.Helper()
	s.Row(&name, "SELECT username FROM users WHERE email = ?", email)
	return name
}

// Accounts may come with usernames that nobody could choose. They are good until they are changed.
func TestForeignUsernames(t *testing.T) {
	t.Parallel()
	const form = "form#profile"
	t.Run("AnImportedOneStaysUntilItIsChanged", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		s.Person("kea")
		for _, old := range []string{"Old Name", "ol'name", "e\u0301mile", "kea@example.org"} {
			s.Exec("UPDATE users SET username = ?, first_name = 'Mere' WHERE email = 'kea@example.org'", old)
			v := s.SignedIn("kea")
			v.Send(update, form, "first_name", "Hine").Status(http.StatusSeeOther)
			if got := storedName(s, "kea@example.org"); got != old || s.Count("SELECT count(*) FROM users WHERE first_name = 'Hine'") != 1 {
				t.Errorf("username %q became %q, or the first name was not stored", old, got)
			}
			v.Send(update, form, "username", old+"!").Status(http.StatusUnprocessableEntity).Has("#id_username-error", "Use only letters")
		}
		v := s.SignedIn("kea")
		v.Send(update, form, "username", "kea").Status(http.StatusSeeOther).To(ownPage)
		v.Send(update, form, "username", "kea@example.org").Status(http.StatusUnprocessableEntity) // edited, it is gone
	})
	t.Run("TheAddressOfACommandMadeAdministrator", func(t *testing.T) {
		t.Parallel()
		s := webtest.New(t)
		boss := account.Appointment{Email: webtest.Address("boss"), Password: webtest.Password}
		if err := s.App.People.CreateSuperuser(t.Context(), boss); err != nil {
			t.Fatalf("CreateSuperuser() = %v", err)
		}
		s.SignedIn("boss").Send(update, form, "first_name", "Hine", "last_name", "Rua").Status(http.StatusSeeOther)
		if got := storedName(s, boss.Email); got != boss.Email {
			t.Errorf("username = %q, want %q", got, boss.Email)
		}
	})
}

// Every page names its owner somehow.
func TestNobodyIsNameless(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Exec("UPDATE users SET first_name = '', last_name = ''")
	v := s.SignedIn("kea")
	for _, path := range []string{update, overview, activate, mailboxes, resetting, "/en/accounts/password/change/", "/en/users/~data/", "/en/users/~data/?about=erasure"} {
		v.Get(path).Status(http.StatusOK).Has(`.breadcrumbs a[href="`+ownPage+`"]`, "kea").Has(`header [aria-label="Account of kea"]`, "")
	}
	s.Exec("INSERT INTO email_addresses (user_id, email) SELECT id, 'other@example.org' FROM users WHERE username = 'kea'")
	v.Post(mailboxes, "action_send", "1", "email", "other@example.org").Status(http.StatusSeeOther)
	s.Visitor().Get(linkIn(s, "other@example.org")).Status(http.StatusOK).Has("main", "other@example.org is the e-mail address of kea.")
}

// A form that does not ask for the preferred language leaves it alone.
func TestLanguageThatIsNotAsked(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"", "en", "mi"} {
		t.Run("stored "+stored, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en")
			s.Person("kea")
			s.Exec("UPDATE users SET language = ?", stored)
			v := s.SignedIn("kea")
			v.Get(update).Status(http.StatusOK).Lacks("#id_language")
			v.Send(update, "form#profile", "first_name", "Hine").Status(http.StatusSeeOther)
			if n := s.Count("SELECT count(*) FROM users WHERE first_name = 'Hine' AND language = ?", stored); n != 1 {
				t.Errorf("the language %q was not kept", stored)
			}
		})
	}
}
