package staff

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ams/app/admin"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/profile"
	"ams/views"
)

const (
	choicesKey   = "options"
	spareChoices = 3 // empty rows for further choices, and how many more there are at once
)

// choicesField is the table of a question's choices: value, text in each language and place. Emptying the value drops a
// row.
type choicesField struct{ languages []lang.Locale }

func choicesOf(languages []lang.Locale) field.Field[question] { return choicesField{languages} }

// Meta is what the table says of itself. It is left empty for questions without choices.
func (f choicesField) Meta() field.Meta {
	return field.Meta{
		Key: choicesKey, Label: lang.M("Choices"), Optional: true,
		Help: lang.M("The value is what is stored. Empty it to take a choice away, and change the numbers to move choices."),
	}
}

// Asked is always the case, because the type of a question may change in the same form.
func (f choicesField) Asked(*question) bool { return true }

// choiceRow is a row as typed.
type choiceRow struct {
	was, value, place string
	labels            map[lang.Locale]string
}

func (f choicesField) name(row int, column string) string {
	return choicesKey + "-" + strconv.Itoa(row) + "-" + column
}

// rows are those that were typed, or those of the stored choices.
func (f choicesField) rows(m *question, typed url.Values) (rows []choiceRow) {
	if typed == nil {
		for i, c := range m.Options.Choices {
			row := choiceRow{was: c.Value, value: c.Value, place: strconv.Itoa(10 * (i + 1)), labels: map[lang.Locale]string{}}
			for _, l := range f.languages {
				row.labels[l] = c.Label[string(l)]
			}
			rows = append(rows, row)
		}
		return rows
	}
	for _, i := range f.numbers(typed) {
		row := choiceRow{
			was: typed.Get(f.name(i, "was")), value: tidy(typed.Get(f.name(i, "value"))), place: strings.TrimSpace(typed.Get(f.name(i, "order"))),
			labels: map[lang.Locale]string{},
		}
		for _, l := range f.languages {
			row.labels[l] = tidy(typed.Get(f.name(i, string(l))))
		}
		rows = append(rows, row)
	}
	return rows
}

// numbers are those of the rows that were typed, however many: a row that is not read would be lost.
func (f choicesField) numbers(typed url.Values) (all []int) {
	for name := range typed {
		rest, _ := strings.CutPrefix(name, choicesKey+"-")
		if digits, found := strings.CutSuffix(rest, "-value"); found {
			if n, err := strconv.Atoi(digits); err == nil && f.name(n, "value") == name {
				all = append(all, n)
			}
		}
	}
	slices.Sort(all)
	return all
}

func tidy(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// Read puts the rows into the order of their numbers, those without one last. A choice keeps its texts in languages that
// are switched off, also when it gets another value. What is wrong with choices the domain says.
func (f choicesField) Read(_ context.Context, answer url.Values, m *question, p *fault.Fields) error {
	rows := f.rows(m, answer)
	slices.SortStableFunc(rows, func(a, b choiceRow) int { return a.number() - b.number() })
	var choices []profile.Choice
	for _, r := range rows {
		if r.value == "" {
			continue
		}
		c := profile.Choice{Value: r.value, Label: profile.Texts{}}
		for _, old := range m.Options.Choices {
			if r.was != "" && old.Value == r.was {
				c.Label = maps.Clone(old.Label)
			}
		}
		if c.Label == nil { // as it may have been imported
			c.Label = profile.Texts{}
		}
		for l, text := range r.labels {
			if c.Label[string(l)] = text; text == "" {
				delete(c.Label, string(l))
			}
			if len([]rune(text)) > 255 || len([]rune(r.value)) > 100 {
				p.Add(choicesKey, lang.M("A value can have at most %d characters and a text at most %d.", 100, 255))
				return nil
			}
		}
		choices = append(choices, c)
	}
	m.Options.Choices = choices
	return nil
}

func (r choiceRow) number() int {
	n, err := strconv.Atoi(r.place)
	if err != nil || n < -leastPlace || n > leastPlace {
		return leastPlace
	}
	return n
}

// leastPlace stands after every place that is typed.
const leastPlace = 1_000_000

// Inputs is the table with a few rows to spare.
func (f choicesField) Inputs(_ context.Context, tr *lang.Translator, m *question, typed url.Values) ([]views.Field, error) {
	rows, spare := f.rows(m, typed), 0
	for _, r := range rows {
		if r.blank() {
			spare++
		}
	}
	wanted, first := spareChoices, -1
	if typed.Get(admin.FieldMore) == choicesKey {
		wanted, first = spare+spareChoices, len(rows)
	}
	for ; spare < wanted; spare++ {
		rows = append(rows, choiceRow{})
	}
	grid := &views.Grid{
		Heads: []string{tr.Say(lang.M("Value"))},
		More:  views.Submit{Text: tr.Say(lang.M("More rows")), Name: admin.FieldMore, Value: choicesKey},
	}
	for _, l := range f.languages {
		grid.Heads = append(grid.Heads, tr.Say(lang.M("Text in %s", lang.Native(l))))
	}
	grid.Heads = append(grid.Heads, tr.Say(lang.M("Order")))
	for i, r := range rows {
		cell := func(column, head, value string) views.Field {
			v := views.TextField(f.name(i, column), tr.Say(lang.M("Choice %d: %s", i+1, head)), value)
			v.Optional, v.Input.Autocomplete = true, "off"
			return v
		}
		value := cell("value", grid.Heads[0], r.value)
		value.Input.Plain, value.Input.Width, value.Input.Focus = true, views.Width10, i == first
		line := []views.Field{value}
		for at, l := range f.languages {
			text := cell(string(l), grid.Heads[at+1], r.labels[l])
			text.Input.Width = views.Width20
			line = append(line, text)
		}
		place := cell("order", grid.Heads[len(grid.Heads)-1], r.place)
		place.Input.Type, place.Input.Mode, place.Input.Width = "number", "numeric", views.Width6
		grid.Rows = append(grid.Rows, append(line, place))
		grid.Hidden = append(grid.Hidden, views.Hidden{Name: f.name(i, "was"), Value: r.was})
	}
	meta := f.Meta()
	return []views.Field{{
		ID: views.FieldID(meta.Key), Name: meta.Key, Label: tr.Say(meta.Label), Help: tr.Say(meta.Help), Grid: grid,
	}}, nil
}

func (r choiceRow) blank() bool {
	for _, text := range r.labels {
		if text != "" {
			return false
		}
	}
	return r.value == ""
}

// Raw is the choices with all their texts.
func (f choicesField) Raw(m *question) string {
	data, err := json.Marshal(m.Options.Choices)
	if err != nil { // texts always can be
		return ""
	}
	return string(data)
}

// Record names each choice with its texts.
func (f choicesField) Record(_ context.Context, m *question) (string, error) {
	parts := make([]string, 0, len(m.Options.Choices))
	for _, c := range m.Options.Choices {
		var texts []string
		for _, code := range slices.Sorted(maps.Keys(c.Label)) {
			texts = append(texts, c.Label[code])
		}
		parts = append(parts, fmt.Sprintf("%s (%s)", c.Value, strings.Join(texts, " / ")))
	}
	return strings.Join(parts, ", "), nil
}

// Word is the recorded text.
func (f choicesField) Word(_ *lang.Translator, recorded string) string { return recorded }
