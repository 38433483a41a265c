package admin

import (
	"net/url"
	"strconv"
	"strings"

	"ams/app/lang"
	"ams/app/listing"
	"ams/app/web"
	"ams/views"
)

// listPage is views/admin/list.
type listPage struct {
	views.Head
	Heading views.Heading
	Bar     listBar
	Region  listRegion
}

// listBar is search and filters.
type listBar struct {
	Action  string
	Search  *views.Input // nil where nothing can be searched
	Label   string
	Selects []listFilter
	unasked []string // keys of filters that only a link sets
}

// listFilter is one filter of the bar.
type listFilter struct {
	ID, Name, Label, Any string
	Options              []views.Option
	Active               bool
}

// listRegion is what another view of the list replaces.
type listRegion struct {
	Order   string
	Kept    []views.Hidden // what a link has narrowed the list to
	Chips   views.Filters
	Drill   *drill    // nil where nothing leads through the list by time
	Acts    *listActs // nil when there is nothing to do with ticked rows
	Table   views.Table
	ShowAll views.Link

	Problems views.Problems // with what was typed into the list
	Edits    listEdits
}

// listActs is what can be done with ticked rows.
type listActs struct {
	Action  string
	Options []views.Option
	Across  string // sentence of the box that means every row of the list; empty: all of them are on this page
	Ticked  string // "%d ticked", filled in by the browser
}

// names of the fields of a bulk action.
const (
	fieldAction = "action"
	fieldPicked = "_selected_action"
	fieldAcross = "select_across"
	fieldSure   = "post"
)

func (b *bound[M]) view(v *visit) listing.View {
	var columns, filters []string
	for _, c := range b.r.Columns {
		if c.Sort != "" {
			columns = append(columns, c.Key)
		}
	}
	for _, f := range b.r.Filters {
		filters = append(filters, f.Key)
	}
	view := listing.Parse(v.c.Values(), columns, filters)
	if len(b.r.Search) == 0 {
		view.Search = ""
	}
	return view
}

// list shows a page of the records.
func (b *bound[M]) list(v *visit) error {
	if err := v.need(view); err != nil {
		return err
	}
	page, err := b.listPage(v, edits{})
	if err != nil {
		return err
	}
	if v.c.HX() {
		v.c.Header("HX-Push-Url", b.face().path(v.a)+b.view(v).Query())
	}
	return web.Show(v.c, v.a.page.list, page)
}

// listPage is a page of the records, with what was typed into it.
func (b *bound[M]) listPage(v *visit, e edits) (page listPage, err error) {
	view := b.view(v)
	l, err := b.leaf(v.c.Context(), view)
	if err != nil {
		return page, err
	}
	view = l.view
	rows, err := b.rows(v.c.Context(), b.admin.db, l.ids)
	if err != nil {
		return page, err
	}
	bar, chips, err := b.bar(v, view)
	if err != nil {
		return page, err
	}
	region := listRegion{Order: view.OrderText(), Kept: bar.kept(view), Chips: chips, Drill: b.drill(v, l), Table: b.listTable(v, l, rows), Acts: b.acts(v, l, len(rows))}
	region.Table.Pager = views.NewPager("list-pager", v.say(lang.M("Pages of the list")), view.Page, l.pages, func(p int) string {
		return b.face().path(v.a) + view.OnPage(p).Query()
	})
	region.Table.Pager.Region = regionID
	if l.pages > 1 && l.total <= listing.ShowAll && !l.open {
		region.ShowAll = views.Link{Text: v.say(lang.M("Show all %d", l.total)), Href: b.face().path(v.a) + view.Whole().Query()}
	}
	if err := b.editing(v, view, rows, e, &region); err != nil {
		return page, err
	}
	page = listPage{Heading: views.Heading{Title: v.say(b.r.Many)}, Bar: bar, Region: region}
	if v.mayAdd(b.face()) {
		page.Heading.Primary = b.addAction(v)
	}
	page.Head = v.head(v.say(b.r.Many))
	return page, nil
}

const regionID = "list"

func (b *bound[M]) addAction(v *visit) views.Action {
	return views.Action{Text: v.say(lang.M("Add %s", b.r.One)), Href: b.face().adding(v.a), Icon: "plus-lg"}
}

