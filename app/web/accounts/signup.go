package accounts

import (
	"strings"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

const usernamePath = "/accounts/signup/username/"

func (h *Handler) newAccount(c *web.Ctx) error {
	if !h.people.Open() {
		return h.closed(c)
	}
	var typed account.Registration
	if email := c.Query("email"); account.ValidEmail(email) {
		typed.Email = email
	}
	if c.Locale() != lang.Default { // whoever chose another language for the site gets messages in it, too
		typed.Language = string(c.Locale())
	}
	return web.Show(c, h.page.entrance, signUpPage(c, h.signUpForm(c, typed)))
}

func (h *Handler) createAccount(c *web.Ctx) error {
	if !h.people.Open() {
		return h.closed(c)
	}
	typed := account.Registration{
		Email: c.Form("email"), Password: c.Form("password1"), Repeat: c.Form("password2"),
		FirstName: c.Form("first_name"), LastName: c.Form("last_name"),
		Username: c.Form("username"), Language: c.Form("language"), Next: c.Next(),
	}
	err := h.people.SignUp(c.Context(), typed)
	if problems, refused := fault.Problems(err); refused {
		form := refuse(c, h.signUpForm(c, typed), problems)
		return web.Invalid(c, h.page.entrance, signUpPage(c, form), h.form, form)
	}
	if err != nil {
		return err
	}
	c.Flash(session.Info, lang.M("We have sent a confirmation message to %s.", account.CanonicalEmail(typed.Email)))
	return web.Go(c, sibling(c, account.ConfirmPath))
}

// tryUsername says about a username what the form would, as soon as it is typed.
func (h *Handler) tryUsername(c *web.Ctx) error {
	if !c.HX() {
		return web.Go(c, c.Path(account.SignUpPath))
	}
	username, problems, err := h.people.UsernameProblems(c.Context(), c.Query("username"))
	if err != nil {
		return err
	}
	field := newUsernameField(c, c.Query("username"))
	for _, p := range problems.List() {
		field.Errors = append(field.Errors, c.Text(p.Text))
	}
	if field.Told = strings.Join(field.Errors, " "); field.Told == "" {
		field.Good = c.Text(lang.M("Nobody uses the username %s yet.", username))
		field.Told = field.Good
	}
	return web.Swap(c, h.field, field)
}

func usernameField(c *web.Ctx, typed string) views.Field {
	f := views.TextField("username", c.Text(lang.M("Username")), typed)
	f.Help = c.Text(lang.M("Part of the address of your own page. Letters, vowels with a macron, digits, full stops, hyphens and underscores."))
	f.Input.Autocomplete, f.Input.Plain, f.Input.MaxLength = "username", true, "150"
	return f
}

// newUsernameField is usernameField for somebody without an account: it looks whether the name can be had.
func newUsernameField(c *web.Ctx, typed string) views.Field {
	f := usernameField(c, typed)
	f.Input.Check = c.Path(usernamePath)
	return f
}

func (h *Handler) closed(c *web.Ctx) error {
	return h.notice(c, lang.M("Sign up"), []lang.Message{
		lang.M("Signing up is closed at the moment."),
		lang.M("If you have an account already, you can sign in."),
	}, signInLink(c))
}

func (h *Handler) signUpForm(c *web.Ctx, typed account.Registration) views.Form {
	first := views.TextField("first_name", c.Text(lang.M("First name")), typed.FirstName)
	first.Input.Autocomplete = "given-name"
	last := views.TextField("last_name", c.Text(lang.M("Last name")), typed.LastName)
	last.Input.Autocomplete = "family-name"
	email := views.EmailField("email", c.Text(lang.M("E-mail address")), typed.Email)
	email.Help = c.Text(lang.M("We send a message to it, to make sure that it is yours."))
	fields := []views.Field{
		email, h.newPasswordField(c, lang.M("Password")), views.PasswordField("password2", c.Text(lang.M("Password again")), "new-password"),
		first, last, newUsernameField(c, typed.Username),
	}
	if len(c.Languages()) > 1 {
		fields = append(fields, languageField(c, typed.Language))
	}
	return views.Form{
		ID: "sign-up", Action: c.Path(account.SignUpPath), Hidden: carried(c), Fields: fields,
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Sign up"))}},
	}
}

func languageField(c *web.Ctx, chosen string) views.Field {
	var options []views.Option
	for _, l := range c.Languages() {
		options = append(options, views.Option{Value: string(l), Text: lang.Native(l)})
	}
	field := views.SelectField("language", c.Text(lang.M("Preferred language")), chosen, options)
	field.Optional = true
	field.Select.Empty = c.Text(lang.M("No preference"))
	field.Help = c.Text(lang.M("For messages to you, and for the page that you see after signing in."))
	return field
}

func signUpPage(c *web.Ctx, form views.Form) entrancePage {
	title := c.Text(lang.M("Sign up"))
	return entrancePage{
		Head: views.Head{Title: title}, Heading: views.Heading{Title: title},
		Question: c.Text(lang.M("Have an account already?")),
		Other:    views.Link{Text: c.Text(lang.M("Sign in")), Href: sibling(c, account.SignInPath)},
		Form:     form,
	}
}

// sibling leads to another page on the way in, and keeps the destination.
func sibling(c *web.Ctx, path string) string { return href.WithNext(c.Path(path), c.Next()) }

// refuse shows all problems at once, in the summary and beside their fields.
func refuse(c *web.Ctx, form views.Form, problems fault.Fields) views.Form {
	var general []string
	wrong := map[string][]string{}
	for _, p := range problems.List() {
		if p.Name == "" {
			general = append(general, c.Text(p.Text))
			continue
		}
		wrong[p.Name] = append(wrong[p.Name], c.Text(p.Text))
	}
	return form.Refused(general, wrong)
}
