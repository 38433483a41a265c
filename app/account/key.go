package account

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// confirmLife is how long the link of a verification e-mail works.
const confirmLife = 3 * 24 * time.Hour

// confirmKey names an address row and when the key was issued, signed so that nobody can make one up. It holds only
// letters, digits, hyphens, underscores and colons.
func confirmKey(secret []byte, address int64, issued time.Time) string {
	body := strconv.FormatInt(address, 36) + ":" + strconv.FormatInt(issued.Unix(), 36)
	return body + ":" + sign(secret, body)
}

// readConfirmKey gives the address row; false for keys that are forged or expired.
func readConfirmKey(secret []byte, key string, now time.Time) (int64, bool) {
	parts := strings.Split(key, ":")
	if len(parts) != 3 {
		return 0, false
	}
	body := parts[0] + ":" + parts[1]
	if !hmac.Equal([]byte(sign(secret, body)), []byte(parts[2])) {
		return 0, false
	}
	id, err1 := strconv.ParseInt(parts[0], 36, 64)
	issued, err2 := strconv.ParseInt(parts[1], 36, 64)
	if err1 != nil || err2 != nil {
		return 0, false
	}
	return id, now.Before(time.Unix(issued, 0).Add(confirmLife))
}

func sign(secret []byte, body string) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
