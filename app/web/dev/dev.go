// Package dev is what developers see and nobody else: the inbox of everything sent, and the page of shared parts.
package dev

import (
	"context"
	"net/http"

	"ams/app/dev/inbox"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// most is how many messages the inbox shows.
const most = 100

// Handler serves the pages of the local and test profiles.
type Handler struct {
	mail *inbox.Inbox
	page struct {
		list    views.Page[listPage]
		message views.Page[messagePage]
		parts   views.Page[views.PartsPage]
	}
}

type (
	listPage struct {
		views.Head
		Heading views.Heading
		Table   views.Table
	}
	messagePage struct {
		views.Head
		Heading views.Heading
		Facts   views.Facts
		Text    string
	}
)

// New binds the pages.
func New(mail *inbox.Inbox, set *views.Set) *Handler {
	h := &Handler{mail: mail}
	h.page.list = views.BindPage[listPage](set, "dev/inbox")
	h.page.message = views.BindPage[messagePage](set, "dev/message")
	h.page.parts = views.BindPage[views.PartsPage](set, "dev/parts")
	return h
}

// Routes mounts /dev.
func (h *Handler) Routes(w *web.Web) {
	r := w.Plain("/dev").Private()
	r.GET("/mail", h.list)
	r.GET("/mail.json", h.json)
	r.GET("/mail/:id/", h.message)
	r.GET("/mail/:id/html", h.html)
	r.GET("/parts/", h.parts)
}

func (h *Handler) parts(c *web.Ctx) error { return web.Show(c, h.page.parts, views.SampleParts()) }

func (h *Handler) json(c *web.Ctx) error {
	entries, err := h.entries(c.Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, entries)
}

func (h *Handler) entries(ctx context.Context) ([]inbox.Entry, error) {
	entries, err := h.mail.List(ctx, most)
	if entries == nil {
		entries = []inbox.Entry{}
	}
	return entries, err
}

func (h *Handler) list(c *web.Ctx) error {
	entries, err := h.entries(c.Context())
	if err != nil {
		return err
	}
	title := c.Text(lang.M("Inbox of this machine"))
	table := views.Table{
		ID:      "inbox",
		Caption: title,
		Columns: []views.Column{
			{Label: c.Text(lang.M("Subject"))}, {Label: c.Text(lang.M("To"))}, {Label: c.Text(lang.M("Sent"))},
		},
		Empty: views.Empty{
			Icon: "inbox", Title: c.Text(lang.M("Nothing was sent yet")),
			Text: c.Text(lang.M("Every message of this site ends here instead of with its receiver.")),
		},
	}
	for _, e := range entries {
		table.Add("message-"+e.ID, views.Cell{Text: e.Subject, Href: "/dev/mail/" + e.ID + "/"},
			views.Cell{Text: e.To}, views.Cell{Text: c.Translator().Moment(e.SentAt)})
	}
	return web.Show(c, h.page.list, listPage{Head: views.Head{Title: title}, Heading: views.Heading{Title: title}, Table: table})
}

func (h *Handler) message(c *web.Ctx) error {
	m, err := h.mail.Message(c.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	facts := views.Facts{Facts: []views.Fact{
		{Term: c.Text(lang.M("To")), Text: m.To},
		{Term: c.Text(lang.M("From")), Text: m.From},
		{Term: c.Text(lang.M("Sent")), Text: c.Translator().Moment(m.SentAt)},
	}}
	return web.Show(c, h.page.message, messagePage{
		Head: views.Head{Title: m.Subject, Crumbs: []views.Crumb{{Text: c.Text(lang.M("Inbox of this machine")), Href: "/dev/mail"}}},
		Heading: views.Heading{Title: m.Subject, Others: []views.Action{
			{Text: c.Text(lang.M("As it looks")), Href: "/dev/mail/" + m.ID + "/html", Icon: "eye", NewTab: true},
		}},
		Facts: facts, Text: m.Text,
	})
}

// html shows the HTML part as a mail program does: with its own styles, without scripts.
func (h *Handler) html(c *web.Ctx) error {
	m, err := h.mail.Message(c.Context(), c.Param("id"))
	if err != nil {
		return err
	}
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'")
	return c.Plain(http.StatusOK, "text/html; charset=utf-8", m.HTML)
}
