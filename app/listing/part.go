package listing

import (
	"net/url"
	"slices"
	"strconv"

	"ams/views"
)

// Part is one of several lists on a page. Each has an order and a page of its own in the address, under parameters that
// begin with its name, and a link of one keeps those of the others. It never changes.
type Part struct {
	name   string
	path   string     // of the page
	others url.Values // the address without what is about this list
	by     By         // zero: the list's own order
	page   int        // from 1
}

// PartSize is the number of rows of a page of a Part.
const PartSize = 25

// ParsePart reads one list of the page at path from its address. Only the columns that exist count.
func ParsePart(path string, q url.Values, name string, columns ...string) Part {
	p := Part{name: name, path: path, others: url.Values{}, page: 1}
	for key, values := range q {
		if key != p.sortParam() && key != p.pageParam() {
			p.others[key] = values
		}
	}
	order := Parse(url.Values{paramOrder: q[p.sortParam()], paramPage: q[p.pageParam()]}, columns, nil)
	p.page = order.Page
	if len(order.Order) > 0 {
		p.by = order.Order[0]
	}
	return p
}

func (p Part) sortParam() string { return p.name + "-sort" }

func (p Part) pageParam() string { return p.name + "-page" }

// By is the column that the list is sorted by; without a key it has its own order.
func (p Part) By() By { return p.by }

// Page is which page is shown, from 1.
func (p Part) Page() int { return p.page }

// Offset is the number of rows before the page.
func (p Part) Offset() int { return (p.page - 1) * PartSize }

// OnPage is another page in the same order.
func (p Part) OnPage(n int) Part {
	p.page = n
	return p
}

// Address is the page with this list as it is, and the others as they are.
func (p Part) Address() string {
	q := url.Values{}
	for key, values := range p.others {
		q[key] = slices.Clone(values)
	}
	if p.by.Key != "" {
		q.Set(p.sortParam(), View{Order: []By{p.by}}.OrderText())
	}
	if p.page > 1 {
		q.Set(p.pageParam(), strconv.Itoa(p.page))
	}
	if len(q) == 0 {
		return p.path
	}
	return p.path + "?" + q.Encode()
}

// Sort is the head of a column: a click sorts by it, then the other way round, then not at all.
func (p Part) Sort(key string) views.Sort {
	current := View{Page: 1}
	if p.by.Key != "" {
		current.Order = []By{p.by}
	}
	s := views.Sort{Ascending: p.by == By{Key: key}, Descending: p.by == By{Key: key, Descending: true}}
	next := p.OnPage(1)
	next.by = By{}
	if after := current.SortBy(key).Order; len(after) > 0 && after[0].Key == key {
		next.by = after[0]
	}
	s.Href = next.Address()
	return s
}

// PartsID is the element of a page that holds all its lists: another order of one changes the links of the others.
const PartsID = "lists"

// Arrange gives a table the list's order and pages. keys are what its columns are sorted by, in their order, "" for those
// that are not; label names the pages, of which so many rows make as many as are needed.
func (p Part) Arrange(t *views.Table, label string, rows int, keys ...string) {
	t.Region = PartsID
	for i, key := range keys {
		if key != "" {
			t.Columns[i].Sort = p.Sort(key)
		}
	}
	pages := (rows + PartSize - 1) / PartSize
	t.Pager = views.NewPager(p.name+"-pager", label, p.page, pages, func(n int) string { return p.OnPage(n).Address() })
	t.Pager.Region, t.Pager.Top = PartsID, t.ID
}
