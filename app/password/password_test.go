package password_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/lang"
	"ams/app/password"
)

const (
	plain   = "Kererū flies at dawn 7"
	written = "argon2$argon2id$v=19$m=19456,t=2,p=1$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE"
	// imported is argon2id as installations wrote it that move here.
	imported     = "argon2$argon2id$v=19$m=102400,t=2,p=8$YVoza1E5bVQ1eFdjMkxiUjhuVmQ$42wEnnvZIkX8fUWEuTAYIGv7eDgYA0vuxK3Qp/j7p6s"
	pbkdf2SHA256 = "pbkdf2_sha256$260000$aZ3kQ9mT5xWc2LbR8nVd$lTh5TaCPutr8F3S7gxvbGwAX8OJgAvT0nW+j8cOb0Mk="
	pbkdf2SHA1   = "pbkdf2_sha1$260000$aZ3kQ9mT5xWc2LbR8nVd$N/eLlilGh/sBeHP0xGeaScI55JQ="
	bcryptSHA256 = "bcrypt_sha256$$2b$12$zFMaGqERezmhli7dL1fddOSf1iiOJKd24LUgNj.t3Tc3k8hBK6T96"
	scrypt       = "scrypt$16384$aZ3kQ9mT5xWc2LbR8nVd$8$1$27TuyTrwCLNv+ej57gM2zJI+ic7HoKzOyXJGbpAWyu5GiXUcl5JZaj0DwBj0SbRK3tHWhf7orFcnWy2t9oJ/lw=="
)

