package accounts

import (
	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/privacy"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// dataPage is views/users/data.
type dataPage struct {
	views.Head
	Heading       views.Heading
	Download      views.Section
	DownloadLines []string
	File          views.Action // absent without a file
	Order         views.PostButton
	Erasure       views.Section
	ErasureLines  []string
	Keep          views.PostButton
	Ask           views.Action
}

// ownData shows what somebody can ask about their own data, and with ?about=erasure what that means.
func (h *Handler) ownData(c *web.Ctx, p account.Person) error {
	state, err := h.privacy.State(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if c.Query("about") == "erasure" && state.Erasure.IsZero() {
		return web.Show(c, h.page.question, erasureQuestion(c, p))
	}
	return web.Show(c, h.page.data, h.dataPage(c, p, state))
}

// actions of the forms on the page.
const (
	orderFile  = "export"
	askErasure = "erase"
	keepData   = "keep"
)

func (h *Handler) changeData(c *web.Ctx, p account.Person) error {
	var err error
	var done lang.Message
	switch c.Form("action") {
	case orderFile:
		done = lang.M("Your file is being prepared. You get an e-mail when it is ready.")
		err = h.privacy.RequestFile(c.Context(), p.ID)
	case askErasure:
		done = lang.M("The association was told that you want to be erased.")
		err = h.privacy.AskErasure(c.Context(), p)
	case keepData:
		done = lang.M("Your account stays. Nothing was erased.")
		err = h.privacy.KeepAccount(c.Context(), p)
	default:
		return fault.BadRequest(lang.Message{})
	}
	if err != nil {
		return err
	}
	c.Flash(session.Success, done)
	return web.Go(c, c.Path(privacy.Page))
}

// dataFile leads to the file. Its address works for an hour and stands on no page.
func (h *Handler) dataFile(c *web.Ctx, p account.Person) error {
	address, err := h.privacy.File(c.Context(), p.ID)
	if err != nil {
		return err
	}
	return web.Go(c, address)
}

func (h *Handler) dataPage(c *web.Ctx, p account.Person, s privacy.State) dataPage {
	title := c.Text(lang.M("Your data"))
	post := func(action string, submit views.Submit) views.PostButton {
		return views.PostButton{Action: c.Path(privacy.Page), Fields: []views.Hidden{{Name: "action", Value: action}}, Submit: submit}
	}
	page := dataPage{
		Head:     ownHead(c, p, title),
		Heading:  views.Heading{Title: title},
		Download: views.Section{Title: c.Text(lang.M("Download"))},
		DownloadLines: []string{c.Text(lang.M(
			"You can have a file with everything that is stored about you: account, addresses, memberships, purchases, invoices, messages and more. Passwords and what belongs to other people are not in it."))},
		Erasure: views.Section{Title: c.Text(lang.M("Erasure"))},
	}
	order, style := c.Text(lang.M("Prepare my file")), views.Primary
	if !s.Ready.IsZero() {
		order, style = c.Text(lang.M("Prepare a new file")), views.Secondary
		page.DownloadLines = append(page.DownloadLines, c.Text(lang.M("Your file of %s is ready. It is deleted on %s.", s.Ready, s.Until)))
		page.File = views.Action{Text: c.Text(lang.M("Download my data")), Href: c.Path(privacy.Page + "file/"), Icon: "download", Style: views.Primary}
	}
	switch {
	case !h.privacy.HasFiles():
		page.DownloadLines = []string{c.Text(lang.M("Files cannot be prepared here at the moment."))}
	case !s.Preparing.IsZero():
		page.DownloadLines = append(page.DownloadLines, c.Text(lang.M("Your file has been in preparation since %s. You get an e-mail when it is ready.", s.Preparing)))
	default:
		page.Order = post(orderFile, views.Submit{Text: order, Style: style})
	}
	if s.Erasure.IsZero() {
		page.ErasureLines = []string{c.Text(lang.M("You can ask the association to erase everything about you that it need not keep."))}
		page.Ask = views.Action{Text: c.Text(lang.M("What erasure means")), Href: c.Path(privacy.Page) + "?about=erasure"}
		return page
	}
	page.ErasureLines = []string{
		c.Text(lang.M("You asked to be erased on %s. Nothing has been erased yet: the staff of the association do it, and you get an e-mail then.", clock.DateOf(s.Erasure))),
		c.Text(lang.M("Until then you can change your mind.")),
	}
	page.Keep = post(keepData, views.Submit{Text: c.Text(lang.M("Keep my account")), Style: views.Secondary})
	return page
}

// erasureQuestion says what erasure does before somebody asks for it.
func erasureQuestion(c *web.Ctx, p account.Person) questionPage {
	title := c.Text(lang.M("Ask to be erased?"))
	return questionPage{
		Head: views.Head{Title: title, Crumbs: []views.Crumb{
			{Text: p.Label(), Href: c.Path(p.Page())}, {Text: c.Text(lang.M("Your data")), Href: c.Path(privacy.Page)},
		}},
		Confirmation: views.Confirmation{
			Title: title,
			Lines: c.Texts([]lang.Message{
				lang.M("Your name, username, e-mail addresses, password, picture and everything else on your profile go, and so do the texts of messages to you. You are signed out everywhere and cannot sign in any longer."),
				lang.M("Memberships that are still running are cancelled."),
				lang.M("Invoices stay, and the dates and amounts of memberships and purchases, without your name: an association has to keep its records of money. Its accounting system is not touched."),
				lang.M("Without your name it also keeps what it may have to prove: which terms were accepted and when, and what its staff did with the account."),
				lang.M("The staff of the association do it by hand. Until then you can change your mind; after that it cannot be undone."),
			}),
			Action: c.Path(privacy.Page), Fields: []views.Hidden{{Name: "action", Value: askErasure}},
			Submit: views.Submit{Text: c.Text(lang.M("Ask to be erased")), Style: views.DangerNow},
			Cancel: views.Link{Text: c.Text(lang.M("Keep my account")), Href: c.Path(privacy.Page)},
		},
	}
}
