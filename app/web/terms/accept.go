package terms

import (
	"strconv"

	"ams/app/account"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/terms"
	"ams/app/web"
	"ams/views"
)

// acceptPage is views/terms/accept.
type acceptPage struct {
	views.Head
	Heading views.Heading
	Form    acceptForm
}

// acceptForm is views/terms/accept#form: one text and the button that accepts it.
type acceptForm struct {
	Action  string
	Notice  views.Message
	Count   string // "1 of 3"; empty where this one is all
	Text    text
	Hidden  []views.Hidden
	Buttons views.Buttons
}

// question shows the first text that the person has still to accept, or leads on.
func (h *Handler) question(c *web.Ctx, p account.Person) error {
	open, err := h.terms.Pending(c.Context(), p)
	if err != nil {
		return err
	}
	if len(open) == 0 {
		return web.Go(c, c.NextOr("/"))
	}
	form, err := h.acceptForm(c, open)
	if err != nil {
		return err
	}
	title := c.Text(lang.M("Please read and accept"))
	return web.Show(c, h.page.accept, acceptPage{
		Head: views.Head{Title: title, Crumbs: []views.Crumb{{Text: c.Text(lang.M("Terms and policies")), Href: c.Path(listPath)}}},
		Heading: views.Heading{
			Title: title, Lead: c.Text(lang.M("You can go on once you have accepted the current terms of the association.")),
		},
		Form: form,
	})
}

// accept records what was shown, and leads to the next text or to where the person wanted to go.
func (h *Handler) accept(c *web.Ctx, p account.Person) error {
	accepted, err := h.terms.Accept(c.Context(), p, terms.Consent{
		Version: number(c.Form("term_version")), Revision: number(c.Form("revision")), Address: c.Client(), Agent: c.UserAgent(),
	})
	if err != nil {
		return err
	}
	open, err := h.terms.Pending(c.Context(), p)
	if err != nil {
		return err
	}
	changed := lang.M("This text has changed since you opened it, so nothing was recorded. Please read what it says now.")
	tells := !accepted && c.Form("term_version") != "" && len(open) > 0
	switch {
	case !c.HX():
		if tells {
			c.Flash(session.Warning, changed)
		}
		return web.Go(c, href.WithNext(c.Path(acceptPath), c.Next()))
	case len(open) == 0:
		return web.Go(c, c.NextOr("/"))
	}
	form, err := h.acceptForm(c, open)
	if err != nil {
		return err
	}
	form.Text.Focus = true
	if tells {
		form.Notice = views.Message{Level: views.LevelWarning, Text: c.Text(changed)}
	}
	return web.Swap(c, h.form, form)
}

// number is 0 for what is none, which is the id of nothing.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// acceptForm asks about the first of those that are open.
func (h *Handler) acceptForm(c *web.Ctx, open []terms.Current) (acceptForm, error) {
	first := open[0]
	shown, err := h.texts(c, open[:1])
	if err != nil {
		return acceptForm{}, err
	}
	f := acceptForm{
		Action: c.Path(acceptPath), Text: shown[0],
		Hidden: []views.Hidden{
			{Name: "term_version", Value: strconv.FormatInt(first.ID, 10)},
			{Name: "revision", Value: strconv.FormatInt(first.Revision, 10)},
			{Name: "next", Value: c.Next()},
		},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("I accept"))},
			Cancel: views.Link{Text: c.Text(lang.M("Sign out")), Href: c.Path(account.SignOutPath)},
		},
	}
	if len(open) > 1 {
		f.Count = c.Text(lang.M("1 of %d", len(open)))
	}
	return f, nil
}
