package journal

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// hidden stands where something was taken out.
const hidden = "[hidden]"

// secret matches the names of values that are never told: fields, parameters of addresses, headers.
const secret = `[\w.-]*(?:password|passwd|secret|token|cookie|authori[sz]ation|signature|api[_-]?key|csrf|session)[\w.-]*|sso|sig|key|next|dsn`

var (
	secretName = regexp.MustCompile(`(?i)^(?:` + secret + `|body|html|headers?)$`)
	// secretLine is a header with its value, which goes on to the end of the line.
	secretLine = regexp.MustCompile(`(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-xero-signature)["']?\s*[:=]\s*[^\r\n]+`)
	// secretText is a value in quotation marks, which may hold anything but the same mark: name="value", "name": 'value', also
	// where the whole was quoted once more. Without a mark at its end it goes on to the end of the line.
	secretText = regexp.MustCompile(`(?i)(\b(?:` + secret + `)\\*["']?\s*[:=]\s*\\*)(?:(")(?:[^"\\\r\n]|\\.)*|(')(?:[^'\\\r\n]|\\.)*)`)
	// secretPair is name=value as in addresses and connection strings, or "name":"value" as in JSON.
	secretPair   = regexp.MustCompile(`(?i)(\b(?:` + secret + `))(=["']?|["']\s*:\s*["'])([^\s&"',;]+)`)
	bearer       = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}`)
	userInfo     = regexp.MustCompile(`(://[^\s/@:]*:)[^\s/@]+@`)
	emailAddress = regexp.MustCompile(`[\p{L}\p{M}\p{N}._%+'-]+(?:@|%40)[\p{L}\p{M}\p{N}%-]+(?:\.[\p{L}\p{M}\p{N}%-]+)*\.\p{L}{2,}`)
)

// Mailbox is the one field whose e-mail address is told, for what has to be found by it: the trace of an invitation. It
// stays out of the reports of errors.
const Mailbox = "mailbox"

// SecretName tells whether a value of that name is never told.
func SecretName(name string) bool { return secretName.MatchString(name) }

// Scrub takes out of a text what is never told: credentials, and people's e-mail addresses.
func Scrub(s string) string {
	s = strings.ToValidUTF8(s, "�")
	if strings.ContainsAny(s, ":=") {
		s = secretLine.ReplaceAllString(s, "$1: "+hidden)
		s = userInfo.ReplaceAllString(s, "${1}"+hidden+"@")
		s = secretText.ReplaceAllString(s, "$1$2$3"+hidden)
		s = secretPair.ReplaceAllString(s, "$1$2"+hidden)
	}
	if strings.Contains(s, " ") {
		s = bearer.ReplaceAllString(s, "$1 "+hidden)
	}
	if strings.Contains(s, "@") || strings.Contains(s, "%40") { // as addresses in a line of the browser hold it
		s = emailAddress.ReplaceAllString(s, "[e-mail]")
	}
	return s
}

// flatten appends a field, or those of a group, with values that any sink can write.
func flatten(to []slog.Attr, group string, a slog.Attr) []slog.Attr {
	v := a.Value.Resolve()
	if SecretName(a.Key) { // a group as a whole
		return append(to, slog.String(group+a.Key, hidden))
	}
	if v.Kind() == slog.KindGroup {
		if a.Key != "" {
			group += a.Key + "."
		}
		for _, inner := range v.Group() {
			to = flatten(to, group, inner)
		}
		return to
	}
	if a.Key == "" {
		return to
	}
	switch {
	case a.Key == Mailbox:
		v = slog.StringValue(strings.ToValidUTF8(v.String(), "�"))
	case v.Kind() == slog.KindString:
		v = slog.StringValue(Scrub(v.String()))
	case v.Kind() == slog.KindAny:
		v = slog.StringValue(told(v.Any()))
	}
	return append(to, slog.Attr{Key: group + a.Key, Value: v})
}

// told writes any value. Of requests there is nothing: nobody could tell what is in them.
func told(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case http.Header, url.Values, *http.Request, *http.Response, *http.Cookie, []*http.Cookie, []byte:
		return hidden
	case error:
		return Scrub(v.Error())
	}
	return Scrub(fmt.Sprint(v))
}
