package storage

import (
	"crypto/rand"
	"errors"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	suffixLength = 7
	// longestKey is what S3 takes, in bytes.
	longestKey = 1024
)

var errKey = errors.New("this cannot be the key of an object")

// checkKey accepts relative paths without steps upwards, which every store and every address can hold.
func checkKey(key string) error {
	switch {
	case key == "", len(key) > longestKey, !utf8.ValidString(key), strings.HasPrefix(key, "/"), strings.HasSuffix(key, "/"),
		strings.ContainsFunc(key, unicode.IsControl), slices.Contains(strings.Split(key, "/"), ".."):
		return errKey
	}
	return nil
}

// withSuffix puts seven random letters and digits before the extension.
func withSuffix(key string) string {
	extension := path.Ext(key)
	return strings.TrimSuffix(key, extension) + "_" + strings.ToLower(rand.Text()[:suffixLength]) + extension
}

// CleanName makes the last part of a key of a file's name as it was uploaded: spaces become underscores; letters of any
// script, digits, underscores, hyphens and full stops stay; at most longest characters, the extension among them. It is
// "" when nothing is left.
func CleanName(name string, longest int) string {
	name = path.Base(strings.ReplaceAll(strings.TrimSpace(name), `\`, "/")) // some browsers send the whole path
	clean := []rune(strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '_'
		case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), strings.ContainsRune("_-.", r):
			return r
		}
		return -1
	}, name))
	if strings.Trim(string(clean), ".") == "" {
		return ""
	}
	if extension := []rune(path.Ext(string(clean))); len(clean) > longest && len(extension) < longest {
		clean = append(clean[:longest-len(extension)], extension...)
	}
	return string(clean[:min(len(clean), longest)])
}
