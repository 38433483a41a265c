package admin

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// Resource declares how staff look after the records of one entity. M is its Bun model, with the columns id and version.
// Where version means something else, Counter names the column that every update raises.
type Resource[M any] struct {
	App, Model string // "users", "user": address, permission and name in history
	Area       string // of the menu; empty: App
	Place      string // path of the list where it is not App and Model: "snippets/terms/term/"
	Size       int    // rows of a page of the list; 0: listing.Size
	One, Many  lang.Message
	Icon       string
	Letter     string                            // g and this letter lead to the list
	Counter    string                            // empty: version
	Title      func(*M) string                   // in English: history keeps it, and people type it to choose the record
	Spoken     func(*lang.Translator, *M) string // the title in the language of the page; nil: Title
	Site       func(*M) string                   // path of the record's public page, without language; nil or "": none
	Avatar     func(*web.Ctx, *M) views.Avatar   // beside the title of the record's page; nil: none

	Load    func(*bun.SelectQuery) *bun.SelectQuery         // relations and computed columns that every page needs; may be nil
	Rows    func(context.Context, bun.IDB, []*M) error      // what a list needs beside its rows; may be nil
	Fill    func(context.Context, bun.IDB, *M) error        // what a form needs beside its row; may be nil
	New     func() *M                                       // a record before it is added; nil: the zero value
	Lock    func(by access.Holder, m *M, key string) bool   // values that this person may not change in this record
	Takes   []string                                        // entities whose records go along with a delete without a permission of their own
	Instead lang.Message                                    // what to do with a record that cannot be deleted, because others belong to it
	Veto    func(by access.Holder, m *M) (why lang.Message) // why this person may not touch this record at all
	// Grasp loads what Veto needs to know of these records, before it is asked.
	Grasp func(context.Context, bun.IDB, []*M) error

	// Notes are what people should know before they change a record; may be nil.
	Notes func(*M) []Note

	Columns []Column[M] // the first links to the record
	Order   string      // SQL, of the list as it is by itself; empty: by id
	Search  []Search
	Filters []Filter

	Sections []Section[M]
	Add      []Section[M] // when adding asks something else
	Stay     bool         // adding leads to the record, not to the list
	Both     bool         // adding needs the permission to change as well
	Inlines  []Inline[M]
	Actions  []Action[M]
	Deeds    []Deed[M]
	Moved    map[string]string // former pages below a record, and the inputs that took their place

	Onward []Onward[M] // lists of other entities that a record leads to

	// Subject is the person whom the history of a record is about; nil, or 0: nobody. An erasure finds it by that.
	Subject func(*M) int64
	// Parts are the entities of whose history that of a person's record shows what is about the person.
	Parts []string

	Under Under // whose parts these records are; may be zero

	// Check lists what the domain has against a draft, under the names of its fields; before is nil for a new one. It is asked
	// where a field is refused, too, so that people hear of everything at once; Write has the last word. May be nil.
	Check   func(ctx context.Context, db bun.IDB, before, m *M) (fault.Fields, error)
	Prepare func(context.Context, *M) error // slow work of a save, before its transaction
	Write   Writer[M]
	// Stored is told of a save that is committed, for what the person's own session has to know; may be nil.
	Stored func(c *web.Ctx, m *M)
	// After runs at the end of a save, once record and tables are stored; may be nil.
	After func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error
	// Broken names the input and says what to do when a rule of the schema refuses a value.
	Broken func(constraint string) (key string, text lang.Message)
	On     func() bool // a switched-off module has neither menu nor pages
}

// Under names the table of what records belong to, and the column that refers to it. Whoever changes a part holds the
// whole first, as the domain does: two who held them in another order would wait for each other for ever.
type Under struct{ Table, Column string }

// Onward leads from a record to a list of another entity, narrowed by a search, or by a filter (Whose) and an id.
type Onward[M any] struct {
	Entity string          // "billing.invoice"
	Search func(*M) string // "": this record leads to none
	Filter string          // its key in that list, instead of a search
	ID     func(*M) int64  // 0: this record leads to none
}

