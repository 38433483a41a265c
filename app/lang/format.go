package lang

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var placeholders = regexp.MustCompile(`%(?:%|(?:\[([1-9])\])?([sd]))`)

// Verb is a place in a text that an argument fills.
type Verb struct {
	Arg  int  // counted from 1
	Kind byte // 's' or 'd': a hint for translators, both print any argument
}

// Verbs gives each verb of a text once, by argument. Texts know %s, %d, %[1]s and %%; another percent sign is an error.
func Verbs(text string) ([]Verb, error) {
	if rest := placeholders.ReplaceAllString(text, ""); strings.Contains(rest, "%") {
		return nil, fmt.Errorf("%q has a percent sign that is none of %%s, %%d, %%[1]s, %%%%", text)
	}
	var verbs []Verb
	last := 0
	for _, match := range placeholders.FindAllStringSubmatch(text, -1) {
		if match[0] == "%%" {
			continue
		}
		last = argument(match[1], last)
		verbs = append(verbs, Verb{Arg: last, Kind: match[2][0]})
	}
	slices.SortFunc(verbs, func(a, b Verb) int {
		return cmp.Or(cmp.Compare(a.Arg, b.Arg), cmp.Compare(a.Kind, b.Kind))
	})
	return slices.Compact(verbs), nil
}

// format fills the verbs of a text. Unlike package fmt it never shows people its complaints: a missing argument leaves
// a gap, one too many is left out.
func format(text string, args []string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	last := 0
	return placeholders.ReplaceAllStringFunc(text, func(verb string) string {
		if verb == "%%" {
			return "%"
		}
		last = argument(placeholders.FindStringSubmatch(verb)[1], last)
		if last > len(args) {
			return ""
		}
		return args[last-1]
	})
}

// argument is the argument of a verb: the one it names, else the one after the last.
func argument(named string, last int) int {
	if n, err := strconv.Atoi(named); err == nil {
		return n
	}
	return last + 1
}
