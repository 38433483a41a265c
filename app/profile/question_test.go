package profile_test

import (
	"testing"

	"ams/app/profile"
)

// A question's key is the name of its input, so none can have the name of another input of the profile form.
func TestKeyWrong(t *testing.T) {
	t.Parallel()
	for key, wrong := range map[string]bool{
		"iwi": false, "sections": false, "section_2": false,
		"first_name": true, "last_name": true, "username": true, "email": true, "profile_picture": true, "language": true,
		"section": true, "next": true, "submit": true, "password": true, "password_hint": true,
		"": true, "Iwi": true, "2nd": true, "profile_picture-clear": true,
	} {
		if got := !profile.KeyWrong(key).Empty(); got != wrong {
			t.Errorf("KeyWrong(%q) refuses = %t, want %t", key, got, wrong)
		}
	}
}
