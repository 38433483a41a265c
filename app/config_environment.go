package app

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Problem is what is wrong with one setting. It never holds the value of a secret.
type Problem struct{ Name, Text, Example string }

// Problems are all that is wrong with the settings, one line each.
type Problems []Problem

// Error is meant for the operator, as it is.
func (ps Problems) Error() string {
	var b strings.Builder
	b.WriteString("these settings keep AMS from starting:")
	for _, p := range ps {
		fmt.Fprintf(&b, "\n  %s %s", p.Name, p.Text)
		if p.Example != "" {
			fmt.Fprintf(&b, " (example: %s)", p.Example)
		}
	}
	return b.String()
}

// environment reads variables by the rules that all of them share (empty is unset, else the default of the profile)
// and collects what is wrong.
type environment struct {
	getenv   func(string) string
	profile  Profile
	known    map[string]Setting
	problems Problems
	warnings []string
}

func newEnvironment(getenv func(string) string) *environment {
	e := &environment{getenv: getenv, profile: Production, known: map[string]Setting{}}
	for _, s := range Settings() {
		e.known[s.Name] = s
	}
	const name = "DJANGO_SETTINGS_MODULE"
	module := e.value(name)
	switch p := Profile(module[strings.LastIndexByte(module, '.')+1:]); p {
	case Production, Local, Test:
		e.profile = p
	default:
		e.refuse(name, "must end in production, local or test")
	}
	return e
}

// refuse notes that a setting is wrong; text goes on after its name. A setting is refused once, and not at all where
// its default comes from another one, which is refused itself.
func (e *environment) refuse(name, text string) {
	s := e.known[name]
	noted := slices.ContainsFunc(e.problems, func(p Problem) bool { return p.Name == name })
	if noted || e.getenv(name) == "" && strings.Contains(s.in(e.profile), "$") {
		return
	}
	if given := e.value(name); given != "" && !s.Secret {
		text = fmt.Sprintf("is %q and %s", given, text)
	}
	e.problems = append(e.problems, Problem{Name: name, Text: text, Example: s.Example})
}

// warn notes what does not keep the program from starting.
func (e *environment) warn(text string) {
	if !slices.Contains(e.warnings, text) {
		e.warnings = append(e.warnings, text)
	}
}

// value is a variable or its default, as it is.
func (e *environment) value(name string) string {
	if given := e.getenv(name); given != "" {
		return given
	}
	return os.Expand(e.known[name].in(e.profile), e.value)
}

// text is a value without the spaces around it; one that production needs must be there.
func (e *environment) text(name string) string {
	v := strings.TrimSpace(e.value(name))
	if v == "" && e.profile == Production && e.needed(e.known[name]) {
		e.refuse(name, "is missing")
	}
	return v
}

// needed says whether production needs the setting, given what the others say.
func (e *environment) needed(s Setting) bool {
	other, value, conditional := strings.Cut(s.When, "=")
	name, not := strings.CutSuffix(other, "!")
	return s.Required && (!conditional || strings.EqualFold(e.value(name), value) != not)
}

// secret is text kept out of sight.
func (e *environment) secret(name string) Secret { return Secret(e.text(name)) }

// fitting is text that fits the test, or is missing.
func (e *environment) fitting(name string, fits func(string) bool, must string) string {
	v := e.text(name)
	if v != "" && !fits(v) {
		e.refuse(name, must)
	}
	return v
}

// flag takes what an installation may have written so far: a number that is not 0, or one of four words.
func (e *environment) flag(name string) bool {
	v := strings.ToLower(e.text(name))
	if n, err := strconv.Atoi(v); err == nil {
		return n != 0
	}
	return slices.Contains([]string{"true", "on", "ok", "y", "yes"}, v)
}

// whole is a whole number within bounds.
func (e *environment) whole(name string, least, most int) int {
	n, err := strconv.Atoi(e.text(name))
	if err != nil || n < least || n > most {
		e.refuse(name, fmt.Sprintf("must be a whole number from %d to %d", least, most))
	}
	return n
}

// list is separated by commas; nothing between two of them is no item, and neither is the same as before.
func (e *environment) list(name string) []string {
	items := strings.Split(e.text(name), ",")
	for i, item := range items {
		items[i] = strings.TrimSpace(item)
	}
	return slices.Compact(slices.DeleteFunc(items, func(item string) bool { return item == "" }))
}

// choice is one of a few words, in any case.
func (e *environment) choice(name string, words ...string) string {
	v := e.text(name)
	for _, w := range words {
		if strings.EqualFold(v, w) {
			return w
		}
	}
	e.refuse(name, "must be one of: "+strings.Join(words, ", "))
	return words[0]
}
