// Package listing is how a long list is looked at: search, filters, order and page, all of them in the address.
package listing

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Names of the parameters in addresses.
const (
	paramOrder  = "o"
	paramPage   = "p"
	paramSearch = "q"
	paramAll    = "all"
	paramCount  = "count"
)

// Size is the number of rows of a page; ShowAll is how many there may be to see them all at once.
const (
	Size    = 100
	ShowAll = 200
)

// deepest keeps page numbers within what a database counts.
const deepest = 1_000_000

// By is one column that a list is sorted by.
type By struct {
	Key        string
	Descending bool
}

// View is one way to look at a list. It never changes; its methods give others.
type View struct {
	Search  string
	Order   []By // the first is the most important; empty is the list's own order
	Page    int  // from 1
	All     bool
	Counted bool // all rows, however many
	Filters map[string]string
}

// Parse reads a view. Only the columns and filters that exist count; what does not parse is left out.
func Parse(q url.Values, columns, filters []string) View {
	v := View{Search: norm.NFC.String(strings.TrimSpace(q.Get(paramSearch))), Page: 1, All: q.Get(paramAll) != "", Counted: q.Get(paramCount) != "", Filters: map[string]string{}}
	if n, err := strconv.Atoi(q.Get(paramPage)); err == nil {
		v.Page = min(max(n, 1), deepest)
	}
	for _, part := range strings.Split(q.Get(paramOrder), ".") {
		key, descending := strings.CutPrefix(part, "-")
		if slices.Contains(columns, key) && v.position(key) < 0 {
			v.Order = append(v.Order, By{Key: key, Descending: descending})
		}
	}
	for _, key := range filters {
		if value := q.Get(key); value != "" {
			v.Filters[key] = value
		}
	}
	return v
}

func (v View) position(key string) int {
	return slices.IndexFunc(v.Order, func(b By) bool { return b.Key == key })
}

// Query is the view as it stands in an address, "" for the list as it is by itself.
func (v View) Query() string {
	q := url.Values{}
	for key, value := range v.Filters {
		q.Set(key, value)
	}
	if v.Search != "" {
		q.Set(paramSearch, v.Search)
	}
	if v.Page > 1 {
		q.Set(paramPage, strconv.Itoa(v.Page))
	}
	if v.All {
		q.Set(paramAll, "1")
	}
	if v.Counted {
		q.Set(paramCount, "1")
	}
	if o := v.OrderText(); o != "" {
		q.Set(paramOrder, o)
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// OrderText is the order as it stands in an address.
func (v View) OrderText() string {
	parts := make([]string, len(v.Order))
	for i, b := range v.Order {
		parts[i] = b.Key
		if b.Descending {
			parts[i] = "-" + b.Key
		}
	}
	return strings.Join(parts, ".")
}

// Words are what a row has to hold, all of them; a quoted phrase is one.
func (v View) Words() []string {
	var words []string
	for i, part := range strings.Split(v.Search, `"`) {
		if i%2 == 1 && strings.TrimSpace(part) != "" {
			words = append(words, strings.TrimSpace(part))
			continue
		}
		words = append(words, strings.Fields(part)...)
	}
	const most = 10 // words of a search; more only make it slow
	return words[:min(len(words), most)]
}

// Sorted tells how a column takes part in the order: its priority from 1, 0 for not at all.
func (v View) Sorted(key string) (priority int, descending bool) {
	if i := v.position(key); i >= 0 {
		return i + 1, v.Order[i].Descending
	}
	return 0, false
}

// SortBy is what a click on a column's head does: it becomes the most important, then turns round, then is left out.
func (v View) SortBy(key string) View {
	i := v.position(key)
	rest := slices.DeleteFunc(slices.Clone(v.Order), func(b By) bool { return b.Key == key })
	switch {
	case i == 0 && v.Order[0].Descending:
		v.Order = rest
	default:
		v.Order = append([]By{{Key: key, Descending: i == 0}}, rest...)
	}
	return v.onPage(1)
}

// OnPage is another page of the same view, whose rows stay counted.
func (v View) OnPage(n int) View {
	kept := v.onPage(n)
	kept.Counted = v.Counted
	return kept
}

func (v View) onPage(n int) View {
	v.Page, v.All, v.Counted = n, false, false
	return v
}

// Whole shows every row at once.
func (v View) Whole() View {
	v.Page, v.All = 1, true
	return v
}

// Count counts all rows.
func (v View) Count() View {
	v.Counted = true
	return v
}

// WithoutSearch looks for nothing.
func (v View) WithoutSearch() View {
	v.Search = ""
	return v.onPage(1)
}

// With narrows by a filter; an empty value takes it away.
func (v View) With(key, value string) View {
	narrowed := map[string]string{}
	for k, old := range v.Filters {
		narrowed[k] = old
	}
	delete(narrowed, key)
	if value != "" {
		narrowed[key] = value
	}
	v.Filters = narrowed
	return v.onPage(1)
}

// Cleared is the list in its own state; only the order stays.
func (v View) Cleared() View {
	v.Filters, v.Search = nil, ""
	return v.onPage(1)
}
