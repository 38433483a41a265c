package profile

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"ams/app/clock"
	"ams/app/lang"
)

// Longest answers, in characters.
const (
	MaxText = 1_000
	MaxArea = 10_000
)

// noTick is how some forms say that a box is not ticked.
const noTick = "False"

var monthPattern = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// Parse turns what a form sent into what is stored, "" for no answer, or says what is wrong with it.
func (q *Question) Parse(typed []string) (stored string, wrong lang.Message) {
	if q.Type == Checkbox {
		return q.parseTicks(typed)
	}
	text := q.tidy(typed)
	if text == "" {
		return "", lang.Message{}
	}
	switch q.Type {
	case Text:
		return limited(text, MaxText, q.Label())
	case TextArea:
		return limited(text, MaxArea, q.Label())
	case Radio, Select:
		return q.parseChoice(typed[0])
	case Day:
		return q.parseDay(text)
	case Month:
		if !monthPattern.MatchString(text) || strings.HasPrefix(text, "0000") {
			return "", lang.M("Enter a month such as 2026-01 for “%s”.", q.Label())
		}
		return text, lang.Message{}
	case Number:
		return q.parseNumber(text)
	}
	return "", lang.Message{}
}

// tidy is the one text that was typed, without spaces around it and with accents joined to their letters: texts that
// look the same are stored the same.
func (q *Question) tidy(typed []string) string {
	if len(typed) == 0 {
		return ""
	}
	text := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(typed[0])
	if q.Type != TextArea {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	return norm.NFC.String(strings.TrimSpace(text))
}

func limited(text string, most int, label lang.Text) (string, lang.Message) {
	if utf8.RuneCountInString(text) > most {
		return "", lang.M("“%s” can have at most %d characters.", label, most)
	}
	return text, lang.Message{}
}

func (q *Question) parseTicks(typed []string) (string, lang.Message) {
	ticked := ticks(typed)
	for _, v := range ticked {
		if !q.offers(v) {
			return "", q.chooseAgain()
		}
	}
	if len(ticked) == 0 {
		return "", lang.Message{}
	}
	return list(ticked), lang.Message{}
}

// ticks leaves out what is no tick, and what is ticked twice.
func ticks(values []string) (all []string) {
	for _, v := range values {
		if strings.TrimSpace(v) != "" && v != noTick && !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	return all
}

// list is the stored form of several values. Unlike package json it writes every letter as it is.
func list(values []string) string {
	var out strings.Builder
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(values) // strings always can be
	return strings.TrimSuffix(out.String(), "\n")
}

// parseChoice compares what was sent letter by letter: choices are not typed.
func (q *Question) parseChoice(value string) (string, lang.Message) {
	if !q.offers(value) {
		return "", q.chooseAgain()
	}
	return value, lang.Message{}
}

func (q *Question) chooseAgain() lang.Message {
	return lang.M("Choose one of the answers that are offered for “%s”.", q.Label())
}

func (q *Question) parseDay(text string) (string, lang.Message) {
	day, err := clock.ParseDate(text)
	if err != nil || day.Year < 1 {
		return "", lang.M("Enter a date such as 2026-01-18 for “%s”.", q.Label())
	}
	return day.String(), lang.Message{}
}

func (q *Question) parseNumber(text string) (string, lang.Message) {
	n, err := strconv.ParseInt(text, 10, 64)
	low, high := err == nil && q.Min != nil && n < int64(*q.Min), err == nil && q.Max != nil && n > int64(*q.Max)
	switch {
	case err == nil && !low && !high:
		return strconv.FormatInt(n, 10), lang.Message{}
	case q.Min != nil && q.Max != nil:
		return "", lang.M("Enter a whole number from %d to %d for “%s”.", *q.Min, *q.Max, q.Label())
	case q.Min != nil:
		return "", lang.M("Enter a whole number of at least %d for “%s”.", *q.Min, q.Label())
	case q.Max != nil:
		return "", lang.M("Enter a whole number of at most %d for “%s”.", *q.Max, q.Label())
	}
	return "", lang.M("Enter a whole number for “%s”.", q.Label())
}

// Values are what a stored answer shows in a form; none for no answer, and for one that cannot be read.
func (q *Question) Values(stored string) []string {
	if stored == "" {
		return nil
	}
	if q.Type != Checkbox {
		return []string{stored}
	}
	var mixed []any
	if json.Unmarshal([]byte(stored), &mixed) != nil {
		return nil
	}
	var values []string
	for _, v := range mixed {
		if text, ok := v.(string); ok {
			values = append(values, text)
		}
	}
	return ticks(values)
}

// Texts are what people read of a stored answer, in the language of the translator.
func (q *Question) Texts(tr *lang.Translator, stored string) (all []string) {
	for _, v := range q.Values(stored) {
		all = append(all, q.text(tr, v))
	}
	return all
}

func (q *Question) text(tr *lang.Translator, value string) string {
	if q.Type == Day {
		if day, err := clock.ParseDate(value); err == nil {
			return tr.Date(day)
		}
	}
	for _, c := range q.Options.Choices {
		if q.Type.Chooses() && c.Value == value {
			return c.Text().In(tr.Locale())
		}
	}
	return value
}

// Shows tells whether the input of the question can show a stored value.
func (q *Question) Shows(value string) bool {
	if q.Type.Chooses() {
		return q.offers(value)
	}
	_, wrong := q.Parse([]string{value})
	return wrong.Empty() || q.Type == Text || q.Type == TextArea
}

// Hides tells whether the input of a question could not show all of its answer (a choice is gone, an imported date is none)
// and was left as it was.
func (a *Asked) Hides(typed []string) bool {
	stored := a.Question.Values(a.Stored)
	shown := slices.DeleteFunc(slices.Clone(stored), func(v string) bool { return !a.Shows(v) })
	sent := ticks(typed)
	slices.Sort(shown)
	slices.Sort(sent)
	return len(shown) < len(stored) && slices.Equal(shown, sent)
}
