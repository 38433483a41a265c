package admin

import (
	"net/url"

	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/views"
)

// inlineTable is a table of a form.
type inlineTable struct {
	Key, Title string
	Heads      []string
	Rows       []inlineRow
	Removes    bool
	RemoveHead string
	Empty      string
	Hidden     []views.Hidden
	Stack      []views.Field // instead of Rows
}

// Section gives what is stacked to its own partial.
func (t inlineTable) Section() views.FormSection {
	return views.FormSection{Legend: t.Title, Fields: t.Stack}
}

// inlineRow is one record of a table.
type inlineRow struct {
	Token, Name string
	Cells       []inlineCell
	Remove      *views.Field
}

// inlineCell is the controls of one field.
type inlineCell struct {
	Label  string
	Fields []views.Field
}

// show makes the table; the fields come back for the summary of problems.
func (o *opened[C]) show(v *visit, typed url.Values, p fault.Fields) (inlineTable, []views.Field, error) {
	t := inlineTable{Key: o.t.key, Title: o.t.label, Removes: o.cuts, RemoveHead: v.say(lang.M("Delete")), Empty: v.say(lang.M("None."))}
	for _, f := range o.t.fields {
		t.Heads = append(t.Heads, v.say(f.Meta().Label))
	}
	var controls []views.Field
	for _, r := range o.rows {
		line := inlineRow{Token: r.token, Name: v.say(lang.M("New"))}
		if r.before != nil {
			line.Name = o.t.title(r.before)
			if o.mayChange(r) || o.cuts {
				t.Hidden = append(t.Hidden, views.Hidden{Name: o.prefix(r) + inputWas, Value: o.print(r.before)})
			}
		}
		var answer url.Values
		if r.before == nil {
			answer = url.Values{} // an empty row stays empty, whatever its zero values are
		}
		if typed != nil && (r.before == nil || o.mayChange(r)) {
			answer = below(typed, o.prefix(r))
		}
		for at, f := range o.t.fields {
			inputs, err := o.inputs(v, r, f, answer)
			if err != nil {
				return t, nil, err
			}
			if at == 0 && o.t.to != nil && r.before != nil && inputs[0].Static != nil {
				inputs[0].Static.Href = o.t.to(r.before)
			}
			for i := range inputs {
				inputs[i].Name = o.prefix(r) + inputs[i].Name
				inputs[i].ID = views.FieldID(inputs[i].Name)
				if r.before == nil {
					inputs[i].Optional = true
				}
			}
			wrong(v, inputs, p)
			controls = append(controls, inputs...)
			line.Cells = append(line.Cells, inlineCell{Label: v.say(f.Meta().Label), Fields: inputs})
			if o.t.stack {
				t.Stack = append(t.Stack, inputs...)
			}
		}
		if r.before != nil && o.mayCut(r) {
			box := views.CheckField(o.prefix(r)+"DELETE", v.say(lang.M("Delete %s", line.Name)), r.gone)
			line.Remove = &box
		}
		t.Rows = append(t.Rows, line)
	}
	return t, controls, nil
}

func (o *opened[C]) inputs(v *visit, r *row[C], f field.Field[C], answer url.Values) ([]views.Field, error) {
	if o.takes(r, f) || f.Meta().Computed {
		return f.Inputs(v.c.Context(), v.tr, r.after, answer)
	}
	if o.t.stack {
		inputs, err := f.Inputs(v.c.Context(), v.tr, r.after, nil)
		for i := range inputs {
			inputs[i].Disabled = true
		}
		return inputs, err
	}
	recorded, err := f.Record(v.c.Context(), r.after)
	if err != nil {
		return nil, err
	}
	if r.before == nil {
		recorded = ""
	}
	return []views.Field{field.Static(v.tr, f.Meta(), f.Word(v.tr, recorded))}, nil
}