func vectors() map[string]string {
	return map[string]string{
		"argon2Written": written, "argon2Imported": imported, "pbkdf2SHA256": pbkdf2SHA256, "pbkdf2SHA1": pbkdf2SHA1,
		"bcryptSHA256": bcryptSHA256, "scrypt": scrypt,
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	h := password.NewHasher(2)
	for name, encoded := range vectors() {
		t.Run("OK/"+name, func(t *testing.T) {
			t.Parallel()
			ok, outdated, err := h.Verify(t.Context(), encoded, plain)
			if want := encoded != written; err != nil || !ok || outdated != want {
				t.Errorf("Verify(right) = %v, outdated %v, %v; want true, %v, no error", ok, outdated, err, want)
			}
		})
		t.Run("Wrong/"+name, func(t *testing.T) {
			t.Parallel()
			// The letter without its macron, and a longer text that begins alike.
			for _, typed := range []string{"Kereru flies at dawn 7", plain + " ", ""} {
				if ok, outdated, err := h.Verify(t.Context(), encoded, typed); ok || outdated || err != nil {
					t.Errorf("Verify(%q) = %v, outdated %v, %v; want false, false, no error", typed, ok, outdated, err)
				}
			}
		})
	}
	t.Run("Unusable", func(t *testing.T) {
		t.Parallel()
		for _, encoded := range []string{password.Unusable(), "!", ""} {
			if ok, outdated, err := h.Verify(t.Context(), encoded, plain); ok || outdated || err != nil {
				t.Errorf("Verify(%q) = %v, outdated %v, %v; want false, false, no error", encoded, ok, outdated, err)
			}
		}
	})
	t.Run("TooLong", func(t *testing.T) {
		t.Parallel()
		ok, _, err := h.Verify(t.Context(), written, strings.Repeat("k", password.MaxBytes+1))
		if ok || err != nil {
			t.Errorf("Verify(4097 bytes) = %v, %v; want false, no error", ok, err)
		}
	})
}

func TestVerifyRefuses(t *testing.T) {
	t.Parallel()
	const (
		argonEnd  = "$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE"
		pbkdf2End = "$aZ3kQ9mT5xWc2LbR8nVd$lTh5TaCPutr8F3S7gxvbGwAX8OJgAvT0nW+j8cOb0Mk="
		scryptSum = "$27TuyTrwCLNv+ej57gM2zJI+ic7HoKzOyXJGbpAWyu5GiXUcl5JZaj0DwBj0SbRK3tHWhf7orFcnWy2t9oJ/lw=="
		bcryptEnd = "$zFMaGqERezmhli7dL1fddOSf1iiOJKd24LUgNj.t3Tc3k8hBK6T96"
	)
	tests := []struct {
		name, encoded string
		want          error
	}{
		{"ArgonMemory10GB", "argon2$argon2id$v=19$m=10485760,t=2,p=1" + argonEnd, password.ErrTooCostly},
		{"ArgonMemoryPast32Bits", "argon2$argon2id$v=19$m=99999999999,t=2,p=1" + argonEnd, password.ErrTooCostly},
		{"ArgonMemoryOneOver", "argon2$argon2id$v=19$m=262145,t=1,p=1" + argonEnd, password.ErrTooCostly},
		{"ArgonTime", "argon2$argon2id$v=19$m=8,t=17,p=1" + argonEnd, password.ErrTooCostly},
		{"ArgonWork", "argon2$argon2id$v=19$m=262144,t=5,p=1" + argonEnd, password.ErrTooCostly},
		{"ArgonLanes", "argon2$argon2id$v=19$m=19456,t=2,p=17" + argonEnd, password.ErrTooCostly},
		{"ArgonNoTime", "argon2$argon2id$v=19$m=19456,t=0,p=1" + argonEnd, password.ErrUnreadable},
		{"ArgonNoLanes", "argon2$argon2id$v=19$m=19456,t=2,p=0" + argonEnd, password.ErrUnreadable},
		{"ArgonTooLittleMemory", "argon2$argon2id$v=19$m=7,t=2,p=1" + argonEnd, password.ErrUnreadable},
		{"ArgonNegative", "argon2$argon2id$v=19$m=-1,t=2,p=1" + argonEnd, password.ErrUnreadable},
		{"ArgonOrder", "argon2$argon2id$v=19$t=2,m=19456,p=1" + argonEnd, password.ErrUnreadable},
		{"ArgonOtherVariant", strings.Replace(written, "argon2id", "argon2i", 1), password.ErrUnreadable},
		{"ArgonOtherVersion", strings.Replace(written, "v=19", "v=16", 1), password.ErrUnreadable},
		{"ArgonEmptyHash", "argon2$argon2id$v=19$m=19456,t=2,p=1$YVoza1E5bVQ1eFdjMkxiOA$", password.ErrUnreadable},
		{"PBKDF2Rounds", "pbkdf2_sha256$5000001" + pbkdf2End, password.ErrTooCostly},
		{"PBKDF2NoRounds", "pbkdf2_sha256$0" + pbkdf2End, password.ErrUnreadable},
		{"PBKDF2ShortHash", strings.Replace(pbkdf2SHA256, "pbkdf2_sha256", "pbkdf2_sha1", 1), password.ErrUnreadable},
		{"PBKDF2NoSalt", "pbkdf2_sha256$260000$$lTh5TaCPutr8F3S7gxvbGwAX8OJgAvT0nW+j8cOb0Mk=", password.ErrUnreadable},
		{"PBKDF2LineBreak", "pbkdf2_sha256$260000$aZ3kQ9mT5xWc2LbR8nVd$lTh5TaCPutr8F3S7gxvb\nGwAX8OJgAvT0nW+j8cOb0Mk=", password.ErrUnreadable},
		{"BcryptCost", "bcrypt_sha256$$2b$16" + bcryptEnd, password.ErrTooCostly},
		{"BcryptCostTooLow", "bcrypt_sha256$$2b$03" + bcryptEnd, password.ErrUnreadable},
		{"BcryptShort", bcryptSHA256[:len(bcryptSHA256)-1], password.ErrUnreadable},
		{"BcryptNotBase64", "bcrypt_sha256$$2b$04$" + strings.Repeat("*", 53), password.ErrUnreadable},
		{"ScryptMemory", "scrypt$4194304$salt$8$1" + scryptSum, password.ErrTooCostly},
		{"ScryptWork", "scrypt$16384$salt$8$65" + scryptSum, password.ErrTooCostly},
		{"ScryptNotPower", "scrypt$16383$salt$8$1" + scryptSum, password.ErrUnreadable},
		{"ScryptNoBlock", "scrypt$16384$salt$0$1" + scryptSum, password.ErrUnreadable},
		{"PlainText", plain, password.ErrUnreadable},
		{"OtherMethod", "md5$salt$0123456789abcdef", password.ErrUnreadable},
		{"VeryLong", written + strings.Repeat("A", 600), password.ErrUnreadable},
	}
	h := password.NewHasher(1)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ok, outdated, err := h.Verify(t.Context(), tt.encoded, plain)
			if ok || outdated || !errors.Is(err, tt.want) {
				t.Errorf("Verify(%q) = %v, %v, %v; want false, false, %v", tt.encoded, ok, outdated, err, tt.want)
			}
		})
	}
}

