package profile

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
)

// Type says how a question is asked and what answers it takes.
type Type string

// The types.
const (
	Text     Type = "TEXT"
	TextArea Type = "TEXTAREA"
	Checkbox Type = "CHECKBOX"
	Radio    Type = "RADIO"
	Day      Type = "DATE"
	Month    Type = "MONTH"
	Number   Type = "NUMBER"
	Select   Type = "SELECT"
)

// Types are those that exist, in the order in which staff choose from them.
func Types() []Type { return []Type{Text, TextArea, Checkbox, Radio, Day, Month, Number, Select} }

// Text is what people call the type.
func (t Type) Text() lang.Message {
	switch t {
	case Text:
		return lang.M("Line of text")
	case TextArea:
		return lang.M("Several lines of text")
	case Checkbox:
		return lang.M("Tick-boxes, any number of choices")
	case Radio:
		return lang.M("Radio buttons, one choice")
	case Day:
		return lang.C("question", "Date")
	case Month:
		return lang.C("question", "Month")
	case Number:
		return lang.M("Whole number")
	case Select:
		return lang.M("List, one choice")
	}
	return lang.M("Unknown type")
}

// Chooses tells whether answers are choices.
func (t Type) Chooses() bool { return t == Checkbox || t == Radio || t == Select }

func (t Type) known() bool { return slices.Contains(Types(), t) }

// Choice is an answer that a question offers.
type Choice struct {
	Value string `json:"value"`
	Label Texts  `json:"label_translations"`
}

// Text is the choice as people read it.
func (c Choice) Text() lang.Text { return c.Label.or(c.Value) }

// Options are what a question needs beside its columns.
type Options struct {
	Choices []Choice `json:"choices,omitempty"`
}

// UnmarshalJSON takes what it can read: a page never fails because of what was imported.
func (o *Options) UnmarshalJSON(data []byte) error {
	var loose struct {
		Choices []json.RawMessage `json:"choices"`
	}
	if err := json.Unmarshal(data, &loose); err != nil {
		return fmt.Errorf("read the options of a question: %w", err)
	}
	o.Choices = nil
	for _, raw := range loose.Choices {
		var c Choice
		if json.Unmarshal(raw, &c) == nil {
			o.Choices = append(o.Choices, c)
		}
	}
	return nil
}

// Group is questions that stand together.
type Group struct {
	bun.BaseModel `bun:"table:profile_field_groups,alias:g"`

	ID          int64 `bun:",pk,autoincrement"`
	Name        Texts `bun:"name_translations,type:jsonb"`
	Description Texts `bun:"description_translations,type:jsonb"`
	Order       int
	Active      bool  `bun:"is_active"`
	Version     int64 `bun:",nullzero,default:1"`

	Questions int64 `bun:"-"` // how many active ones there are, for lists
}

// Title is the group's name.
func (g *Group) Title() lang.Text { return g.Name.or(fmt.Sprintf("Group %d", g.ID)) }

// Question is what staff ask of people.
type Question struct {
	bun.BaseModel `bun:"table:profile_fields,alias:f"`

	ID                    int64 `bun:",pk,autoincrement"`
	GroupID               int64
	Key                   string  `bun:"field_key"`
	Type                  Type    `bun:"field_type"`
	LabelTexts            Texts   `bun:"label_translations,type:jsonb"`
	HelpTexts             Texts   `bun:"help_text_translations,type:jsonb"`
	Options               Options `bun:"options,type:jsonb"`
	Min                   *int    `bun:"min_value"`
	Max                   *int    `bun:"max_value"`
	ReadOnly              bool    `bun:"is_read_only"`
	RequiredForMembership bool    `bun:"is_required_for_membership"`
	Counts                bool    `bun:"counts_toward_completion"`
	Order                 int
	Active                bool  `bun:"is_active"`
	Version               int64 `bun:",nullzero,default:1"`

	Group     lang.Text `bun:"-"` // name of its group, for lists
	Answers   int64     `bun:"-"` // how many people have answered, for forms of staff
	Confirmed bool      `bun:"-"` // staff know that answers do not fit any longer
}

// Label is what is asked.
func (q *Question) Label() lang.Text { return q.LabelTexts.or(q.Key) }

// Help stands beneath what is asked.
func (q *Question) Help() lang.Text { return q.HelpTexts.or("") }

func (q *Question) offers(value string) bool {
	return slices.ContainsFunc(q.Options.Choices, func(c Choice) bool { return c.Value == value })
}

// keyPattern is that of the keys of questions.
var keyPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// KeyWrong says why a question cannot have this key: it is the name of its input in the profile form.
func KeyWrong(key string) lang.Message {
	reserved := []string{"first_name", "last_name", "username", "email", "profile_picture", "language", "section", "next", "submit"}
	switch {
	case !keyPattern.MatchString(key):
		return lang.M("Use small letters, digits and underscores only, with a letter at the beginning.")
	case slices.Contains(reserved, key), strings.HasPrefix(key, "password"):
		return lang.M("The profile form uses this key itself. Choose another one.")
	}
	return lang.Message{}
}

// check finds what is wrong with a question, under the names of its columns.
func (q *Question) check() fault.Fields {
	var p fault.Fields
	if wrong := KeyWrong(q.Key); !wrong.Empty() {
		p.Add("field_key", wrong)
	}
	if !q.LabelTexts.Any() {
		p.Add("label_translations", lang.M("Enter the question in at least one language."))
	}
	if q.Type.Chooses() {
		if wrong := q.Options.wrong(q.Type); !wrong.Empty() {
			p.Add("options", wrong)
		}
	}
	if q.Min != nil && q.Max != nil && *q.Min >= *q.Max {
		p.Add("min_value", lang.M("The lowest number has to be below the highest."))
	}
	return p
}

func (o Options) wrong(t Type) lang.Message {
	if len(o.Choices) == 0 {
		return lang.M("Enter the choices of the question.")
	}
	seen := map[string]bool{}
	for _, c := range o.Choices {
		switch {
		case strings.TrimSpace(c.Value) == "":
			return lang.M("Each choice needs a value.")
		case seen[c.Value]:
			return lang.M("Two choices have the value “%s”. Give each one its own.", c.Value)
		case t == Checkbox && c.Value == noTick:
			return lang.M("“%s” cannot be the value of a choice: in answers it stands for a box that is not ticked.", c.Value)
		case !c.Label.Any():
			return lang.M("Enter a text for the choice “%s” in at least one language.", c.Value)
		}
		seen[c.Value] = true
	}
	return lang.Message{}
}
