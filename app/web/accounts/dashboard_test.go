package accounts_test

import (
	"net/http"
	"slices"
	"testing"

	"ams/app/profile"
	"ams/app/web/webtest"
)

// The page answers: am I a member, what must I do, what do I have.
func TestOrderOfDashboard(t *testing.T) {
	t.Parallel()
	s := webtest.New(t)
	s.Staff("kea")
	s.Ask(profile.Question{Key: "iwi", Type: profile.Text, Counts: true})
	invite(s, "Kura Tuatahi", keaMail, "", "")
	page := s.SignedIn("kea").Get(ownPage).Status(http.StatusOK).
		Has("#completion", "1 field remaining").Has("#invitations", "Kura Tuatahi").Has(`main a[href="/admin/"]`, "")
	const parts = "main h1, main h2, #standing, #completion, #invitations, #memberships, #organisations"
	var got []string
	for _, part := range page.Document().Find(parts).EachIter() {
		got = append(got, part.AttrOr("id", part.Text()))
	}
	want := []string{
		"Hōne Heke", "standing", "To do", "completion", "Invitations", "invitations", "Memberships", "memberships",
		"belongs", "organisations", "Account", "What you look after",
	}
	if !slices.Equal(got, want) {
		t.Errorf("GET %s has %q, want %q", ownPage, got, want)
	}
}
