package accounts

import (
	"errors"
	"slices"
	"strconv"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// mailboxPage is views/accounts/email.
type mailboxPage struct {
	views.Head
	Heading views.Heading
	Manage  mailboxes
}

// mailboxes is its part that changes: the addresses with what can be done to one of them, and the form for a further one.
type mailboxes struct {
	Action   string // address
	Legend   string
	Lines    []mailboxLine
	Buttons  views.Buttons
	Add      views.Form
	AddTitle views.Section
	Messages views.Messages // of what was done, where the part comes alone
}

type mailboxLine struct {
	ID, Email string
	Chosen    bool
	Badges    []views.Badge
}

func (h *Handler) mailboxes(c *web.Ctx, p account.Person) error {
	part, err := h.manage(c, p, "", h.mailboxForm(c, ""))
	if err != nil {
		return err
	}
	return web.Show(c, h.page.mailboxes, newMailboxPage(c, p, part))
}

// changeMailboxes does what the pressed button says.
func (h *Handler) changeMailboxes(c *web.Ctx, p account.Person) error {
	email := c.Form("email")
	switch {
	case c.Posted().Has("action_add"):
		return h.addMailbox(c, p, email)
	case c.Posted().Has("action_primary"):
		changed, err := h.people.PreferMailbox(c.Context(), p, email, c.Origin())
		return h.managed(c, p, email, err, done(changed, lang.M("%s is your primary address now.", account.CanonicalEmail(email))))
	case c.Posted().Has("action_send"):
		came, err := h.people.AskMailbox(c.Context(), p, email)
		return h.managed(c, p, email, err, asked(came, account.CanonicalEmail(email)))
	case c.Posted().Has("action_remove"):
		dropped, err := h.people.DropMailbox(c.Context(), p, email, c.Origin())
		return h.managed(c, p, "", err, done(dropped, lang.M("%s is removed.", account.CanonicalEmail(email))))
	}
	return h.managed(c, p, "", nil, nil)
}

func (h *Handler) addMailbox(c *web.Ctx, p account.Person, email string) error {
	added, err := h.people.AddMailbox(c.Context(), p, email)
	if problems, refused := fault.Problems(err); refused {
		form := refuse(c, h.mailboxForm(c, email), problems)
		part, err := h.manage(c, p, "", form)
		if err != nil {
			return err
		}
		return web.Invalid(c, h.page.mailboxes, newMailboxPage(c, p, part), h.form, form)
	}
	return h.managed(c, p, added, err, done(true, lang.M("%s is added. Follow the link in the message that we send to it, to confirm that it is yours.", added)))
}

// word is a message about what was done, nil for none.
type word struct {
	level session.Level
	text  lang.Message
}

func done(something bool, text lang.Message) *word {
	if !something {
		return nil
	}
	return &word{session.Success, text}
}

func asked(came account.Asked, email string) *word {
	switch came {
	case account.AskedAndSent:
		return &word{session.Info, lang.M("We have sent a confirmation message to %s.", email)}
	case account.AskedOfConfirmed:
		return &word{session.Info, lang.M("%s is confirmed already.", email)}
	}
	return nil
}

// managed leads back to the page, or swaps the part of it that changes. A refusal that people may read is a message.
func (h *Handler) managed(c *web.Ctx, p account.Person, chosen string, err error, w *word) error {
	if told, ok := errors.AsType[*fault.Error](err); ok && told.Kind == fault.Clash {
		err, w = nil, &word{session.Failure, told.Text}
	}
	if err != nil {
		return err
	}
	if !c.HX() {
		if w != nil {
			c.Flash(w.level, w.text)
		}
		return web.Go(c, c.Path(account.AddressesPath))
	}
	part, err := h.manage(c, p, chosen, h.mailboxForm(c, ""))
	if err != nil {
		return err
	}
	if w != nil {
		part.Messages.Messages = []views.Message{{Level: views.Level(w.level), Text: c.Text(w.text)}}
	}
	c.Header("HX-Retarget", "#addresses") // the form for a further address would only replace itself
	c.Header("HX-Reswap", "morph")
	return web.Swap(c, h.manages, part)
}

// manage lists the addresses; chosen is preselected, else the primary one.
func (h *Handler) manage(c *web.Ctx, p account.Person, chosen string, add views.Form) (mailboxes, error) {
	all, err := h.people.Mailboxes(c.Context(), p)
	if err != nil {
		return mailboxes{}, err
	}
	m := mailboxes{
		Action: c.Path(account.AddressesPath), Legend: c.Text(lang.M("Your addresses")),
		Add: add, AddTitle: views.Section{Title: c.Text(lang.M("Add an address"))},
	}
	chosen = account.CanonicalEmail(chosen)
	known := slices.ContainsFunc(all, func(a account.Mailbox) bool { return a.Email == chosen })
	open := false
	for i, a := range all {
		line := mailboxLine{ID: "address-" + strconv.Itoa(i), Email: a.Email, Chosen: a.Primary && !known || a.Email == chosen}
		line.Badges = []views.Badge{{Tone: views.ToneWarning, Icon: "hourglass-split", Text: c.Text(lang.M("Unverified"))}}
		if a.Verified {
			line.Badges[0] = views.Badge{Tone: views.ToneSuccess, Icon: "check-circle-fill", Text: c.Text(lang.M("Verified"))}
		}
		if a.Primary {
			line.Badges = append(line.Badges, views.Badge{Tone: views.TonePrimary, Icon: "star-fill", Text: c.Text(lang.M("Primary"))})
		}
		open = open || !a.Verified
		m.Lines = append(m.Lines, line)
	}
	m.Buttons = mailboxButtons(c, len(all) > 1, open)
	return m, nil
}

// mailboxButtons leave out what no address of the list needs.
func mailboxButtons(c *web.Ctx, several, unverified bool) (b views.Buttons) {
	var all []views.Submit
	if several {
		all = append(all, views.Submit{Text: c.Text(lang.M("Make primary")), Name: "action_primary", Value: "1", Style: views.Secondary})
	}
	if unverified {
		all = append(all, views.Submit{Text: c.Text(lang.M("Send the confirmation again")), Name: "action_send", Value: "1", Style: views.Secondary})
	}
	if several {
		all = append(all, views.Submit{
			Text: c.Text(lang.M("Remove")), Name: "action_remove", Value: "1", Style: views.Danger, Icon: "trash",
			Ask: views.Ask{
				Title: c.Text(lang.M("Remove %s?", "{email}")), Style: views.DangerNow, Confirm: c.Text(lang.M("Remove")),
				Message: c.Text(lang.M("You can no longer sign in with it, and invitations to it no longer reach you.")),
			},
		})
	}
	b.Others = all
	return b
}

func (h *Handler) mailboxForm(c *web.Ctx, typed string) views.Form {
	email := views.EmailField("email", c.Text(lang.M("E-mail address")), typed)
	email.Help = c.Text(lang.M("We send a message to it, to make sure that it is yours."))
	return views.Form{
		ID: "add-address", Action: c.Path(account.AddressesPath), Fields: []views.Field{email},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Add the address")), Name: "action_add", Value: "1"}},
	}
}

func newMailboxPage(c *web.Ctx, p account.Person, part mailboxes) mailboxPage {
	title := c.Text(lang.M("E-mail addresses"))
	return mailboxPage{
		Head: ownHead(c, p, title), Manage: part,
		Heading: views.Heading{
			Title: title, Lead: c.Text(lang.M("You can sign in with every address that is verified. Messages go to the primary one.")),
		},
	}
}
