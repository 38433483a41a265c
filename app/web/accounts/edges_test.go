package accounts_test

import (
	"image/color"
	"net/http"
	"strings"
	"testing"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// TestArchiveOfOneMoment: what changes while somebody's file is made is in all of it or in nothing.
func TestArchiveOfOneMoment(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, webtest.Store(t)...)
	s.Person("kea")
	s.Answer("kea", s.Ask(profile.Question{Key: "pet", Type: profile.Text}), "Rūrū")
	v := s.SignedIn("kea")
	order(v)
	// The job has read the answers for data.json when it waits; the tables for spreadsheets come after that.
	s.Behind(s.Work, `DO $$ BEGIN
		LOCK TABLE theme_settings_revisions IN ACCESS EXCLUSIVE MODE;
		DELETE FROM profile_field_responses;
	END $$`)
	files := fetched(s, v)
	for _, name := range []string{"data.json", "answers.csv"} {
		if !strings.Contains(files[name], "Rūrū") {
			t.Errorf("%s = %q, want the answer that was there when the file was begun", name, files[name])
		}
	}
}

// TestFirstPasswordInstead: whoever has no password is led to where they can choose a first one, however they ask.
func TestFirstPasswordInstead(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Exec("UPDATE users SET password = '!x'")
	s.Entered("kea", "!x").Post(changing, "oldpassword", webtest.Password, "password1", fresh, "password2", fresh, "next", "/en/x/").
		Status(http.StatusSeeOther).To("/en/accounts/password/set/?next=%2Fen%2Fx%2F")
}

// TestTooMuchWithoutFiles: a form for files takes no more values than any other when it comes without them.
func TestTooMuchWithoutFiles(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	v := s.SignedIn("kea")
	v.Post(update, "first_name", strings.Repeat("x", 1<<20)).Status(http.StatusRequestEntityTooLarge)
	v.Post(update, "first_name", strings.Repeat("x", 1<<19)).Status(http.StatusUnprocessableEntity).Has("#id_first_name-error", "")
}

// TestLanguageNotAsked: what is wrong with a value that the form no longer asks for is told all the same.
func TestLanguageNotAsked(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, "AMS_ENABLED_LANGUAGES", "en")
	s.Person("kea")
	const told = "Choose one of the languages in the list."
	s.SignedIn("kea").Send(update, "form#profile", "language", "mi").Status(http.StatusUnprocessableEntity).Has(".problems li", told)
	s.Visitor().Send(signUp, "#sign-up", "language", "mi").Status(http.StatusUnprocessableEntity).Has(".problems li", told)
}

// TestReadOnlyAddress: an address that only shows something says what it takes.
func TestReadOnlyAddress(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	for _, path := range []string{ownPage, "/en/"} {
		if got := s.SignedIn("kea").Post(path).Status(http.StatusMethodNotAllowed).Header.Get("Allow"); got != "GET, HEAD" {
			t.Errorf("POST %s: Allow = %q, want GET, HEAD", path, got)
		}
	}
}

// TestNoCode: pressing the button without a code says so, and is no guess.
func TestNoCode(t *testing.T) {
	t.Parallel()
	s, _, secret := guarded(t)
	v := halfway(s)
	for range 12 {
		v.Post(authenticate, "code", " ").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "Enter a code.")
	}
	v.Post(authenticate, "code", codeAt(t, s, secret)).Status(http.StatusSeeOther)
	s.Person("tui")
	s.SignedIn("tui").Send(activate, "#switch-on", "code", "").Status(http.StatusUnprocessableEntity).Has("#id_code-error", "Enter a code.")
}

// TestPictureOnceMore: a picture that came with a refused form has to be chosen again, and the form says so.
func TestPictureOnceMore(t *testing.T) {
	t.Parallel()
	s := webtest.New(t, webtest.Store(t)...)
	s.Person("kea")
	v := s.SignedIn("kea")
	form := v.Get(update).Fields("form#profile", "first_name", "", "profile_picture", webtest.Leave)
	v.Upload(update, "profile_picture", "kea.png", photo(t, 8, 8, color.White), form...).Status(http.StatusUnprocessableEntity).
		Has("#id_first_name-error", "").Has("#id_profile_picture-error", "Choose the picture once more")
	v.Post(update, form...).Status(http.StatusUnprocessableEntity).Lacks("#id_profile_picture-error")
}

// TestOwnLanguageOffered: whoever signs up in another language than English is offered messages in it.
func TestOwnLanguageOffered(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Visitor().Get("/mi/accounts/signup/").Has("#id_language option[selected][value=mi]", "")
	s.Visitor().Get(signUp).Has("#id_language", "No preference").Lacks("#id_language option[selected]:not([value=''])")
}

// TestWayOn: a refusal leads to where it can be helped.
func TestWayOn(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Visitor().Get("/en/accounts/confirm-email/1:x:y/").Status(http.StatusOK).Has(`main a[href="`+mailboxes+`"]`, "Sign in")
	v := s.SignedIn("kea")
	v.Get("/en/accounts/confirm-email/1:x:y/").Has(`main a[href="`+mailboxes+`"]`, "E-mail addresses")
	address(s, "kea", "second@example.org", false)
	v.Get(activate).Status(http.StatusFound).To(overview)
	v.Get(overview).Has(`#messages a[href="`+mailboxes+`"]`, "E-mail addresses")
}
