package block

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"ams/app/fault"
	"ams/views"
)

// Set is what a list of blocks may hold. The zero Set holds nothing.
type Set struct{ types map[string]Type }

// NewSet is made of finished types, so no set can contain itself.
func NewSet(types ...Type) Set {
	s := Set{types: make(map[string]Type, len(types))}
	for _, t := range types {
		s.types[t.name()] = t
	}
	return s
}

// With is the set with further types.
func (s Set) With(types ...Type) Set {
	all := types
	for _, t := range s.types {
		all = append(all, t)
	}
	return NewSet(all...)
}

// Skipped is a block that cannot be shown.
type Skipped struct {
	ID, Type string
	Err      error
}

// Body is a list of blocks, decoded.
type Body struct {
	pieces []piece
	set    Set
}

type piece struct {
	node   Node
	kind   Type
	value  value
	inside []Body
}

// Decode reads what is stored. What cannot be shown goes to skip and is left out: unknown kinds, values of another form,
// values that no form of ours accepts.
func (s Set) Decode(raw json.RawMessage, skip func(Skipped)) Body {
	b := Body{set: s}
	if len(raw) == 0 {
		return b
	}
	var nodes []json.RawMessage
	if err := json.Unmarshal(raw, &nodes); err != nil {
		skip(Skipped{Err: fmt.Errorf("read the list of blocks: %w", err)})
		return b
	}
	for _, raw := range nodes {
		var n Node
		if err := json.Unmarshal(raw, &n); err != nil {
			skip(Skipped{Err: fmt.Errorf("read a block: %w", err)})
			continue
		}
		p, err := s.piece(n, skip)
		if err != nil {
			skip(Skipped{ID: n.ID, Type: n.Type, Err: err})
			continue
		}
		b.pieces = append(b.pieces, p)
	}
	return b
}

func (s Set) piece(n Node, skip func(Skipped)) (piece, error) {
	p, err := s.read(n)
	if err != nil {
		return piece{}, err
	}
	if problems := p.value.check(Draft); problems.Any() {
		return piece{}, fmt.Errorf("check the value: %s", problems)
	}
	for _, slot := range p.value.slots() {
		raw, err := json.Marshal(*slot)
		if err != nil {
			return piece{}, err
		}
		p.inside = append(p.inside, p.kind.inner().Decode(raw, skip))
	}
	return p, nil
}

func (s Set) read(n Node) (piece, error) {
	t, known := s.types[n.Type]
	if !known {
		return piece{}, errors.New("unknown kind of block")
	}
	if n.V > 1 {
		return piece{}, fmt.Errorf("unknown version %d", n.V)
	}
	v, err := t.decode(n.Value)
	if err != nil {
		return piece{}, fmt.Errorf("read the value: %w", err)
	}
	return piece{node: n, kind: t, value: v}, nil
}

// Refs gives everything that the blocks refer to, inner ones included.
func (b Body) Refs() []Ref {
	var refs []Ref
	for _, p := range b.pieces {
		for _, r := range p.value.refs() {
			r.Block = p.node.ID
			refs = append(refs, r)
		}
		for _, inner := range p.inside {
			refs = append(refs, inner.Refs()...)
		}
	}
	return refs
}

// Render gives the blocks as they are shown, the inner ones first.
func (b Body) Render(e Env, skip func(Skipped)) views.BlockList {
	var list views.BlockList
	for _, p := range b.pieces {
		inside := make([]views.BlockList, len(p.inside))
		for i, inner := range p.inside {
			inside[i] = inner.Render(e, skip)
		}
		shown, err := p.value.view(e, inside)
		switch {
		case err != nil:
			skip(Skipped{ID: p.node.ID, Type: p.node.Type, Err: err})
		case shown.HTML != "":
			list.Blocks = append(list.Blocks, shown)
		}
	}
	return list
}

// Clean gives what may be stored of a list: rich text cleaned, every block with an id of its own. Problems are named
// b.<id>.<input>. Kinds that the set does not hold are refused.
func (s Set) Clean(in Stream, strict Strictness) (Stream, fault.Fields) {
	var problems fault.Fields
	out := s.clean(in, strict, map[string]bool{}, &problems)
	return out, problems
}

func (s Set) clean(in Stream, strict Strictness, seen map[string]bool, problems *fault.Fields) Stream {
	out := make(Stream, 0, len(in))
	for _, n := range in {
		if n.ID == "" || seen[n.ID] {
			n.ID = uuid.NewString()
		}
		seen[n.ID] = true
		p, err := s.read(n)
		if err != nil {
			problems.Add("b."+n.ID, unreadable())
			continue
		}
		p.value.clean()
		for _, problem := range p.value.check(strict).List() {
			problems.Add("b."+n.ID+"."+problem.Name, problem.Text)
		}
		for _, slot := range p.value.slots() {
			*slot = p.kind.inner().clean(*slot, strict, seen, problems)
		}
		if n.Value, err = p.value.json(); err != nil {
			problems.Add("b."+n.ID, unreadable())
			continue
		}
		out = append(out, n)
	}
	return out
}
