// Package field is the questions of forms that are declared: each reads, checks, shows and records one value of an M,
// reached through a function, so that the compiler checks every declaration.
package field

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// Field is a question about an M.
type Field[M any] interface {
	Meta() Meta
	// Asked tells whether the question makes sense for m.
	Asked(m *M) bool
	// Read puts an answer into m, or says what is wrong with it. It never fails for what people type.
	Read(ctx context.Context, answer url.Values, m *M, p *fault.Fields) error
	// Inputs are the controls. typed is what was sent by a form that is shown again, nil to show what m holds.
	Inputs(ctx context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error)
	// Raw is the value as it is compared; Record is the same as history keeps it, Word as people read that.
	Raw(m *M) string
	Record(ctx context.Context, m *M) (string, error)
	Word(tr *lang.Translator, recorded string) string
}

// Meta is what every question says of itself.
type Meta struct {
	Key      string // name of the input, and of the value in history
	Label    lang.Message
	Help     lang.Message
	Optional bool
	ReadOnly bool // shown, never asked
	OnceOnly bool // asked when a record is added, read-only afterwards
	Aside    bool // a fact beside the form
	Computed bool // Inputs is the text itself
}

// common is what all fields share; S is the field itself, so that each modifier is written once.
type common[S, M any] struct {
	self S
	meta Meta
	when func(*M) bool
}

func (c *common[S, M]) init(self S, key string, label lang.Message) {
	c.self, c.meta.Key, c.meta.Label = self, key, label
}

// Optional lets the answer be empty; otherwise one is demanded.
func (c *common[S, M]) Optional() S { c.meta.Optional = true; return c.self }

// Help stands beneath the label.
func (c *common[S, M]) Help(text lang.Message) S { c.meta.Help = text; return c.self }

// ReadOnly shows the value and never takes one.
func (c *common[S, M]) ReadOnly() S { c.meta.ReadOnly = true; return c.self }

// OnceOnly takes a value when the record is added and never again.
func (c *common[S, M]) OnceOnly() S { c.meta.OnceOnly = true; return c.self }

// Aside shows the value among the facts beside the form.
func (c *common[S, M]) Aside() S { c.meta.ReadOnly, c.meta.Aside = true, true; return c.self }

// When asks only for records that satisfy the test.
func (c *common[S, M]) When(test func(*M) bool) S { c.when = test; return c.self }

// Meta is what the question says of itself.
func (c *common[S, M]) Meta() Meta { return c.meta }

// Asked tells whether the question makes sense for m.
func (c *common[S, M]) Asked(m *M) bool { return c.when == nil || c.when(m) }

// Word is the recorded value, for fields whose values are words already.
func (c *common[S, M]) Word(_ *lang.Translator, recorded string) string { return recorded }

// missing notes that an answer is needed.
func (c *common[S, M]) missing(p *fault.Fields, name string) {
	if !c.meta.Optional {
		p.Add(name, lang.M("Fill in “%s”.", c.meta.Label))
	}
}

func (c *common[S, M]) choose(p *fault.Fields) {
	p.Add(c.meta.Key, lang.M("Choose one of the entries in the list for “%s”.", c.meta.Label))
}

// finish gives a control its texts.
func (c *common[S, M]) finish(tr *lang.Translator, f views.Field) views.Field {
	f.Help, f.Optional = tr.Say(c.meta.Help), c.meta.Optional
	return f
}

// shown is what the control starts with.
func (c *common[S, M]) shown(typed url.Values, name, stored string) string {
	if typed != nil {
		return typed.Get(name)
	}
	return stored
}

// Option is an answer of a closed list.
type Option struct {
	Value string
	Label lang.Message
	Group lang.Message // heading of the options that follow each other
}

func optionsOf(tr *lang.Translator, options []Option) []views.Option {
	out := make([]views.Option, 0, len(options))
	for _, o := range options {
		out = append(out, views.Option{Value: o.Value, Text: tr.Say(o.Label), Group: tr.Say(o.Group)})
	}
	return out
}

func wordOf(tr *lang.Translator, options []Option, value string) string {
	i := slices.IndexFunc(options, func(o Option) bool { return o.Value == value })
	if i < 0 {
		return value
	}
	return tr.Say(options[i].Label)
}

// wordsOf names several values, those of grouped options behind the name of their group.
func wordsOf(tr *lang.Translator, options []Option, recorded string) string {
	if recorded == "" {
		return ""
	}
	words := strings.Split(recorded, ", ")
	for i, w := range words {
		at := slices.IndexFunc(options, func(o Option) bool { return o.Value == w })
		if at < 0 {
			continue
		}
		words[i] = tr.Say(options[at].Label)
		if group := tr.Say(options[at].Group); group != "" {
			words[i] = group + ": " + words[i]
		}
	}
	return strings.Join(words, ", ")
}