func TestHash(t *testing.T) {
	t.Parallel()
	h := password.NewHasher(0) // counts as one
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		first, err := h.Hash(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(first, "argon2$argon2id$v=19$m=19456,t=2,p=1$") || len(first) != len(written) {
			t.Errorf("Hash() = %q, want the form of %q", first, written)
		}
		second, err := h.Hash(t.Context(), plain)
		if err != nil {
			t.Fatal(err)
		}
		if first == second {
			t.Error("Hash() twice gave the same value, want a new salt each time")
		}
		if ok, outdated, err := h.Verify(t.Context(), first, plain); !ok || outdated || err != nil {
			t.Errorf("Verify(Hash()) = %v, outdated %v, %v; want true, false, no error", ok, outdated, err)
		}
	})
	t.Run("ErrTooLong", func(t *testing.T) {
		t.Parallel()
		if _, err := h.Hash(t.Context(), strings.Repeat("k", password.MaxBytes+1)); !errors.Is(err, password.ErrTooLong) {
			t.Errorf("Hash(4097 bytes) = %v, want ErrTooLong", err)
		}
		if _, err := h.Hash(t.Context(), strings.Repeat("k", password.MaxBytes)); err != nil {
			t.Errorf("Hash(4096 bytes) = %v, want no error", err)
		}
	})
	t.Run("ErrCancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		h := password.NewHasher(1) // with room: nobody is waited for
		if _, err := h.Hash(ctx, plain); !errors.Is(err, context.Canceled) {
			t.Errorf("Hash(cancelled) = %v, want context.Canceled", err)
		}
		if err := h.Waste(ctx, plain); !errors.Is(err, context.Canceled) {
			t.Errorf("Waste(cancelled) = %v, want context.Canceled", err)
		}
	})
	t.Run("Waste", func(t *testing.T) {
		t.Parallel()
		for _, typed := range []string{plain, "", strings.Repeat("k", password.MaxBytes+1)} {
			if err := h.Waste(t.Context(), typed); err != nil {
				t.Errorf("Waste(%d bytes) = %v, want no error", len(typed), err)
			}
		}
	})
}

func TestUnusable(t *testing.T) {
	t.Parallel()
	a, b := password.Unusable(), password.Unusable()
	if len(a) != 41 || a[0] != '!' || a == b {
		t.Errorf("Unusable() = %q, then %q; want '!' and 40 characters, different each time", a, b)
	}
	for encoded, want := range map[string]bool{a: false, "!": false, "": false, written: true, "md5$x": true} {
		if got := password.Usable(encoded); got != want {
			t.Errorf("Usable(%q) = %v, want %v", encoded, got, want)
		}
	}
}

func TestSummary(t *testing.T) {
	t.Parallel()
	const known = "Method: %s, salt: %s, hash: %s"
	tests := map[string]lang.Message{
		written:             lang.M(known, "argon2id m=19456,t=2,p=1", "YV******", "ocTZFE******"),
		pbkdf2SHA256:        lang.M(known, "pbkdf2_sha256 260000", "aZ******", "lTh5Ta******"),
		pbkdf2SHA1:          lang.M(known, "pbkdf2_sha1 260000", "aZ******", "N/eLli******"),
		bcryptSHA256:        lang.M(known, "bcrypt_sha256 12", "zF******", "Sf1iiO******"),
		scrypt:              lang.M(known, "scrypt N=16384,r=8,p=1", "aZ******", "27TuyT******"),
		password.Unusable(): lang.M("No password is set."),
		plain:               lang.M("The stored password is in an unknown format."),
	}
	for encoded, want := range tests {
		if diff := cmp.Diff(want, password.Summary(encoded)); diff != "" {
			t.Errorf("Summary(%q): -want +got\n%s", encoded, diff)
		}
	}
}

// FuzzVerify looks for stored values that crash the parser or get past its bounds. Only cheap ones are computed.
func FuzzVerify(f *testing.F) {
	for _, encoded := range vectors() {
		f.Add(encoded)
	}
	f.Add(password.Unusable())
	f.Add("argon2$argon2id$v=19$m=8,t=1,p=1$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE")
	f.Add("scrypt$2$salt$1$1$27TuyTrwCLNv+ej57gM2zJI+ic7HoKzOyXJGbpAWyu5GiXUcl5JZaj0DwBj0SbRK3tHWhf7orFcnWy2t9oJ/lw==")
	f.Add("argon2$argon2id$v=19$m=10485760,t=2,p=1$YVoza1E5bVQ1eFdjMkxiOA$ocTZFEtsiB5rsPu99QXYTjUxIihIXRuWfz0i7R9R5XE")
	f.Add("$$$$$")
	f.Add("bcrypt_sha256$")
	h := password.NewHasher(4)
	f.Fuzz(func(t *testing.T, encoded string) {
		ok, _, err := h.Verify(t.Context(), encoded, "no hash was made of this")
		if ok {
			t.Errorf("Verify(%q) = true for a password nobody chose", encoded)
		}
		if err != nil && !errors.Is(err, password.ErrUnreadable) && !errors.Is(err, password.ErrTooCostly) {
			t.Errorf("Verify(%q) = %v, want ErrUnreadable or ErrTooCostly", encoded, err)
		}
		if summary := password.Summary(encoded); summary.Empty() {
			t.Errorf("Summary(%q) says nothing", encoded)
		}
	})
}
