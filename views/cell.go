package views

import (
	"html/template"
	"strings"
)

// A full list has a thousand cells, and most of them hold a text and nothing else. These are written here, with what
// surrounds each cell: a template takes several times as long. What is richer is left to the template, which has the text
// of a cell from here as well, so that nothing is written in two places.

// Run is a stretch of a row: markup that is written already, and a cell behind it that the template draws, if there is one.
type Run struct {
	Ready template.HTML
	Cell  *Cell
}

// Runs are the cells of the row, the first of which names it.
func (r Row) Runs() []Run {
	var runs []Run
	var out strings.Builder
	out.Grow(128 * len(r.Cells))
	end := ""
	for i := range r.Cells {
		c := &r.Cells[i]
		out.WriteString(end)
		if i == 0 {
			write(&out, `<th class="cell-`, escape(string(c.Kind)), `" scope="row" role="rowheader">`)
			end = "</th>\n"
		} else {
			write(&out, `<td class="cell-`, escape(string(c.Kind)), `" role="cell" data-label="`, escape(c.Label), `">`)
			end = "</td>\n"
		}
		if c.plain() {
			out.WriteString("<div>")
			c.words(&out)
			c.beneath(&out)
			out.WriteString("</div>")
			continue
		}
		runs = append(runs, Run{Ready: template.HTML(out.String()), Cell: c})
		out.Reset()
	}
	return append(runs, Run{Ready: template.HTML(out.String() + end)})
}

// plain tells whether there is nothing in the cell but a text, where it leads and a line beneath.
func (c *Cell) plain() bool {
	return c.Text != "" && c.ID == "" && !c.Along && c.Avatar.Name == "" && c.Edit.Form == "" &&
		len(c.Badges)+len(c.Lines)+len(c.Actions)+len(c.Posts) == 0
}

// Words are the cell's text, which may lead somewhere.
func (c Cell) Words() template.HTML { return written(c.words) }

// Beneath is the cell's second line.
func (c Cell) Beneath() template.HTML { return written(c.beneath) }

func (c *Cell) words(out *strings.Builder) {
	if c.Href == "" && c.Text == "" {
		return
	}
	end := "</span>"
	if c.Href == "" {
		out.WriteString("<span")
	} else {
		write(out, `<a href="`, target(c.Href), `"`)
		end = "</a>"
	}
	if c.Title != "" {
		write(out, ` title="`, escape(c.Title), `"`)
	}
	write(out, ">", escape(c.Text), end)
}

func (c *Cell) beneath(out *strings.Builder) {
	if c.Under != "" {
		write(out, `<span class="under">`, escape(c.Under), "</span>")
	}
}

func written(part func(*strings.Builder)) template.HTML {
	var out strings.Builder
	part(&out)
	return template.HTML(out.String())
}

func write(out *strings.Builder, texts ...string) {
	for _, t := range texts {
		out.WriteString(t)
	}
}

func escape(text string) string { return template.HTMLEscapeString(text) }

// target is where a link leads, as its attribute holds it. An address that does not belong to the web leads nowhere, and
// what an address cannot hold is encoded, both as html/template does it.
func target(href string) string {
	if scheme, _, found := strings.Cut(href, ":"); found && !strings.ContainsAny(scheme, "/?#") {
		switch strings.ToLower(scheme) {
		case "http", "https", "mailto":
		default:
			return "#"
		}
	}
	if strings.IndexFunc(href, odd) < 0 {
		return escape(href)
	}
	const hex = "0123456789abcdef"
	var out strings.Builder
	for i := range len(href) {
		if b := href[i]; odd(rune(b)) {
			out.Write([]byte{'%', hex[b>>4], hex[b&15]})
		} else {
			out.WriteByte(b)
		}
	}
	return escape(out.String())
}

// odd tells what an address cannot hold as it is.
func odd(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\"'()<>\\^`{|}", r) }
