package accounts

import (
	"ams/app/account"
	"ams/app/lang"
	"ams/app/privacy"
	"ams/app/web"
	"ams/views"
)

// accountActs are the ways from somebody's own page to what they can change about their account.
func accountActs(c *web.Ctx) []views.Action {
	return []views.Action{
		{Text: c.Text(lang.M("Update account")), Href: c.Path(account.ProfilePath), Icon: "person"},
		{Text: c.Text(lang.M("E-mail addresses")), Href: c.Path(account.AddressesPath), Icon: "envelope"},
		{Text: c.Text(lang.M("Password")), Href: c.Path(account.PasswordPath), Icon: "key"},
		{Text: c.Text(factorTitle()), Href: c.Path(factorPath), Icon: "shield-lock"},
		{Text: c.Text(lang.M("Your data")), Href: c.Path(privacy.Page), Icon: "download"},
	}
}
