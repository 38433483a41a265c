// Package block holds the kinds of blocks that pages are built from: how each is stored, what it accepts, what it refers
// to and how it is shown. Kinds are declared once, in kinds.go, and put together to sets: what a page or a column may
// hold.
package block

import (
	"encoding/json"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/views"
)

// Node is a block as it is stored. Its id is unique within the page and stays with the block for good.
type Node struct {
	ID    string          `json:"id"`
	Type  string          `json:"type"`
	V     int             `json:"v,omitempty"` // version of the value's form; missing means 1
	Value json.RawMessage `json:"value"`
}

// Stream is a list of blocks as it is stored.
type Stream []Node

// Strictness says how complete a block must be.
type Strictness int

// A draft may leave required values empty; what is published may not. Everything else is checked for both.
const (
	Draft Strictness = iota
	Publish
)

// Ref is something that a block shows or links to.
type Ref struct {
	Block string // id of the block
	Kind  RefKind
	ID    int64
}

// RefKind is a kind of thing that blocks refer to.
type RefKind string

// The kinds as they are stored.
const (
	RefPage     RefKind = "page"
	RefDocument RefKind = "document"
)

// Env is what blocks are rendered with: the language and where links lead.
type Env struct {
	Locale lang.Locale
	Links  richtext.Links
}

// Kind describes blocks whose value is a V. Only Name, New, Check and View are required.
type Kind[V any] struct {
	Name  string                                               // as stored, and in the class name of the page
	New   func() V                                             // defaults: what a stored value lacks
	Clean func(*V)                                             // on the way in
	Check func(V, Strictness) fault.Fields                     // names are those of the inputs
	Refs  func(V) []Ref                                        // without the id of the block
	Slots func(*V) []*Stream                                   // lists of blocks inside this one
	Inner Set                                                  // what the slots may hold
	View  func(V, Env, []views.BlockList) (views.Block, error) // one list for each slot; an empty HTML shows nothing
}

// Type is a Kind without its value's type.
type Type interface {
	name() string
	inner() Set
	decode(json.RawMessage) (value, error)
}

// value is one decoded block.
type value interface {
	clean()
	check(Strictness) fault.Fields
	refs() []Ref
	slots() []*Stream
	json() (json.RawMessage, error)
	view(Env, []views.BlockList) (views.Block, error)
}

// Of makes a kind ready for a set.
func Of[V any](k Kind[V]) Type { return kind[V]{k} }

type kind[V any] struct{ Kind[V] }

func (k kind[V]) name() string { return k.Name }
func (k kind[V]) inner() Set   { return k.Inner }

func (k kind[V]) decode(raw json.RawMessage) (value, error) {
	v := k.New()
	if err := json.Unmarshal(raw, &v); err != nil {
		return nil, err
	}
	return &typed[V]{k.Kind, v}, nil
}

type typed[V any] struct {
	Kind[V]
	v V
}

func (t *typed[V]) clean() {
	if t.Clean != nil {
		t.Clean(&t.v)
	}
}

func (t *typed[V]) check(s Strictness) fault.Fields { return t.Check(t.v, s) }

func (t *typed[V]) refs() []Ref {
	if t.Refs == nil {
		return nil
	}
	return t.Refs(t.v)
}

func (t *typed[V]) slots() []*Stream {
	if t.Slots == nil {
		return nil
	}
	return t.Slots(&t.v)
}

func (t *typed[V]) json() (json.RawMessage, error) { return json.Marshal(t.v) }

func (t *typed[V]) view(e Env, inside []views.BlockList) (views.Block, error) {
	return t.View(t.v, e, inside)
}
