package accounts_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"ams/app/web/webtest"
)

// TestComeBack: whoever is sent elsewhere by a fragment comes back to the page that it is part of. By itself it is no page.
func TestComeBack(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Person("kea")
	s.Exec("UPDATE users SET is_staff = true, is_superuser = true WHERE username = 'kea'")
	const preview, apply = "/en/users/memberships/apply-individual/preview/", "/en/users/memberships/apply-individual/?membership_option=3"
	leads := func(v *webtest.Visitor, part, page, want string) {
		t.Helper()
		got := v.HX().With("HX-Current-URL", page).Get(part).Status(http.StatusNoContent).Header.Get("HX-Redirect")
		if got != want {
			t.Errorf("%s on %s leads to %q, want %q", part, page, got, want)
		}
	}
	signIn := func(next string) string { return "/en/accounts/login/?next=" + url.QueryEscape(next) }
	leads(s.Visitor(), preview, s.URL+apply, signIn(apply))
	leads(s.Visitor(), preview, "", signIn(preview))
	leads(s.Visitor(), preview, "https://elsewhere.example//evil.example/", signIn(preview))
	leads(s.Visitor(), "/admin/users/user/choose/?field=user&user=a", s.URL+"/admin/users/profilefieldresponse/add/", "/admin/login/?next="+url.QueryEscape("/admin/users/profilefieldresponse/add/"))

	v := s.SignedIn("kea")
	s.Clock.Pass(6 * time.Minute)
	codes := "/en/accounts/2fa/recovery-codes/"
	leads(v, codes, s.URL+codes+"?page=2", "/en/accounts/reauthenticate/?next="+url.QueryEscape(codes+"?page=2"))
}
