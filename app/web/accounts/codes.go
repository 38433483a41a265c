package accounts

import (
	"net/http"
	"strings"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/session"
	"ams/app/totp"
	"ams/app/web"
	"ams/views"
)

// codesPage is views/accounts/codes.
type codesPage struct {
	views.Head
	Heading views.Heading
	Warning views.Message
	Left    string
	Codes   []string
	Others  []views.Action
}

// codes can be looked at again and again, by somebody who has just shown who they are.
func (h *Handler) codes(c *web.Ctx, p account.Person) error {
	st, err := h.factors.Show(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if !st.HasCodes {
		return noCodes()
	}
	title, n := lang.M("Recovery codes"), len(st.Codes)
	page := codesPage{
		Head: aboutFactor(c, p, title, true), Heading: views.Heading{Title: c.Text(title)},
		Warning: views.Message{Level: views.LevelWarning, Standing: true, Text: c.Text(lang.M(
			"Whoever has one of these codes and your password can sign in as you. Print them, or keep them in a password manager."))},
		Left: codesLeft(c, n), Codes: st.Codes,
		Others: []views.Action{
			{Text: c.Text(lang.M("Make new codes")), Href: c.Path(codesPath + "generate/")},
			{Text: c.Text(lang.M("Back to two-step sign-in")), Href: c.Path(factorPath)},
		},
	}
	if n > 0 {
		page.Others = append([]views.Action{{
			Text: c.Text(lang.M("Download")), Href: c.Path(codesPath + "download/"), Icon: "download", Style: views.Primary,
		}}, page.Others...)
	}
	return web.Show(c, h.page.codes, page)
}

// codesLeft says how many of a set have not been used.
func codesLeft(c *web.Ctx, n int) string {
	return c.Text(lang.N("%d of %d codes left", "%d of %d codes left", n, n, totp.Codes))
}

func noCodes() error { return fault.NotFound(lang.M("You have no recovery codes.")) }

func (h *Handler) downloadCodes(c *web.Ctx, p account.Person) error {
	st, err := h.factors.Show(c.Context(), p.ID)
	if err != nil {
		return err
	}
	if len(st.Codes) == 0 {
		return noCodes()
	}
	c.Header("Content-Disposition", `attachment; filename="recovery-codes.txt"`)
	return c.Plain(http.StatusOK, "text/plain; charset=utf-8", strings.Join(st.Codes, "\n")+"\n")
}

func (h *Handler) askCodes(c *web.Ctx, p account.Person) error {
	page, err := h.codesQuestion(c, p)
	if err != nil {
		return err
	}
	return web.Show(c, h.page.question, page)
}

func (h *Handler) codesQuestion(c *web.Ctx, p account.Person) (questionPage, error) {
	st, err := h.factors.StateOf(c.Context(), p.ID)
	if err != nil {
		return questionPage{}, err
	}
	lines := []lang.Message{lang.M("You get ten codes. Each lets you in once when your phone is lost or broken.")}
	if n := len(st.Codes); n > 0 {
		lines = append(lines, lang.N("The %d code that you still have stops working.", "The %d codes that you still have stop working.", n, n))
	}
	submit := views.Submit{Text: c.Text(lang.M("Make new codes"))}
	return factorQuestion(c, p, lang.M("Make new recovery codes?"), lines, codesPath+"generate/", submit), nil
}

func (h *Handler) renewCodes(c *web.Ctx, p account.Person) error {
	err := h.factors.Renew(c.Context(), p, c.Origin())
	if fault.KindOf(err) == fault.Missing {
		page, err := h.codesQuestion(c, p)
		if err != nil {
			return err
		}
		page.Confirmation.Problems = views.ProblemsOf([]string{c.Text(lang.M("Switch two-step sign-in on first."))})
		return web.Invalid(c, h.page.question, page, h.asks, page.Confirmation)
	}
	if err != nil {
		return err
	}
	c.Flash(session.Success, lang.M("These are your new recovery codes. The old ones no longer work."))
	return web.Go(c, c.Path(codesPath))
}
