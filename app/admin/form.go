package admin

import (
	"net/url"
	"strconv"

	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// formPage is views/admin/form.
type formPage struct {
	views.Head
	Heading      views.Heading
	Notes        []views.Message
	Acts         []views.PostButton
	Related      []views.Link
	Form         recordForm
	Facts        views.Facts
	FactsTitle   string
	Lines        []entryLine
	HistoryTitle string
	History      views.Link
}

// recordForm is the form of a record.
type recordForm struct {
	ID, Action string
	Problems   views.Problems
	Hidden     []views.Hidden
	Sections   []views.FormSection
	Tables     []inlineTable
	Bar        views.SaveBar
	Writable   bool
}

// lookup is suggestions for a text that is being typed.
type lookup struct{ Names []string }

// draft is a record while its form is filled in.
type draft[M any] struct {
	m        *M
	adding   bool
	writable bool
	typed    url.Values // nil until something was sent
	problems fault.Fields
	version  int64
	tables   []openTable
}

func (b *bound[M]) fields(sections []Section[M]) (all []field.Field[M]) {
	for _, s := range sections {
		all = append(all, s.Fields...)
	}
	return all
}

func (b *bound[M]) sections(adding bool) []Section[M] {
	if adding && b.r.Add != nil {
		return b.r.Add
	}
	return b.r.Sections
}

// takes tells whether the form takes a value for a field from this person.
func (b *bound[M]) takes(v *visit, d *draft[M], f field.Field[M]) bool {
	meta := f.Meta()
	if !d.writable || meta.ReadOnly || meta.OnceOnly && !d.adding || !f.Asked(d.m) {
		return false
	}
	return b.r.Lock == nil || !b.r.Lock(v.by, d.m, meta.Key)
}

func (b *bound[M]) fresh() *M {
	if b.r.New != nil {
		return b.r.New()
	}
	return new(M)
}

func (b *bound[M]) newForm(v *visit) error {
	if err := b.needAdd(v); err != nil {
		return err
	}
	page, err := b.addPage(v, &draft[M]{m: b.fresh(), adding: true, writable: true})
	if err != nil {
		return err
	}
	return web.Show(v.c, v.a.page.form, page)
}

func (b *bound[M]) needAdd(v *visit) error {
	if b.r.Write.Create == nil {
		return fault.Forbidden(lang.M("Entries of this kind are not added by hand."))
	}
	if b.face().both {
		if err := v.need(change); err != nil {
			return err
		}
	}
	return v.need(add)
}

func (b *bound[M]) addPage(v *visit, d *draft[M]) (formPage, error) {
	title := v.say(lang.M("Add %s", b.r.One))
	page := formPage{Head: v.head(title, v.listCrumb()), Heading: views.Heading{Title: title}}
	err := b.fillForm(v, d, &page, v.onward(b.face().adding(v.a)))
	return page, err
}

// changeForm shows a record, as a form to those who may change it.
func (b *bound[M]) changeForm(v *visit) error {
	if err := v.need(view); err != nil {
		return err
	}
	return b.recordOf(v, func(m *M) error {
		d, err := b.open(v, m)
		if err != nil {
			return err
		}
		page, err := b.changePage(v, d)
		if err != nil {
			return err
		}
		return web.Show(v.c, v.a.page.form, page)
	})
}

// recordOf goes on with the record of the address, or answers that there is none.
func (b *bound[M]) recordOf(v *visit, goOn func(*M) error) error {
	id, ok := v.recordID()
	if !ok {
		return v.gone()
	}
	m, found, err := b.one(v.c.Context(), b.admin.db, id)
	if err != nil {
		return err
	}
	if !found {
		return v.gone()
	}
	return goOn(m)
}

// open is the draft of a stored record.
func (b *bound[M]) open(v *visit, m *M) (*draft[M], error) {
	d := &draft[M]{m: m, version: b.version(m)}
	d.writable = b.r.Write.Update != nil && v.may(b.face(), change) && b.veto(v, m).Empty()
	for _, in := range b.r.Inlines {
		t, err := in.open(v, b.id(m), d.writable)
		if err != nil {
			return nil, err
		}
		if t != nil {
			d.tables = append(d.tables, t)
		}
	}
	return d, nil
}

func (b *bound[M]) veto(v *visit, m *M) lang.Message {
	if b.r.Veto == nil {
		return lang.Message{}
	}
	return b.r.Veto(v.by, m)
}

func (b *bound[M]) changePage(v *visit, d *draft[M]) (formPage, error) {
	id := b.id(d.m)
	name := b.name(v, d.m)
	page := formPage{Head: v.head(name, v.listCrumb()), Heading: views.Heading{Title: name, Under: v.say(b.r.One)}}
	if b.r.Avatar != nil {
		page.Heading.Avatar = b.r.Avatar(v.c, d.m)
	}
	if why := b.veto(v, d.m); !why.Empty() {
		page.Notes = append(page.Notes, views.Message{Level: views.LevelInfo, Text: v.say(why), Standing: true})
	}
	page.Notes = append(page.Notes, b.notes(v, d.m)...)
	if b.r.Site != nil {
		if p := b.r.Site(d.m); p != "" {
			page.Heading.Others = append(page.Heading.Others, views.Action{Text: v.say(lang.M("View on site")), Href: v.c.Path(p), Icon: "eye"})
		}
	}
	page.Acts, page.Related = append(b.offered(v, d.m), b.deeds(v, d.m)...), b.related(v, d.m)
	entries, err := historyOf(v.c.Context(), b.admin.db, b.face().key(), id, 0, 5, b.parts(v)...)
	if err != nil {
		return page, err
	}
	page.HistoryTitle, page.Lines = v.say(lang.M("History")), b.values(v, entries)
	page.History = views.Link{Text: v.say(lang.M("Whole history")), Href: v.onward(b.face().record(v.a, id, history))}
	err = b.fillForm(v, d, &page, v.onward(b.face().record(v.a, id, change)))
	return page, err
}

func (b *bound[M]) notes(v *visit, m *M) (out []views.Message) {
	if b.r.Notes == nil {
		return nil
	}
	for _, n := range b.r.Notes(m) {
		level := views.LevelInfo
		if n.Warns {
			level = views.LevelWarning
		}
		out = append(out, views.Message{Level: level, Text: v.say(n.Text), Standing: true})
	}
	return out
}

// related are the lists that the record leads to, as far as the person may see them.
func (b *bound[M]) related(v *visit, m *M) (links []views.Link) {
	for _, r := range b.r.Onward {
		query := r.query(m)
		if query == "" {
			continue
		}
		for _, e := range b.admin.entities {
			if f := e.face(); f.key() == r.Entity && f.on && v.may(f, view) {
				links = append(links, views.Link{Text: v.say(f.many), Href: f.path(b.admin) + query})
			}
		}
	}
	return links
}

// fillForm makes the controls, with what was typed and what was wrong with it.
func (b *bound[M]) fillForm(v *visit, d *draft[M], page *formPage, action string) error {
	form := recordForm{ID: "record", Action: action, Writable: d.writable}
	if q := v.carried(); q != "" {
		form.Hidden = append(form.Hidden, views.Hidden{Name: paramList, Value: q})
	}
	if !d.adding {
		form.Hidden = append(form.Hidden, views.Hidden{Name: b.counter(), Value: strconv.FormatInt(d.version, 10)})
	}
	var controls []views.Field
	for _, s := range b.sections(d.adding) {
		section := views.FormSection{Legend: v.say(s.Title), Help: v.say(s.Help)}
		for _, f := range s.Fields {
			if !f.Asked(d.m) {
				continue
			}
			inputs, err := b.inputs(v, d, f)
			if err != nil {
				return err
			}
			if f.Meta().Aside {
				page.Facts.Facts = append(page.Facts.Facts, factOf(inputs)...)
				continue
			}
			wrong(v, inputs, d.problems)
			section.Fields = append(section.Fields, inputs...)
		}
		controls = append(controls, section.Fields...)
		if len(section.Fields) > 0 {
			form.Sections = append(form.Sections, section)
		}
	}
	for _, t := range d.tables {
		shown, inputs, err := t.show(v, d.typed, d.problems)
		if err != nil {
			return err
		}
		form.Tables = append(form.Tables, shown)
		controls = append(controls, inputs...)
	}
	page.FactsTitle = v.say(lang.M("Facts"))
	form.Problems = summary(v, d.problems, controls)
	form.Bar = b.saveBar(v, d)
	page.Form = form
	return nil
}

func (b *bound[M]) inputs(v *visit, d *draft[M], f field.Field[M]) ([]views.Field, error) {
	if b.takes(v, d, f) || f.Meta().Computed {
		return f.Inputs(v.c.Context(), v.tr, d.m, d.typed)
	}
	if s, ok := f.(field.Shower[M]); ok {
		if shown, err := s.Shown(v.c.Context(), v.tr, d.m); err != nil || shown != nil {
			return shown, err
		}
	}
	recorded, err := f.Record(v.c.Context(), d.m)
	if err != nil {
		return nil, err
	}
	return []views.Field{field.Static(v.tr, f.Meta(), f.Word(v.tr, recorded))}, nil
}

func factOf(inputs []views.Field) (facts []views.Fact) {
	for _, i := range inputs {
		if i.Static != nil && i.Static.Text != "" {
			facts = append(facts, views.Fact{Term: i.Label, Text: i.Static.Text, Href: i.Static.Href})
		}
	}
	return facts
}

// wrong puts problems beside their controls.
func wrong(v *visit, inputs []views.Field, problems fault.Fields) {
	for i := range inputs {
		inputs[i].Errors = v.c.Texts(problems.Of(inputs[i].Name))
	}
}

// summary lists all problems. One without a control to stand beside concerns the whole form.
func summary(v *visit, problems fault.Fields, controls []views.Field) views.Problems {
	shown := map[string]bool{}
	for _, c := range controls {
		shown[c.Name] = true
	}
	var general []string
	for _, p := range problems.List() {
		if !shown[p.Name] {
			general = append(general, v.say(p.Text))
		}
	}
	return views.ProblemsOf(general, controls...)
}

func (b *bound[M]) saveBar(v *visit, d *draft[M]) views.SaveBar {
	bar := views.SaveBar{
		Submit: views.Submit{Text: v.say(lang.M("Save")), Name: "_save", Value: "1"},
		Cancel: views.Link{Text: v.say(lang.M("Back to the list")), Href: v.back()},
	}
	more := func(name string, text lang.Message) {
		bar.Others = append(bar.Others, views.Submit{Text: v.say(text), Name: name, Value: "1", Style: views.Secondary})
	}
	if !b.r.Stay || !d.adding {
		more("_continue", lang.M("Save and stay"))
	}
	if v.mayAdd(b.face()) {
		more("_addanother", lang.M("Save and add another"))
	}
	if !d.adding && b.r.Write.Delete != nil && v.may(b.face(), remove) && b.veto(v, d.m).Empty() {
		bar.Apart = views.Action{
			Text: v.say(lang.M("Delete")), Href: v.onward(b.face().record(v.a, b.id(d.m), remove)), Icon: "trash", Style: views.Danger,
		}
	}
	return bar
}
