// Package totp computes the codes that prove a second factor: those of authenticator apps (RFC 6238: SHA-1, six digits,
// thirty seconds) and recovery codes that somebody keeps on paper.
package totp

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
)

const (
	// Step is how long a code is valid.
	Step = 30 * time.Second
	// Codes is how many recovery codes a set has.
	Codes = 10

	secretBytes = 20
	seedBytes   = 40
	quiet       = 4 // modules around a QR code, as its standard asks for
)

// NewSecret is the secret of an app, in base 32.
func NewSecret() string { return base32.StdEncoding.EncodeToString(random(secretBytes)) }

// Code is the one that an app with this secret shows at that time.
func Code(secret string, at time.Time) (string, error) {
	code, err := totp.GenerateCodeCustom(secret, at, totp.ValidateOpts{
		Period: uint(Step.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1,
	})
	if err != nil {
		return "", fmt.Errorf("compute a code: %w", err)
	}
	return code, nil
}

// Began is when the code of that time became valid.
func Began(at time.Time) time.Time {
	return time.Unix(at.Unix()/int64(Step.Seconds())*int64(Step.Seconds()), 0)
}

// URI hands a secret to an app: for whom it is, and who asks for its codes.
func URI(secret, account, issuer string) string {
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	return "otpauth://totp/" + escape(account) + "?secret=" + secret + "&issuer=" + escape(issuer)
}

// QR draws a text as a QR code, black on white, in one path of SVG.
func QR(text string) (string, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return "", fmt.Errorf("draw a QR code: %w", err)
	}
	size := code.Bounds().Dx()
	var path strings.Builder
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	whole := size + 2*quiet
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dH0z"/><path d="%s"/></svg>`, whole, whole, whole, whole, path.String()), nil
}

// NewSeed is what a set of recovery codes is computed from, in hexadecimal.
func NewSeed() string { return hex.EncodeToString(random(seedBytes)) }

// Recovery computes a set of recovery codes in the way of existing installations: one running HMAC over the numbers of
// the codes, of which each code takes the first four bytes.
func Recovery(seed string) []string {
	mac := hmac.New(sha1.New, []byte(seed))
	codes := make([]string, Codes)
	for i := range codes {
		fmt.Fprintf(mac, "%3d,", i)
		codes[i] = fmt.Sprintf("%08d", binary.BigEndian.Uint32(mac.Sum(nil))%100_000_000)
	}
	return codes
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
