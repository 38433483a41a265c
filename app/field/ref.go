package field

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// Record is a record that can be chosen.
type Record struct {
	ID   int64
	Name string
}

// Chooser offers the records of one entity.
type Chooser interface {
	// Offer gives all records when there are no more than most; else whole is false and only those of ids are given.
	Offer(ctx context.Context, most int, ids []int64) (records []Record, whole bool, err error)
	// Find gives the records that a text names, a handful at most.
	Find(ctx context.Context, text string) ([]Record, error)
	// Lookup is the address that gives options for a text while it is typed.
	Lookup() string
}

// Few is how many records still fit into a list to choose one from, Many how many where nothing can be typed instead:
// tick-boxes, which have a filter, and the filters of a list.
const (
	Few  = 100
	Many = 500
)

// RefField asks for another record.
type RefField[M any, V int64 | *int64] struct {
	common[*RefField[M, V], M]
	at    func(*M) *V
	to    Chooser
	name  func(*M) string // of the record that is stored; nil: it is looked up
	typed bool            // never a list
}

// Ref asks for another record: from a list where there are few, else by typing its name. 0 or nil is none.
func Ref[M any, V int64 | *int64](key string, label lang.Message, at func(*M) *V, to Chooser) *RefField[M, V] {
	f := &RefField[M, V]{at: at, to: to}
	f.init(f, key, label)
	return f
}

// Known names the record without looking it up, where the model brings it along; "" where it does not.
func (f *RefField[M, V]) Known(name func(*M) string) *RefField[M, V] {
	f.name = name
	return f
}

// Typed asks by typing a name also where there are few records, so that nothing is loaded to show what Known names.
func (f *RefField[M, V]) Typed() *RefField[M, V] { f.typed = true; return f }

func (f *RefField[M, V]) get(m *M) int64 {
	switch p := any(f.at(m)).(type) {
	case *int64:
		return *p
	case **int64:
		if *p != nil {
			return **p
		}
	}
	return 0
}

func (f *RefField[M, V]) set(m *M, id int64) {
	switch p := any(f.at(m)).(type) {
	case *int64:
		*p = id
	case **int64:
		*p = nil
		if id != 0 {
			*p = &id
		}
	}
}

// Read takes an id or a name.
func (f *RefField[M, V]) Read(ctx context.Context, answer url.Values, m *M, p *fault.Fields) error {
	text := strings.TrimSpace(answer.Get(f.meta.Key))
	if text == "" {
		f.set(m, 0)
		f.missing(p, f.meta.Key)
		return nil
	}
	if id, err := strconv.ParseInt(text, 10, 64); err == nil {
		records, _, err := f.to.Offer(ctx, Few, []int64{id})
		if err != nil {
			return err
		}
		if slices.ContainsFunc(records, func(r Record) bool { return r.ID == id }) {
			f.set(m, id)
			return nil
		}
	}
	found, err := f.to.Find(ctx, text)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(found, func(r Record) bool { return r.Name == text }); i >= 0 {
		found = found[i : i+1]
	}
	switch len(found) {
	case 0:
		f.choose(p)
	case 1:
		f.set(m, found[0].ID)
	default:
		p.Add(f.meta.Key, lang.M("“%s” could be several entries. Choose one from the suggestions.", text))
	}
	return nil
}

// Inputs is a select, or an input with suggestions.
func (f *RefField[M, V]) Inputs(ctx context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	if f.typed {
		return []views.Field{f.input(tr, f.shown(typed, f.meta.Key, f.name(m)))}, nil
	}
	id := f.get(m)
	records, whole, err := f.to.Offer(ctx, Few, chosen(id))
	if err != nil {
		return nil, err
	}
	if whole {
		v := views.SelectField(f.meta.Key, tr.Say(f.meta.Label), f.shown(typed, f.meta.Key, digits(id)), options(records))
		v.Select.Empty = tr.Say(lang.M("None"))
		if !f.meta.Optional {
			v.Select.Empty = tr.Say(lang.M("Choose"))
		}
		return []views.Field{f.finish(tr, v)}, nil
	}
	return []views.Field{f.input(tr, f.shown(typed, f.meta.Key, names(records)))}, nil
}

