// Package forum speaks Discourse Connect: it reads a forum's signed question who somebody is, and writes the signed
// answer. It stores nothing.
package forum

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/url"
	"strconv"

	"ams/app/account"
)

// What is wrong with a question. None of these errors holds a part of it.
var (
	ErrMissing   = errors.New("sso or sig is missing")
	ErrSignature = errors.New("the signature does not fit: perhaps forum and site have different secrets")
	ErrPayload   = errors.New("the payload cannot be read")
	ErrNonce     = errors.New("the payload holds no nonce")
)

// Forum is the one forum that people sign on to. Answers go nowhere else, whatever a question says.
type Forum struct {
	origin string
	secret []byte
}

// New takes scheme and host of the forum, without a slash at the end, and the secret that it shares with the site.
func New(origin, secret string) *Forum { return &Forum{origin: origin, secret: []byte(secret)} }

// Entrance is the address of the forum that sends a visitor back here with a question.
func (f *Forum) Entrance() string { return f.origin + "/session/sso?return_path=/" }

// Sign gives the signature of a payload in base64, exactly as it is sent.
func (f *Forum) Sign(payload string) string {
	mac := hmac.New(sha256.New, f.secret)
	mac.Write([]byte(payload))
	return hex.EncodeToString(mac.Sum(nil))
}

// Nonce reads a question: the value that its answer has to repeat. Nothing is decoded before the signature fits.
func (f *Forum) Nonce(payload, signature string) (string, error) {
	if payload == "" || signature == "" {
		return "", ErrMissing
	}
	if !hmac.Equal([]byte(signature), []byte(f.Sign(payload))) {
		return "", ErrSignature
	}
	text, err := base64.StdEncoding.DecodeString(payload) // with or without the line breaks that Ruby adds
	if err != nil {
		return "", ErrPayload
	}
	asked, err := url.ParseQuery(string(text))
	if err != nil {
		return "", ErrPayload
	}
	nonce := asked.Get("nonce")
	if nonce == "" {
		return "", ErrNonce
	}
	return nonce, nil
}

// Member is what a forum learns of somebody beside the account itself.
type Member struct {
	account.Person
	Confirmed bool   // the primary address is known to be theirs
	Avatar    string // absolute address of the profile picture, empty without one
}

// Answer is the address that takes somebody back to the forum, signed on. Superusers administer the forum; everybody
// else is told not to, so that who was one before no longer does. Other roles are the forum's own matter.
func (f *Forum) Answer(nonce string, m Member) string {
	told := url.Values{
		"nonce":       {nonce},
		"email":       {m.Email},
		"external_id": {strconv.FormatInt(m.ID, 10)},
		"username":    {m.Username},
		"name":        {m.Name()},
		"admin":       {strconv.FormatBool(m.Superuser)},
	}
	if m.Avatar != "" {
		told.Set("avatar_url", m.Avatar)
		told.Set("avatar_force_update", "true")
	}
	if !m.Confirmed {
		told.Set("require_activation", "true")
	}
	payload := base64.StdEncoding.EncodeToString([]byte(told.Encode()))
	return f.origin + "/session/sso_login?sso=" + url.QueryEscape(payload) + "&sig=" + f.Sign(payload)
}