func (b *bound[M]) bar(v *visit, view listing.View) (listBar, views.Filters, error) {
	bar := listBar{Action: b.face().path(v.a), Label: v.say(lang.M("Search %s", b.r.Many))}
	if len(b.r.Search) > 0 {
		bar.Search = &views.Input{Value: view.Search}
	}
	var chips views.Filters
	if view.Search != "" {
		chips.Chips = append(chips.Chips, views.Chip{
			Text: v.say(lang.M("Search: %s", view.Search)), Href: bar.Action + view.WithoutSearch().Query(),
		})
	}
	for _, f := range b.r.Filters {
		var options []views.Option
		if f.options != nil {
			var err error
			if options, err = f.options(v.c.Context(), v.tr); err != nil {
				return bar, chips, err
			}
		}
		if f.named != nil && len(options) == 0 {
			if err := f.chip(v, view, bar.Action, &chips); err != nil {
				return bar, chips, err
			}
			bar.unasked = append(bar.unasked, f.Key)
			continue
		}
		value := view.Filters[f.Key]
		if value == "" {
			value = f.Default
		}
		s := listFilter{ID: views.FieldID(f.Key), Name: f.Key, Label: v.say(f.Label), Any: v.say(lang.M("any")), Options: options}
		if f.Default != "" {
			s.Any = ""
		}
		if f.spoken != nil && f.spoken(v.tr, value) != "" {
			s.Options = append(s.Options, views.Option{Value: value, Text: f.spoken(v.tr, value)})
		}
		for i, o := range s.Options {
			if o.Value != value {
				continue
			}
			s.Options[i].Selected = true
			if s.Active = value != f.Default; s.Active {
				chips.Chips = append(chips.Chips, views.Chip{Text: s.Label + ": " + o.Text, Href: bar.Action + view.With(f.Key, "").Query()})
			}
		}
		bar.Selects = append(bar.Selects, s)
	}
	if len(chips.Chips) > 1 {
		chips.Clear = bar.Action + view.Cleared().Query()
	}
	return bar, chips, nil
}

// chip says what a link has narrowed the list to.
func (f Filter) chip(v *visit, view listing.View, list string, chips *views.Filters) error {
	name, err := f.named(v, view.Filters[f.Key])
	if name != "" {
		chips.Chips = append(chips.Chips, views.Chip{Text: v.say(f.Label) + ": " + name, Href: list + view.With(f.Key, "").Query()})
	}
	return err
}

// kept are the values of the filters that nobody chooses, which a search goes on from.
func (b listBar) kept(view listing.View) (all []views.Hidden) {
	for _, key := range b.unasked {
		if value := view.Filters[key]; value != "" {
			all = append(all, views.Hidden{Name: key, Value: value})
		}
	}
	return all
}

func (b *bound[M]) listTable(v *visit, l leaf, rows []*M) views.Table {
	view, address := l.view, b.face().path(v.a)
	t := views.Table{ID: "list-table", Region: regionID, Caption: v.say(b.r.Many), Count: v.say(lang.N("%d entry", "%d entries", l.total, l.total))}
	if l.open {
		t.Count = v.say(lang.M("More than %d entries", l.total))
		t.CountAll = views.Link{Text: v.say(lang.M("Count all")), Href: address + view.Count().Query()}
	}
	for _, c := range b.r.Columns {
		column := views.Column{Label: v.say(c.Label), Kind: c.Kind}
		if c.Sort != "" {
			priority, descending := view.Sorted(c.Key)
			column.Sort = views.Sort{
				Href: address + view.SortBy(c.Key).Query(), Ascending: priority > 0 && !descending, Descending: descending,
			}
			if len(view.Order) > 1 && priority > 0 {
				column.Sort.Priority = strconv.Itoa(priority)
			}
		}
		t.Columns = append(t.Columns, column)
	}
	if len(b.actions(v)) > 0 {
		t.Pick = views.Pick{Name: fieldPicked, Form: "actions", All: v.say(lang.M("Tick all on this page"))}
	}
	from := ""
	if q := view.Query(); q != "" {
		from = "?" + paramList + "=" + url.QueryEscape(strings.TrimPrefix(q, "?"))
	}
	for _, m := range rows {
		var cells []views.Cell
		for _, c := range b.r.Columns {
			cells = append(cells, c.Cell(v.tr, m))
		}
		cells[0].Href = b.face().record(v.a, b.id(m), change) + from
		if cells[0].Text == "" {
			cells[0].Text = b.name(v, m)
		}
		id := strconv.FormatInt(b.id(m), 10)
		t.Add("row-"+id, cells...)
		t.Rows[len(t.Rows)-1].Pick = views.Hidden{Name: v.say(lang.M("Tick %s", b.name(v, m))), Value: id}
	}
	t.Empty = b.empty(v, view)
	return t
}

func (b *bound[M]) empty(v *visit, view listing.View) views.Empty {
	if view.Search != "" || len(view.Filters) > 0 {
		return views.Empty{
			Icon: "search", Title: v.say(lang.M("Nothing fits")), Text: v.say(lang.M("No entry fits this search and these filters.")),
			Action: views.Action{Text: v.say(lang.M("Show all")), Href: b.face().path(v.a) + view.Cleared().Query()},
		}
	}
	e := views.Empty{Icon: b.r.Icon, Title: v.say(lang.M("Nothing here yet"))}
	if v.mayAdd(b.face()) {
		e.Text, e.Action = v.say(lang.M("What is added appears in this list.")), b.addAction(v)
	}
	return e
}

func (b *bound[M]) acts(v *visit, l leaf, shown int) *listActs {
	actions := b.actions(v)
	if len(actions) == 0 || shown == 0 {
		return nil
	}
	acts := &listActs{Action: b.face().path(v.a) + l.view.Query(), Ticked: v.say(lang.M("%s ticked", "{n}"))}
	for _, a := range actions {
		acts.Options = append(acts.Options, views.Option{Value: a.Name, Text: v.say(a.Label)})
	}
	switch {
	case l.open:
		acts.Across = v.say(lang.M("All that match"))
	case l.total > shown:
		acts.Across = v.say(lang.M("All %d that match", l.total))
	}
	return acts
}
