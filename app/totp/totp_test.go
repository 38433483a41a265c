package totp_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"ams/app/totp"
)

const secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

func TestCode(t *testing.T) {
	t.Parallel()
	for at, want := range map[int64]string{1767225600: "452777", 1767225629: "452777", 1767225630: "978927"} {
		if got, err := totp.Code(secret, time.Unix(at, 0)); err != nil || got != want {
			t.Errorf("Code(%d) = %q, %v, want %q", at, got, err, want)
		}
	}
	if _, err := totp.Code("not base 32!", time.Unix(0, 0)); err == nil {
		t.Error("Code() of no secret = nil, want an error")
	}
	for at, want := range map[int64]int64{1767225600: 1767225600, 1767225629: 1767225600, 1767225630: 1767225630} {
		if got := totp.Began(time.Unix(at, 999)); got.Unix() != want || got.Nanosecond() != 0 {
			t.Errorf("Began(%d) = %d, want %d", at, got.Unix(), want)
		}
	}
}

func TestNewSecret(t *testing.T) {
	t.Parallel()
	if a, b := totp.NewSecret(), totp.NewSecret(); a == b || !regexp.MustCompile(`^[A-Z2-7]{32}$`).MatchString(a) {
		t.Errorf("NewSecret() = %s, %s, want two of 32 characters of base 32", a, b)
	}
	if a, b := totp.NewSeed(), totp.NewSeed(); a == b || !regexp.MustCompile(`^[0-9a-f]{80}$`).MatchString(a) {
		t.Errorf("NewSeed() = %s, %s, want two of 80 hexadecimal digits", a, b)
	}
}

func TestURI(t *testing.T) {
	t.Parallel()
	const want = "otpauth://totp/jo%40example.org?secret=" + secret + "&issuer=Te%20R%C5%8Dp%C5%AB%20%26%20Co"
	if got := totp.URI(secret, "jo@example.org", "Te Rōpū & Co"); got != want {
		t.Errorf("URI() = %s, want %s", got, want)
	}
}

func TestQR(t *testing.T) {
	t.Parallel()
	svg, err := totp.QR(totp.URI(secret, "jo@example.org", "Example"))
	if err != nil || !strings.HasPrefix(svg, "<svg ") || !strings.Contains(svg, "M4 4h1v1h-1z") || len(svg) > 40_000 {
		t.Errorf("QR() = %d bytes, %v, want one path that begins with the corner after 4 empty modules", len(svg), err)
	}
	if _, err := totp.QR(strings.Repeat("x", 5000)); err == nil {
		t.Error("QR() of too long a text = nil, want an error")
	}
}

func TestRecovery(t *testing.T) {
	t.Parallel()
	const want = "96543028 77560411 64398994 56181033 03197695 03785152 09748224 76340105 94950737 16606028"
	if got := strings.Join(totp.Recovery("00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff0011223344556677"), " "); got != want {
		t.Errorf("Recovery() = %s, want %s", got, want)
	}
}
