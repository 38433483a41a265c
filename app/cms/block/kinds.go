package block

import (
	"slices"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/views"
)

// Sets are the lists of blocks that there are.
type Sets struct{ Home, Content Set }

// Bind declares all kinds and binds their templates.
func Bind(v *views.Set) Sets {
	base := NewSet(heading(v), paragraph(v))
	columns := columns(v, base)
	return Sets{Home: base.With(title(v), columns), Content: base.With(columns)}
}

// Heading is the stored value of a heading.
type Heading struct {
	Text      string `json:"heading_text"`
	Size      string `json:"size"`
	Alignment string `json:"alignment"`
}

func heading(v *views.Set) Type {
	part := views.BindPart[views.HeadingBlock](v, "block/heading")
	return Of(Kind[Heading]{
		Name: "heading_block",
		New:  func() Heading { return Heading{Alignment: "left"} },
		Check: func(h Heading, s Strictness) fault.Fields {
			var p fault.Fields
			required(&p, s, "heading_text", h.Text)
			required(&p, s, "size", h.Size)
			choice(&p, "size", h.Size, "h2", "h3", "h4", "")
			choice(&p, "alignment", h.Alignment, "left", "center")
			return p
		},
		View: func(h Heading, e Env, _ []views.BlockList) (views.Block, error) {
			if h.Text == "" {
				return views.Block{}, nil
			}
			model := views.HeadingBlock{H3: h.Size == "h3", H4: h.Size == "h4", Class: textClass(h.Alignment), Text: h.Text}
			html, err := part.Render(string(e.Locale), model)
			return views.Block{Kind: "heading_block", HTML: html}, err
		},
	})
}

func paragraph(v *views.Set) Type {
	part := views.BindPart[views.ParagraphBlock](v, "block/paragraph")
	return Of(Kind[string]{
		Name:  "paragraph_block",
		New:   func() string { return "" },
		Clean: func(text *string) { *text = richtext.Clean(richtext.Paragraph, *text) },
		Check: func(text string, s Strictness) fault.Fields {
			var p fault.Fields
			required(&p, s, "value", richtext.Plain(text))
			return p
		},
		Refs: func(text string) []Ref { return links(text) },
		View: func(text string, e Env, _ []views.BlockList) (views.Block, error) {
			html := richtext.Render(richtext.Paragraph, text, e.Links)
			if html == "" {
				return views.Block{}, nil
			}
			html, err := part.Render(string(e.Locale), views.ParagraphBlock{HTML: html})
			return views.Block{Kind: "paragraph_block", HTML: html}, err
		},
	})
}

// Columns is the stored value of columns.
type Columns struct {
	Layout  string   `json:"layout"`
	Columns []Column `json:"columns"`
}

// Column is one of them, in the form of every list item.
type Column struct {
	ID    string `json:"id"`
	Type  string `json:"type"` // "item"
	Value Stream `json:"value"`
}

func columns(v *views.Set, base Set) Type {
	part := views.BindPart[views.ColumnsBlock](v, "block/columns")
	return Of(Kind[Columns]{
		Name:  "columns_block",
		Inner: base,
		New:   func() Columns { return Columns{Layout: "2-equal"} },
		Clean: func(c *Columns) { nameItems(c.Columns) },
		Check: checkColumns,
		Slots: func(c *Columns) []*Stream {
			slots := make([]*Stream, len(c.Columns))
			for i := range c.Columns {
				slots[i] = &c.Columns[i].Value
			}
			return slots
		},
		View: func(c Columns, e Env, inside []views.BlockList) (views.Block, error) {
			widths := columnWidths(c.Layout)
			var model views.ColumnsBlock
			for i, list := range inside {
				model.Columns = append(model.Columns, views.BlockColumn{Class: widths[i], Blocks: list})
			}
			html, err := part.Render(string(e.Locale), model)
			return views.Block{Kind: "columns_block", HTML: html}, err
		},
	})
}

func checkColumns(c Columns, _ Strictness) fault.Fields {
	var p fault.Fields
	choice(&p, "layout", c.Layout, "2-equal", "3-equal", "4-equal", "2-thirds-1-third", "1-third-2-thirds")
	if want := len(columnWidths(c.Layout)); !p.Any() && len(c.Columns) != want {
		p.Add("columns", lang.M("The layout %s has %d columns, but there are %d. Add or remove columns, or choose another layout.",
			c.Layout, want, len(c.Columns)))
	}
	return p
}

// columnWidths has one class for each column of a layout.
func columnWidths(layout string) []string {
	const half, third, quarter, twoThirds = "col-12 col-md-6", "col-12 col-md-4", "col-12 col-sm-6 col-lg-3", "col-12 col-md-8"
	switch layout {
	case "2-equal":
		return []string{half, half}
	case "3-equal":
		return []string{third, third, third}
	case "4-equal":
		return []string{quarter, quarter, quarter, quarter}
	case "2-thirds-1-third":
		return []string{twoThirds, third}
	case "1-third-2-thirds":
		return []string{third, twoThirds}
	}
	return nil
}

func links(text string) []Ref {
	pages, documents := richtext.Targets(text)
	refs := make([]Ref, 0, len(pages)+len(documents))
	for _, id := range pages {
		refs = append(refs, Ref{Kind: RefPage, ID: id})
	}
	for _, id := range documents {
		refs = append(refs, Ref{Kind: RefDocument, ID: id})
	}
	return refs
}

func textClass(alignment string) string {
	if alignment == "center" {
		return "text-center"
	}
	return "text-start"
}

func required(p *fault.Fields, s Strictness, input, value string) {
	if s == Publish && value == "" {
		p.Add(input, lang.M("Fill this in."))
	}
}

func choice(p *fault.Fields, input, value string, offered ...string) {
	if !slices.Contains(offered, value) {
		p.Add(input, lang.M("Choose one of the options."))
	}
}

func unreadable() lang.Message {
	return lang.M("This block cannot be read. Delete it and add it again.")
}
