// Package seal encrypts small secrets that the database keeps, so that whoever reads a copy of it learns none of them.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// version begins every sealed text, so that another way of sealing can follow one day.
const version = "v1:"

var errSeal = errors.New("the secret was sealed with another key, for something else, or is damaged")

// Box seals with one key.
type Box struct{ aead cipher.AEAD }

// New takes a key of 32 bytes, used for nothing else.
func New(key []byte) (*Box, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("prepare to seal: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("prepare to seal: %w", err)
	}
	return &Box{aead: aead}, nil
}

// Seal encrypts a secret for one place, such as "totp of 42": moved to another place it cannot be opened.
func (b *Box) Seal(secret, place string) string {
	return version + base64.RawStdEncoding.EncodeToString(b.aead.Seal(nil, nil, []byte(secret), []byte(place)))
}

// Open gives the secret back.
func (b *Box) Open(sealed, place string) (string, error) {
	text, known := strings.CutPrefix(sealed, version)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if !known || err != nil {
		return "", errSeal
	}
	secret, err := b.aead.Open(nil, nil, raw, []byte(place))
	if err != nil {
		return "", errSeal
	}
	return string(secret), nil
}