// query is what narrows the list, "" where the record leads to none.
func (o Onward[M]) query(m *M) string {
	narrow := url.Values{}
	switch {
	case o.Filter == "":
		narrow.Set("q", o.Search(m))
	case o.ID(m) != 0:
		narrow.Set(o.Filter, strconv.FormatInt(o.ID(m), 10))
	}
	if narrow.Get("q") == "" && narrow.Get(o.Filter) == "" {
		return ""
	}
	return "?" + narrow.Encode()
}

// Section is a part of a form.
type Section[M any] struct {
	Title  lang.Message
	Help   lang.Message
	Fields []field.Field[M]
}

// Sect is a section without help.
func Sect[M any](title lang.Message, fields ...field.Field[M]) Section[M] {
	return Section[M]{Title: title, Fields: fields}
}

// Writer stores. Its functions run in the engine's transaction; nil: that act is offered to nobody.
type Writer[M any] struct {
	Create func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error
	Update func(ctx context.Context, tx bun.Tx, by access.Holder, before, after *M) error
	Delete func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error
	// Proof tells whether it is so grave that who does it proves once more who they are; nil: never. There is no before
	// when a record is added, no after when one is deleted, and an action changes neither.
	Proof func(by access.Holder, before, after *M) bool
}

func (w Writer[M]) grave(by access.Holder, before, after *M) bool {
	return w.Proof != nil && w.Proof(by, before, after)
}

// Rows writes plain data that no rule of a domain guards.
func Rows[M any]() Writer[M] {
	return Writer[M]{
		Create: func(ctx context.Context, tx bun.Tx, _ access.Holder, m *M) error {
			if _, err := tx.NewInsert().Model(m).Returning("id").Exec(ctx); err != nil {
				return fmt.Errorf("insert %T: %w", m, err)
			}
			return nil
		},
		Update: func(ctx context.Context, tx bun.Tx, _ access.Holder, _, after *M) error {
			if _, err := tx.NewUpdate().Model(after).WherePK().Exec(ctx); err != nil {
				return fmt.Errorf("update %T: %w", after, err)
			}
			return nil
		},
		Delete: func(ctx context.Context, tx bun.Tx, _ access.Holder, m *M) error {
			if _, err := tx.NewDelete().Model(m).WherePK().Exec(ctx); err != nil {
				return fmt.Errorf("delete %T: %w", m, err)
			}
			return nil
		},
	}
}

// Note is a sentence above the form of a record. One that warns is told after a save as well.
type Note struct {
	Text  lang.Message
	Warns bool
}

// Action is an act on the records that are ticked. What it refuses for one record is told; the others go on.
type Action[M any] struct {
	Name   string
	Label  lang.Message
	Ask    lang.Message // question before it; empty: it is done at once
	Danger bool
	Icon   string
	Right  string // permission; empty: that to change
	Each   func(ctx context.Context, tx bun.Tx, by access.Holder, m *M) error
	// Alone stands instead of Each where an outside service is asked: no row is held, and it opens transactions of its
	// own. It finds out itself whether the record is still as it was shown.
	Alone func(ctx context.Context, by access.Holder, m *M) error
	// Told stands instead of Each where the question asks for something: it gets what was answered.
	Told   func(ctx context.Context, tx bun.Tx, by access.Holder, m *M, said Answer) error
	Reason lang.Message        // label of a text that the question demands; empty: none
	Also   lang.Message        // a box of the question for what can be wanted beside, where About says that it can
	Which  field.Field[Answer] // what the question asks to choose, into Answer.Chosen; nil: nothing
	// About says what the act means for these records, before it is done; may be nil.
	About func(ctx context.Context, db bun.IDB, all []*M) (Question, error)
	// Sheet makes a file of the records, however many they are, and changes nothing.
	Sheet *Sheet[M]
	Offer func(*M) bool // whether the record's own page offers it; nil: always
	Done  func(n int) lang.Message
}

// Answer is what was said to the question of an action.
type Answer struct {
	Reason string
	Also   bool  // what the question offered beside was wanted
	Chosen int64 // the record that Which asked for
}

// longestReason is how many characters an Answer's Reason has at most.
const longestReason = 255
