// Package terms is the pages of the legal texts: what is in force, and the page that asks people to accept it.
package terms

import (
	"html/template"

	"ams/app/clock"
	"ams/app/cms"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/app/terms"
	"ams/app/web"
	"ams/views"
)

// Handler serves the pages of the legal texts.
type Handler struct {
	terms *terms.Service
	site  *cms.Service
	page  struct {
		list   views.Page[listPage]
		accept views.Page[acceptPage]
	}
	form views.Part[acceptForm]
}

// New binds the pages.
func New(s *terms.Service, site *cms.Service, set *views.Set) *Handler {
	h := &Handler{terms: s, site: site, form: views.BindPart[acceptForm](set, "terms/accept#form")}
	h.page.list = views.BindPage[listPage](set, "terms/list")
	h.page.accept = views.BindPage[acceptPage](set, "terms/accept")
	return h
}

const (
	listPath   = "/terms/"
	acceptPath = "/terms/accept/"
)

// Routes mounts everything below /terms.
func (h *Handler) Routes(w *web.Web) {
	r := w.Localised("/terms")
	r.GET("/", h.list)
	r.Private().GET("/accept/", web.SignedIn(h.question))
	r.Private().POST("/accept/", web.SignedIn(h.accept))
}

// listPage is views/terms/list.
type listPage struct {
	views.Head
	Heading views.Heading
	Texts   []text
	Empty   views.Empty
	Earlier views.Section // absent where there is nothing earlier
	Table   views.Table
}

// text is views/terms/list#text: one legal text in a card.
type text struct {
	ID, Title           string
	TitleLang, BodyLang string // where they are not in the language of the page
	Focus               bool   // it came by itself, and is read next
	Since               string // version and day
	Body                template.HTML
	Accepted            views.Badge // absent where nobody or not yet
}

// texts are shown with their links leading on, whose targets are looked up together.
func (h *Handler) texts(c *web.Ctx, current []terms.Current) ([]text, error) {
	said := make([]string, len(current))
	for i, v := range current {
		said[i] = v.Content.In(c.Locale())
	}
	links, err := h.site.Links(c.Context(), c.Locale(), said...)
	if err != nil {
		return nil, err
	}
	all := make([]text, len(current))
	for i, v := range current {
		all[i] = newText(c, v, links)
	}
	return all, nil
}

func newText(c *web.Ctx, v terms.Current, links richtext.Links) text {
	t := text{
		Title: v.Name.In(c.Locale()), TitleLang: foreign(c, v.Name), BodyLang: foreign(c, v.Content),
		Since: c.Text(lang.M("Version %s, in force since %s", v.Label, clock.DateOf(v.From))),
		Body:  richtext.Render(richtext.Document, v.Content.In(c.Locale()), links),
	}
	if v.AcceptedAt != nil {
		t.Accepted = views.Badge{
			Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: c.Text(lang.M("You accepted this on %s", clock.DateOf(*v.AcceptedAt))),
			Title: c.Translator().Moment(*v.AcceptedAt),
		}
	}
	return t
}

// foreign is the language of a text that is missing in the language of the page.
func foreign(c *web.Ctx, t lang.Text) string {
	if c.Locale() == lang.MI && t.MI == "" {
		return string(lang.EN)
	}
	return ""
}

// list shows what is in force to everybody, and to people with an account what they accepted.
func (h *Handler) list(c *web.Ctx) error {
	current, err := h.terms.Latest(c.Context(), c.Person())
	if err != nil {
		return err
	}
	title := c.Text(lang.M("Terms and policies"))
	page := listPage{
		Head: views.Head{Title: title}, Heading: views.Heading{Title: title},
		Empty: views.Empty{
			Icon: "journal-text", Title: c.Text(lang.M("No terms yet")), Text: c.Text(lang.M("The legal texts of the association appear here once they are in force.")),
		},
	}
	if page.Texts, err = h.texts(c, current); err != nil {
		return err
	}
	for i, v := range current {
		page.Texts[i].ID = "term-" + v.Key
	}
	if !c.Person().SignedIn() {
		return web.Show(c, h.page.list, page)
	}
	earlier, err := h.terms.Earlier(c.Context(), c.Person())
	if err != nil {
		return err
	}
	if len(earlier) > 0 {
		page.Earlier = views.Section{Title: c.Text(lang.M("What you accepted earlier"))}
		page.Table = earlierTable(c, page.Earlier.Title, earlier)
	}
	return web.Show(c, h.page.list, page)
}

func earlierTable(c *web.Ctx, caption string, earlier []terms.Accepted) views.Table {
	t := views.Table{ID: "earlier", Caption: caption, Columns: []views.Column{
		{Label: c.Text(lang.M("Name")), Kind: views.KindText},
		{Label: c.Text(lang.M("Version")), Kind: views.KindText},
		{Label: c.Text(lang.M("Accepted on")), Kind: views.KindDate},
	}}
	for _, a := range earlier {
		t.Add("", views.Cell{Text: a.Name.In(c.Locale())}, views.Cell{Text: a.Label}, views.Cell{
			Text: c.Translator().ShortDate(clock.DateOf(a.AcceptedAt)), Title: c.Translator().Moment(a.AcceptedAt),
		})
	}
	return t
}
