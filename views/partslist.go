package views

import "strconv"

// Kind says how the cells of a column are set.
type Kind string

// The kinds of columns.
const (
	KindText    Kind = "text"
	KindNumber  Kind = "number" // right-aligned, tabular figures; money too
	KindDate    Kind = "date"
	KindBadge   Kind = "badge"
	KindLink    Kind = "link"
	KindActions Kind = "actions" // the last, quiet column; its label is only heard
)

// Table (shared/table) is a list. Its first column is the name and the link. Under 640 px each row becomes a card with
// the same order of facts. Replace it as a whole by its ID; sort links and pager do so.
type Table struct {
	ID      string
	Caption string // always there for screen readers
	Shown   bool   // the caption is also seen: tables without a heading above
	Count   string // "24 people", announced after a swap
	// CountAll leads to the exact number where Count is "More than 10000 people". Zero: Count is exact.
	CountAll Link
	Columns  []Column
	Rows     []Row
	Pick     Pick   // tick-boxes in front of the rows
	Region   string // id of what another order replaces; empty: the table itself
	Empty    Empty  // instead of a table without rows
	Pager    Pager
}

// Pick names the tick-boxes of a Table's rows. Zero: there are none.
type Pick struct {
	Name string
	Form string // id of the form that they belong to
	All  string // label of the box that ticks all of them
}

// Column is a column of a Table.
type Column struct {
	Label string
	Kind  Kind
	Sort  Sort
}

// Swaps is the id of what another order replaces.
func (t Table) Swaps() string {
	if t.Region != "" {
		return t.Region
	}
	return t.ID
}

// Quiet columns have a label that is only heard.
func (c Column) Quiet() bool { return c.Kind == KindActions }

// Sort makes a column's label a link that sorts by it. Zero: the column cannot be sorted.
type Sort struct {
	Href       string
	Ascending  bool // at most one of these
	Descending bool
	Priority   string // "2" where several columns sort
}

// State is the value of aria-sort.
func (s Sort) State() string {
	switch {
	case s.Ascending:
		return "ascending"
	case s.Descending:
		return "descending"
	}
	return "none"
}

// Row is a row of a Table; make it with Table.Add.
type Row struct {
	ID    string
	Cells []Cell
	Pick  Hidden // value of the row's tick-box, and the label it has
}

// Box is the tick-box of a row.
func (t Table) Box(r Row) Pickbox { return Pickbox{Pick: t.Pick, Row: r.Pick} }

// Pickbox (shared/table#pick) is one tick-box.
type Pickbox struct {
	Pick Pick
	Row  Hidden
}

// Cell is a fact of a row: text or a link, a second line, badges, lines or actions.
type Cell struct {
	ID      string // for a cell that comes anew by itself
	Along   bool   // as in Card
	Label   string // of its column; Table.Add sets it
	Kind    Kind   // of its column; Table.Add sets it
	Text    string
	Href    string
	Title   string // the exact date, where Text is relative
	Under   string // second, muted line
	Avatar  Avatar
	Badges  []Badge
	Lines   []CellLine
	Actions []Action
	Posts   []PostButton // beside Actions, for acts that need no question
	Edit    CellEdit     // instead of everything else
}

// CellEdit is a value that can be changed in its table: an input or a tick-box of a form that stands elsewhere.
type CellEdit struct {
	Form  string // its id
	Field Field
}

// CellLine (shared/line) is one of several things in a cell: an invoice and its state.
type CellLine struct {
	ID     string
	Link   Link
	Text   string // beneath
	NewTab bool
	Badge  Badge
	Poll   Poll   // while it changes by itself
	Told   string // what a screen reader hears once it has changed
}

// Poll has a part replace itself by a fragment after a while. Zero: never.
type Poll struct {
	Href  string
	After string // "2s"
}

// Blank tells whether the cell lacks a fact, which a dash shows. No actions is nothing to show.
func (c Cell) Blank() bool {
	return c.Kind != KindActions && c.Edit.Form == "" && c.Text == "" && len(c.Badges)+len(c.Lines)+len(c.Actions)+len(c.Posts) == 0
}

// Add appends a row; its cells stand in the order of the columns.
func (t *Table) Add(id string, cells ...Cell) {
	t.label(cells)
	t.Rows = append(t.Rows, Row{ID: id, Cells: cells})
}

func (t *Table) label(cells []Cell) {
	for i := range min(len(cells), len(t.Columns)) {
		cells[i].Label, cells[i].Kind = t.Columns[i].Label, t.Columns[i].Kind
	}
}

// Edit puts what can be changed in the table into a cell.
func (t *Table) Edit(row, column int, e CellEdit) {
	cells := t.Rows[row].Cells
	cells[column] = Cell{Edit: e}
	t.label(cells)
}

// Pager (shared/pager) leads through the pages of a list: numbers around the current one, and "load more" with htmx,
// which appends the next page to the element Target. Zero: absent, as on a list of one page.
type Pager struct {
	ID         string
	Label      string // "Pages of the members list"
	Target     string // id of the element whose children are the entries; empty: no "load more"
	Region     string // id of what another page replaces; empty: the whole page
	Top        string // id of what is in view then, where it is only a part of Region
	Prev, Next string // addresses; empty at the ends
	Pages      []PagerPage
}

// InView is the id of what another page brings into view.
func (p Pager) InView() string {
	if p.Top != "" {
		return p.Top
	}
	return p.Region
}

// PagerPage is a number of a Pager, or the gap between numbers.
type PagerPage struct {
	Number  string
	Href    string
	Current bool
	Gap     bool
	Far     bool // first and last page, left out on a phone
}

// NewPager shows the pages within two of page, the first and the last. href gives the address of a page. A list of
// one page has no pager.
func NewPager(id, label string, page, pages int, href func(page int) string) Pager {
	if pages < 2 {
		return Pager{}
	}
	page = min(max(page, 1), pages)
	p := Pager{ID: id, Label: label}
	if page > 1 {
		p.Prev = href(page - 1)
	}
	if page < pages {
		p.Next = href(page + 1)
	}
	from, to := max(page-2, 1), min(page+2, pages)
	add := func(n int, far bool) {
		p.Pages = append(p.Pages, PagerPage{Number: strconv.Itoa(n), Href: href(n), Current: n == page, Far: far})
	}
	if from > 1 {
		add(1, true)
	}
	if from > 2 {
		p.Pages = append(p.Pages, PagerPage{Gap: true, Far: true})
	}
	for n := from; n <= to; n++ {
		add(n, false)
	}
	if to < pages-1 {
		p.Pages = append(p.Pages, PagerPage{Gap: true, Far: true})
	}
	if to < pages {
		add(pages, true)
	}
	return p
}

// Filters (shared/filters) shows what a list is narrowed to; each chip is a link to the list without it. Zero: absent.
type Filters struct {
	Chips []Chip
	Clear string // address of the whole list
}

// Chip is a filter that can be removed.
type Chip struct {
	Text string // "Status: active"
	Href string // the list without this filter
}
