package block

import (
	"regexp"
	"strings"

	"github.com/google/uuid"

	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// TitleKind is the one kind that shows a page's first heading.
const TitleKind = "title_block"

// dark is what titles have unless somebody chose a colour; they then follow the theme, which may be dark.
const dark = "#222222"

var hexColour = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)

// Title is the stored value of the large heading of a home page.
type Title struct {
	Title     TitleText `json:"title"`
	Subtitle  Subtitle  `json:"subtitle"`
	Alignment string    `json:"alignment"`
}

// TitleText is one of its texts.
type TitleText struct {
	Text   string `json:"text"`
	Size   string `json:"size"` // "1", the largest, to "6"
	Colour string `json:"colour"`
	Weight string `json:"font_weight"`
}

// Subtitle is the other.
type Subtitle struct {
	TitleText
	Position string `json:"position"`
}

func title(v *views.Set) Type {
	part := views.BindPart[views.TitleBlock](v, "block/title")
	return Of(Kind[Title]{
		Name: TitleKind,
		New: func() Title {
			text := TitleText{Size: "3", Colour: dark, Weight: "bold"}
			return Title{Title: text, Subtitle: Subtitle{TitleText: text, Position: "after"}, Alignment: "left"}
		},
		Check: func(t Title, s Strictness) fault.Fields {
			var p fault.Fields
			required(&p, s, "title.text", strings.TrimSpace(t.Title.Text))
			checkTitle(&p, "title", t.Title)
			checkTitle(&p, "subtitle", t.Subtitle.TitleText)
			choice(&p, "subtitle.position", t.Subtitle.Position, "before", "after")
			choice(&p, "alignment", t.Alignment, "left", "center")
			return p
		},
		View: func(t Title, e Env, _ []views.BlockList) (views.Block, error) {
			model := views.TitleBlock{
				Class: textClass(t.Alignment), Title: titleLine(t.Title), Subtitle: titleLine(t.Subtitle.TitleText),
				Above: t.Subtitle.Position == "before",
			}
			if len(model.Title.Lines) == 0 {
				return views.Block{}, nil
			}
			html, err := part.Render(string(e.Locale), model)
			return views.Block{Kind: TitleKind, HTML: html}, err
		},
	})
}

func checkTitle(p *fault.Fields, input string, t TitleText) {
	choice(p, input+".size", t.Size, "1", "2", "3", "4", "5", "6")
	choice(p, input+".font_weight", t.Weight, "bold", "semibold", "normal", "light")
	if !hexColour.MatchString(t.Colour) {
		p.Add(input+".colour", lang.M("Enter a colour such as #0d6efd."))
	}
}

func titleLine(t TitleText) views.TitleLine {
	line := views.TitleLine{Class: "display-" + t.Size + " fw-" + t.Weight}
	if t.Colour != dark {
		line.Colour = t.Colour
	}
	if text := strings.TrimSpace(t.Text); text != "" {
		line.Lines = strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	}
	return line
}

// nameItems completes the items of a list.
func nameItems(items []Column) {
	for i := range items {
		items[i].Type = "item"
		if items[i].ID == "" {
			items[i].ID = uuid.NewString()
		}
	}
}
