package accounts

import (
	"ams/app/account"
	"ams/app/factor"
	"ams/app/fault"
	"ams/app/href"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/web"
	"ams/views"
)

// Where somebody who is signed in shows once more who they are.
const (
	PasswordProofPath = "/accounts/reauthenticate/"
	CodeProofPath     = "/accounts/2fa/reauthenticate/"
)

// pendingNote is the sign-in that waits for the second factor.
const pendingNote = "pending sign-in"

// entering lets only those reach a handler who are still outside: people who are signed in go on to where they wanted to
// go, and those whose sign-in is half done to its second half.
func (h *Handler) entering(next web.Handler) web.Handler {
	return func(c *web.Ctx) error {
		if c.Person().SignedIn() {
			return onward(c)
		}
		if _, waits := h.factors.Resume(c.Note(pendingNote)); waits {
			return web.Go(c, c.Path(secondStepPath))
		}
		return next(c)
	}
}

// halfway lets only those reach a handler whose sign-in is half done.
func (h *Handler) halfway(next func(*web.Ctx, factor.Pending) error) web.Handler {
	return func(c *web.Ctx) error {
		if c.Person().SignedIn() {
			return onward(c)
		}
		pending, waits := h.factors.Resume(c.Note(pendingNote))
		if !waits {
			c.SetNote(pendingNote, "")
			return web.Go(c, href.WithNext(c.Path(account.SignInPath), pending.Next))
		}
		return next(c, pending)
	}
}

func (h *Handler) secondStep(c *web.Ctx, _ factor.Pending) error {
	return web.Show(c, h.page.proof, h.secondStepPage(c, secondStepForm(c)))
}

func (h *Handler) takeSecondStep(c *web.Ctx, pending factor.Pending) error {
	arrival, err := h.factors.Enter(c.Context(), pending, c.Form("code"), c.Client())
	if problems, refused := fault.Problems(err); refused {
		c.RetryAfter(err)
		form := refuse(c, secondStepForm(c), problems)
		return web.Invalid(c, h.page.proof, h.secondStepPage(c, form), h.form, form)
	}
	c.SetNote(pendingNote, "")
	if why, clash := fault.Told(err); clash { // the password was changed meanwhile
		c.Flash(session.Failure, why)
		return web.Go(c, href.WithNext(c.Path(account.SignInPath), pending.Next))
	}
	if err != nil {
		return err
	}
	if arrival.Entry == account.Inactive {
		return web.Go(c, c.Path(inactivePath))
	}
	c.SignIn(arrival.Person, arrival.PasswordHash, pending.Remember)
	return arrive(c, arrival.Person, pending.Next)
}

func secondStepForm(c *web.Ctx) views.Form {
	return views.Form{
		ID: "second-step", Action: c.Path(secondStepPath), Fields: []views.Field{codeField(c)},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Sign in"))}},
	}
}

func codeField(c *web.Ctx) views.Field {
	f := views.CodeField("code", c.Text(lang.M("Code")))
	f.Help = c.Text(lang.M("Six digits from your app, or one of your recovery codes."))
	return f
}

// proofPage is views/accounts/proof: one form that asks who somebody is, and the ways round it.
type proofPage struct {
	views.Head
	Heading views.Heading
	Form    views.Form
	Other   views.Link
	Leave   views.PostButton
}

func (h *Handler) secondStepPage(c *web.Ctx, form views.Form) proofPage {
	title := c.Text(lang.M("Enter your code"))
	return proofPage{
		Head: views.Head{Title: title}, Form: form,
		Heading: views.Heading{Title: title, Lead: c.Text(lang.M("Your password was right. One more step."))},
		Leave: views.PostButton{
			Action: c.Path(account.SignOutPath), Fields: []views.Hidden{{Name: "next", Value: c.Path(account.SignInPath)}},
			Submit: views.Submit{Text: c.Text(lang.M("Cancel")), Style: views.Secondary},
		},
	}
}

// again is the page on which somebody who is signed in shows once more who they are.
func (h *Handler) again(c *web.Ctx, form views.Form, other views.Link) proofPage {
	title := c.Text(lang.M("Confirm that it is you"))
	form.Hidden = carried(c)
	return proofPage{
		Head: views.Head{Title: title}, Form: form, Other: other,
		Heading: views.Heading{Title: title, Lead: c.Text(lang.M("What comes next could be misused, so we make sure."))},
	}
}

// besides is the way to the other proof, where the person has it.
func besides(c *web.Ctx, has bool, text lang.Message, path string) views.Link {
	if !has {
		return views.Link{}
	}
	return views.Link{Text: c.Text(text), Href: sibling(c, path)}
}

func (h *Handler) askPassword(c *web.Ctx, p account.Person) error {
	page, err := h.passwordProof(c, p)
	if err != nil {
		return err
	}
	return web.Show(c, h.page.proof, page)
}

func (h *Handler) passwordProof(c *web.Ctx, p account.Person) (proofPage, error) {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return proofPage{}, err
	}
	form := views.Form{
		ID: "proof", Action: c.Path(PasswordProofPath),
		Fields:  []views.Field{views.PasswordField("password", c.Text(lang.M("Password")), "current-password")},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Confirm"))}},
	}
	return h.again(c, form, besides(c, st.On, lang.M("Use a code from your app instead"), CodeProofPath)), nil
}

func (h *Handler) takePassword(c *web.Ctx, p account.Person) error {
	return h.prove(c, p, func() error { return h.people.Reauthenticate(c.Context(), p, c.Form("password"), c.Client()) }, h.passwordProof)
}

func (h *Handler) askCode(c *web.Ctx, p account.Person) error {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if !st.On {
		return web.Go(c, sibling(c, PasswordProofPath))
	}
	page, err := h.codeProof(c, p)
	if err != nil {
		return err
	}
	return web.Show(c, h.page.proof, page)
}

func (h *Handler) codeProof(c *web.Ctx, p account.Person) (proofPage, error) {
	has, err := h.people.HasPassword(c.Context(), p)
	if err != nil {
		return proofPage{}, err
	}
	form := views.Form{
		ID: "proof", Action: c.Path(CodeProofPath), Fields: []views.Field{codeField(c)},
		Buttons: views.Buttons{Submit: views.Submit{Text: c.Text(lang.M("Confirm"))}},
	}
	return h.again(c, form, besides(c, has, lang.M("Use your password instead"), PasswordProofPath)), nil
}

func (h *Handler) takeCode(c *web.Ctx, p account.Person) error {
	return h.prove(c, p, func() error { return h.factors.Confirm(c.Context(), p, c.Form("code"), c.Client()) }, h.codeProof)
}

// prove remembers a proof that holds, and goes back to what it was asked for.
func (h *Handler) prove(c *web.Ctx, p account.Person, check func() error, again func(*web.Ctx, account.Person) (proofPage, error)) error {
	err := check()
	if problems, refused := fault.Problems(err); refused {
		c.RetryAfter(err)
		page, err := again(c, p)
		if err != nil {
			return err
		}
		page.Form = refuse(c, page.Form, problems)
		return web.Invalid(c, h.page.proof, page, h.form, page.Form)
	}
	if err != nil {
		return err
	}
	c.Prove()
	return onward(c)
}
