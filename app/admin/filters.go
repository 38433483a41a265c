package admin

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/views"
)

// Filter narrows a list.
type Filter struct {
	Key     string
	Label   lang.Message
	Default string // value without any in the address
	options func(context.Context, *lang.Translator) ([]views.Option, error)
	narrow  func(q *bun.SelectQuery, value string, today clock.Date) bool // false: there is no such value
	// spoken names a value that is none of the options, "" when there is no such value; nil: there are no others.
	spoken func(tr *lang.Translator, value string) string
	dated  dated // what it narrows by, where that is a time
	drills bool  // links above the list lead through years, months and days
	// named instead of options makes a filter that a link brings (Onward) and that nobody chooses: it names its value.
	named func(v *visit, value string) (string, error)
}

// Case is one value of a Cases filter.
type Case struct {
	Value string
	Label lang.Message
	Where string // SQL, ?0 is today; empty: everything
}

// Cases narrows by conditions.
func Cases(key string, label lang.Message, cases ...Case) Filter {
	return Filter{
		Key: key, Label: label,
		options: func(_ context.Context, tr *lang.Translator) (out []views.Option, _ error) {
			for _, c := range cases {
				out = append(out, views.Option{Value: c.Value, Text: tr.Say(c.Label)})
			}
			return out, nil
		},
		narrow: func(q *bun.SelectQuery, value string, today clock.Date) bool {
			i := slices.IndexFunc(cases, func(c Case) bool { return c.Value == value })
			switch {
			case i < 0 || cases[i].Where == "":
			case strings.Contains(cases[i].Where, "?0"):
				q.Where(cases[i].Where, today)
			default:
				q.Where(cases[i].Where)
			}
			return i >= 0
		},
	}
}

// YesNo narrows by a condition or its opposite.
func YesNo(key string, label lang.Message, condition string) Filter {
	return Cases(key, label,
		Case{"1", lang.M("Yes"), condition}, Case{"0", lang.M("No"), "NOT (" + condition + ")"})
}

// OneOf narrows by the value of a column.
func OneOf(key string, label lang.Message, column string, options ...field.Option) Filter {
	return Filter{
		Key: key, Label: label,
		options: func(_ context.Context, tr *lang.Translator) (out []views.Option, _ error) {
			for _, o := range options {
				out = append(out, views.Option{Value: o.Value, Text: tr.Say(o.Label)})
			}
			return out, nil
		},
		narrow: func(q *bun.SelectQuery, value string, _ clock.Date) bool {
			known := slices.ContainsFunc(options, func(o field.Option) bool { return o.Value == value })
			if known {
				q.Where("? = ?", bun.Safe(column), value)
			}
			return known
		},
	}
}

// Related narrows to the rows that belong to a record; where is SQL with one placeholder, its id. Of more records than a
// list can offer none is chosen here: then it is as Whose.
func Related(key string, label lang.Message, where string, to field.Chooser) Filter {
	return Filter{
		Key: key, Label: label,
		options: func(ctx context.Context, _ *lang.Translator) (out []views.Option, err error) {
			records, _, err := to.Offer(ctx, field.Many, nil) // none where they are too many
			for _, r := range records {
				out = append(out, views.Option{Value: strconv.FormatInt(r.ID, 10), Text: r.Name})
			}
			return out, err
		},
		narrow: byID(where),
		named: calling(func(v *visit, id int64) ([]field.Record, error) {
			records, _, err := to.Offer(v.c.Context(), 0, []int64{id})
			return records, err
		}),
	}
}

// Whose is Related for records of an entity that are too many to choose from in a list: a link leads to what belongs to one
// of them. Who may not see that one reads its number.
func Whose(key string, label lang.Message, where, of string) Filter {
	return Filter{
		Key: key, Label: label, narrow: byID(where),
		named: calling(func(v *visit, id int64) ([]field.Record, error) {
			e, known := v.a.find(of)
			if !known || !v.may(e.face(), view) {
				return nil, nil
			}
			return e.offer().named(v.c.Context(), []int64{id})
		}),
	}
}

// calling names the record of an id, by its number where find does not give it.
func calling(find func(*visit, int64) ([]field.Record, error)) func(*visit, string) (string, error) {
	return func(v *visit, value string) (string, error) {
		id, err := strconv.ParseInt(value, 10, 64)
		if err != nil { // then it narrows nothing
			return "", nil
		}
		records, err := find(v, id)
		for _, r := range records {
			if r.ID == id {
				return r.Name, err
			}
		}
		return value, err
	}
}

func byID(where string) func(*bun.SelectQuery, string, clock.Date) bool {
	return func(q *bun.SelectQuery, value string, _ clock.Date) bool {
		id, err := strconv.ParseInt(value, 10, 64)
		if err == nil {
			q.Where(where, id)
		}
		return err == nil
	}
}
