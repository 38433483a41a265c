package admin_test

import (
	"strings"
	"testing"

	"ams/app/admin"
	"ams/app/web/webtest"
)

func TestLetters(t *testing.T) {
	t.Parallel()
	for letter, taken := range map[string]string{"p": "users.user and outings.outing", "h": "the start and outings.outing", "w": "", "": ""} {
		t.Run("g "+letter, func(t *testing.T) {
			t.Parallel()
			s := webtest.New(t)
			r := outings(s.App.Staff)
			r.Letter = letter
			admin.Add(s.App.Staff, r)
			err := s.App.Staff.Check()
			if (err == nil) != (taken == "") || err != nil && !strings.Contains(err.Error(), taken) {
				t.Errorf("Check() with the letter %q = %v, want %q", letter, err, taken)
			}
		})
	}
}
