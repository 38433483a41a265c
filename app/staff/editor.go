package staff

import (
	"ams/app/account"
	"ams/app/admin"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/web"
)

// Editor is where the website is looked after, by those whom the right to enter it was given. They need not belong to the
// staff, nor does the staff come in here by being the staff.
func Editor() admin.Place {
	return admin.Place{
		Desk: web.Desk{Path: "/cms/", Name: lang.M("Website editor"), Icon: "pencil", Enter: func(c *web.Ctx) error {
			if !c.Holder().May(editorAccess) {
				return fault.Forbidden(lang.M("These pages are for those who look after the website."))
			}
			return nil
		}},
		Title: lang.M("Content management system"), Short: true,
		Empty: lang.M("You may enter the website's editor, but nothing in it was given to you so far. Ask an administrator for the permissions."),
		Moved: map[string]string{"logout/": account.SignOutPath, "password_reset/": account.ResetPath, "account/": account.ProfilePath},
	}
}

// DeclareEditor fills the website's editor.
func DeclareEditor(a *admin.Admin, d Domains, languages []lang.Locale) {
	a.Area("snippets", lang.M("Snippets"), "journal-text")
	a.Area("settings", lang.M("Settings"), "gear")
	admin.Add(a, snippet(termTexts(d.Terms, languages)))
	admin.Add(a, snippet(termVersions(a, d, languages)))
	admin.Add(a, editorUsers(a, d))
	admin.Add(a, editorGroups(a, d.Database))
	tables(a)
}

// editorRows is how many rows a list of the editor has at once.
const editorRows = 20

// snippet places what the staff look after as well among the snippets of the website.
func snippet[M any](r admin.Resource[M]) admin.Resource[M] {
	r.Area, r.Place, r.Size = "snippets", "snippets/"+r.App+"/"+r.Model+"/", editorRows
	return r
}