// input is where a name is typed.
func (f *RefField[M, V]) input(tr *lang.Translator, value string) views.Field {
	v := views.TextField(f.meta.Key, tr.Say(f.meta.Label), value)
	v.Input.Width, v.Input.Autocomplete, v.Input.Lookup, v.Input.Plain = views.Width40, "off", f.to.Lookup(), true
	v = f.finish(tr, v)
	if v.Help == "" {
		v.Help = tr.Say(lang.M("Type a part of the name and choose from the suggestions."))
	}
	return v
}

func chosen(id int64) []int64 {
	if id == 0 {
		return nil
	}
	return []int64{id}
}

func digits(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

func options(records []Record) []views.Option {
	out := make([]views.Option, 0, len(records))
	for _, r := range records {
		out = append(out, views.Option{Value: digits(r.ID), Text: r.Name})
	}
	return out
}

func names(records []Record) string {
	parts := make([]string, 0, len(records))
	for _, r := range records {
		parts = append(parts, r.Name)
	}
	return strings.Join(parts, ", ")
}

// Raw is the id.
func (f *RefField[M, V]) Raw(m *M) string { return digits(f.get(m)) }

// Record is the name, because the record may be gone when history is read.
func (f *RefField[M, V]) Record(ctx context.Context, m *M) (string, error) {
	if f.name != nil {
		if name := f.name(m); name != "" {
			return name, nil
		}
	}
	return recordNames(ctx, f.to, chosen(f.get(m)))
}

func recordNames(ctx context.Context, to Chooser, ids []int64) (string, error) {
	if len(ids) == 0 {
		return "", nil
	}
	records, _, err := to.Offer(ctx, Few, ids)
	records = slices.DeleteFunc(records, func(r Record) bool { return !slices.Contains(ids, r.ID) })
	return names(records), err
}

// RefsField asks for any number of other records.
type RefsField[M any] struct {
	common[*RefsField[M], M]
	at func(*M) *[]int64
	to Chooser
}

// Refs asks for other records.
func Refs[M any](key string, label lang.Message, at func(*M) *[]int64, to Chooser) *RefsField[M] {
	f := &RefsField[M]{at: at, to: to}
	f.init(f, key, label)
	f.meta.Optional = true
	return f
}

// Read takes ids.
func (f *RefsField[M]) Read(ctx context.Context, answer url.Values, m *M, p *fault.Fields) error {
	ids := []int64{}
	for _, text := range answer[f.meta.Key] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			f.choose(p)
			return nil
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		*f.at(m) = ids
		f.missing(p, f.meta.Key)
		return nil
	}
	records, _, err := f.to.Offer(ctx, Few, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(records, func(r Record) bool { return r.ID == id }) {
			f.choose(p)
			return nil
		}
	}
	*f.at(m) = ids
	return nil
}

// Inputs are tick-boxes.
func (f *RefsField[M]) Inputs(ctx context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	records, _, err := f.to.Offer(ctx, Many, *f.at(m))
	if err != nil {
		return nil, err
	}
	var values []string
	for _, id := range *f.at(m) {
		values = append(values, digits(id))
	}
	if typed != nil {
		values = typed[f.meta.Key]
	}
	v := f.finish(tr, views.ChecksField(f.meta.Key, tr.Say(f.meta.Label), values, options(records)))
	v.Checks.Long = len(records) > longList
	if len(records) == 0 {
		v = Static(tr, f.meta, "")
	}
	return []views.Field{v}, nil
}

// Raw is the ids.
func (f *RefsField[M]) Raw(m *M) string {
	parts := make([]string, 0, len(*f.at(m)))
	for _, id := range *f.at(m) {
		parts = append(parts, digits(id))
	}
	return strings.Join(parts, ",")
}

// Record is the names.
func (f *RefsField[M]) Record(ctx context.Context, m *M) (string, error) {
	return recordNames(ctx, f.to, *f.at(m))
}
