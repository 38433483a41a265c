package accounts

import (
	"strconv"
	"strings"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

const (
	setPath       = "/accounts/password/set/"
	elsewherePath = "/accounts/logout/elsewhere/"
)

// passwordPage is views/accounts/password: a form, and what else keeps others out.
type passwordPage struct {
	views.Head
	Heading   views.Heading
	Form      views.Form
	Elsewhere views.Section
	Sentence  string
	End       views.PostButton
}

// newPassword leads to the form that fits: for somebody who has a password, or for somebody who has none.
func (h *Handler) newPassword(c *web.Ctx, p account.Person) error {
	return h.fitting(c, p, true)
}

func (h *Handler) firstPassword(c *web.Ctx, p account.Person) error {
	return h.fitting(c, p, false)
}

func (h *Handler) fitting(c *web.Ctx, p account.Person, change bool) error {
	has, err := h.people.HasPassword(c.Context(), p)
	if err != nil {
		return err
	}
	if has != change {
		fits := setPath
		if has {
			fits = account.PasswordPath
		}
		return web.Go(c, sibling(c, fits))
	}
	return web.Show(c, h.page.password, newPasswordPage(c, p, change, h.passwordForm(c, change)))
}

func (h *Handler) changePassword(c *web.Ctx, p account.Person) error {
	has, err := h.people.HasPassword(c.Context(), p)
	if err != nil {
		return err
	}
	if !has {
		return web.Go(c, sibling(c, setPath))
	}
	hash, err := h.people.ChangePassword(c.Context(), p, c.Form("oldpassword"), typedPassword(c), c.Origin())
	if err == nil {
		c.Prove()
	}
	return h.changed(c, p, true, hash, err)
}

func (h *Handler) setPassword(c *web.Ctx, p account.Person) error {
	hash, err := h.people.SetPassword(c.Context(), p, typedPassword(c), c.Origin())
	if fault.KindOf(err) == fault.Clash {
		return web.Go(c, sibling(c, account.PasswordPath))
	}
	return h.changed(c, p, false, hash, err)
}

// changed answers a form that stored a password, or did not. Here the person stays signed in.
func (h *Handler) changed(c *web.Ctx, p account.Person, change bool, hash string, err error) error {
	if problems, refused := fault.Problems(err); refused {
		form := refuse(c, h.passwordForm(c, change), problems)
		return web.Invalid(c, h.page.password, newPasswordPage(c, p, change, form), h.form, form)
	}
	if err != nil {
		return err
	}
	c.GoOn(hash)
	c.Flash(session.Success, lang.M("Your password is changed. Everywhere else you are signed out."))
	return web.Go(c, c.NextOr(c.Path(account.PasswordPath)))
}

// askElsewhere leads to the page that has the button. Who had to sign in before they could press it comes here.
func (h *Handler) askElsewhere(c *web.Ctx, _ account.Person) error {
	return web.Go(c, c.Path(account.PasswordPath))
}

// signOutElsewhere ends the sessions in other browsers.
func (h *Handler) signOutElsewhere(c *web.Ctx, _ account.Person) error {
	if err := c.SignOutElsewhere(); err != nil {
		return err
	}
	c.Flash(session.Success, lang.M("Everywhere else you are signed out now."))
	return web.Go(c, c.NextOr(c.Path(account.PasswordPath)))
}

func typedPassword(c *web.Ctx) account.NewPassword {
	return account.NewPassword{Password: c.Form("password1"), Repeat: c.Form("password2")}
}

// passwordFields ask for a new password.
func (h *Handler) passwordFields(c *web.Ctx) []views.Field {
	return []views.Field{
		h.newPasswordField(c, lang.M("New password")),
		views.PasswordField("password2", c.Text(lang.M("New password again")), "new-password"),
	}
}

// newPasswordField comes with the rules, and with the names of somebody who is signed in: no form asks for them again.
func (h *Handler) newPasswordField(c *web.Ctx, label lang.Message) views.Field {
	f := views.PasswordField("password1", c.Text(label), "new-password")
	for _, r := range h.people.PasswordRules() {
		rule := views.Rule{Name: r.Name, Text: c.Text(r.Text)}
		if r.Least > 0 {
			rule.Least = strconv.Itoa(r.Least)
		}
		f.Rules.List = append(f.Rules.List, rule)
	}
	if p := c.Person(); p.SignedIn() {
		f.Rules.About = strings.Join([]string{p.Username, p.FirstName, p.LastName, p.Email}, "\n")
	}
	return f
}

func (h *Handler) passwordForm(c *web.Ctx, change bool) views.Form {
	f := views.Form{
		ID: "password", Action: c.Path(setPath), Hidden: carried(c), Fields: h.passwordFields(c),
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Set the password"))}},
	}
	if change {
		old := views.PasswordField("oldpassword", c.Text(lang.M("Present password")), "current-password")
		old.More = forgotten(c)
		f.Action, f.Fields = c.Path(account.PasswordPath), append([]views.Field{old}, f.Fields...)
		f.Buttons.Submit.Text = c.Text(lang.M("Change the password"))
	}
	return f
}

// forgotten leads those who do not know their password to a new one.
func forgotten(c *web.Ctx) views.Link {
	return views.Link{Text: c.Text(lang.M("Forgotten your password?")), Href: sibling(c, account.ResetPath)}
}

func newPasswordPage(c *web.Ctx, p account.Person, change bool, form views.Form) passwordPage {
	title := c.Text(lang.M("Set a password"))
	if change {
		title = c.Text(lang.M("Change your password"))
	}
	page := passwordPage{Head: ownHead(c, p, title), Heading: views.Heading{Title: title}, Form: form}
	page.Elsewhere, page.Sentence, page.End = signOutElsewhere(c, carried(c))
	return page
}

// signOutElsewhere is the part of a page that ends the sessions in other browsers. Fields may name where it leads.
func signOutElsewhere(c *web.Ctx, fields []views.Hidden) (views.Section, string, views.PostButton) {
	return views.Section{Title: c.Text(lang.M("Other devices"))},
		c.Text(lang.M("Have you signed in on a computer or phone that others use? End all sessions but this one.")),
		views.PostButton{
			Action: c.Path(elsewherePath), Fields: fields,
			Submit: views.Submit{Text: c.Text(lang.M("Sign out everywhere else")), Style: views.Secondary, Icon: "box-arrow-right"},
		}
}

// ownHead is that of a page about the person who is signed in.
func ownHead(c *web.Ctx, p account.Person, title string) views.Head {
	return views.Head{Title: title, Crumbs: []views.Crumb{{Text: p.Label(), Href: c.Path(p.Page())}}}
}
