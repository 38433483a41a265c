package mail

import (
	netmail "net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// width is where lines of text parts end at the latest, links excepted.
const width = 78

var plainName = regexp.MustCompile(`^[\p{L}\p{M}\p{N} !#$%&'*+/=?^_{|}~-]+$`)

// oneLine makes a text fit for a header: no line breaks, no control characters, single spaces.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// plain lets only a bare address pass: what has a name, a comment or a line break could become a second header or a
// second recipient.
func plain(s string) bool {
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Address == s && !strings.ContainsFunc(s, unicode.IsSpace) && !strings.ContainsFunc(s, unicode.IsControl)
}

// recipients drops blanks and repeated addresses. What is no address is left out and counted: it must not keep the letter
// from the others, nor the act that it tells of from happening.
func recipients(all []string) (to []string, broken int) {
	for _, s := range all {
		if strings.TrimSpace(s) == "" || slices.ContainsFunc(to, func(t string) bool { return strings.EqualFold(s, t) }) {
			continue
		}
		if !plain(s) {
			broken++
			continue
		}
		to = append(to, s)
	}
	return to, broken
}

// display writes a sender as people read it; a name with other than letters, digits and harmless signs is quoted.
func display(a *netmail.Address) string {
	name := oneLine(a.Name)
	switch {
	case name == "":
		return a.Address
	case plainName.MatchString(name):
		return name + " <" + a.Address + ">"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `" <` + a.Address + ">"
}

// wrap breaks long lines between words and leaves a single empty line between paragraphs. A link is one word, so it
// stays whole.
func wrap(text string) string {
	var out strings.Builder
	blank := true
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			if !blank {
				out.WriteByte('\n')
			}
			blank = true
			continue
		}
		blank = false
		used := 0
		for i, w := range words {
			n := utf8.RuneCountInString(w)
			switch {
			case i == 0:
			case used+1+n > width:
				out.WriteByte('\n')
				used = 0
			default:
				out.WriteByte(' ')
				used++
			}
			out.WriteString(w)
			used += n
		}
		out.WriteByte('\n')
	}
	return out.String()
}
