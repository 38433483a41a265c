package seal_test

import (
	"bytes"
	"strings"
	"testing"

	"ams/app/seal"
)

func TestBox(t *testing.T) {
	t.Parallel()
	box := func(fill byte) *seal.Box {
		b, err := seal.New(bytes.Repeat([]byte{fill}, 32))
		if err != nil {
			t.Fatalf("New() = %v", err)
		}
		return b
	}
	b := box(1)
	for _, secret := range []string{"", "JBSWY3DPEHPK3PXP", "kererū"} {
		sealed := b.Seal(secret, "totp of 1")
		if again := b.Seal(secret, "totp of 1"); again == sealed || secret != "" && strings.Contains(sealed, secret) {
			t.Errorf("Seal(%q) twice = %q and %q, want two that tell nothing", secret, sealed, again)
		}
		if got, err := b.Open(sealed, "totp of 1"); err != nil || got != secret {
			t.Errorf("Open() = %q, %v, want %q", got, err, secret)
		}
		damaged := sealed[:len(sealed)-2] + "AA"
		for name, err := range map[string]error{
			"place": second(b.Open(sealed, "totp of 2")), "key": second(box(2).Open(sealed, "totp of 1")),
			"damage": second(b.Open(damaged, "totp of 1")), "plain text": second(b.Open(secret, "totp of 1")),
			"version": second(b.Open("v2:"+sealed[3:], "totp of 1")),
		} {
			if err == nil {
				t.Errorf("Open() of %q despite another %s = nil, want an error", secret, name)
			}
		}
	}
	if _, err := seal.New([]byte("short")); err == nil {
		t.Error("New() with a short key = nil, want an error")
	}
}

func second(_ string, err error) error { return err }
