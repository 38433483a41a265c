package account

import (
	"crypto/hmac"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// resetLife is how long a link to choose a password works.
const resetLife = 3 * 24 * time.Hour

// resetLink is what the key of such a link says: whose password, and the address that it was sent to.
type resetLink struct {
	user, address int64
	issued        int64 // seconds
	mac           string
}

// resetState is what the key of a link is signed with. The link stops working once any of it changes: by its first use,
// by a sign-in, by another password or address of the account.
type resetState struct {
	user      userRow
	addresses []addressRow // by id
}

// resetKey names the account in base 36, when the key was issued and for which address; the signature binds it to the
// account as it is now.
func resetKey(secret []byte, state resetState, address int64, now time.Time) string {
	l := resetLink{user: state.user.ID, address: address, issued: now.Unix()}
	return fmt.Sprintf("%s-%s-%s-%s", base36(l.user), base36(l.issued), base36(l.address), l.sign(secret, state))
}

// parseResetKey reads a key without checking its signature.
func parseResetKey(key string) (l resetLink, ok bool) {
	parts := strings.SplitN(key, "-", 4)
	if len(parts) != 4 {
		return l, false
	}
	for i, into := range []*int64{&l.user, &l.issued, &l.address} {
		n, err := strconv.ParseInt(parts[i], 36, 64)
		if err != nil {
			return l, false
		}
		*into = n
	}
	l.mac = parts[3]
	return l, true
}

// fits tells whether the link was made for the account as it is, and not too long ago.
func (l resetLink) fits(secret []byte, state resetState, now time.Time) bool {
	return hmac.Equal([]byte(l.mac), []byte(l.sign(secret, state))) && now.Before(time.Unix(l.issued, 0).Add(resetLife))
}

func (l resetLink) sign(secret []byte, state resetState) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d\n%d\n%d\n%s\n%s\n", l.user, l.issued, l.address, state.user.Password, state.user.Email)
	if at := state.user.LastLogin; at != nil {
		fmt.Fprintf(&b, "%d", at.UnixMicro())
	}
	for _, a := range state.addresses {
		fmt.Fprintf(&b, "\n%d %s", a.ID, a.Email)
	}
	return sign(secret, b.String())
}

func (s resetState) address(id int64) (addressRow, bool) {
	for _, a := range s.addresses {
		if a.ID == id {
			return a, true
		}
	}
	return addressRow{}, false
}

func base36(n int64) string { return strconv.FormatInt(n, 36) }
