// Package staff declares what staff look after: one file for each entity.
package staff

import (
	"slices"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/admin"
	"ams/app/billing"
	"ams/app/clock"
	"ams/app/factor"
	"ams/app/fault"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/organisation"
	"ams/app/privacy"
	"ams/app/profile"
	"ams/app/terms"
	"ams/app/web"
)

// Domains are the services that store what staff change.
type Domains struct {
	People  *account.Service
	Members *membership.Service
	Orgs    *organisation.Service
	Bills   *billing.Service
	Factors *factor.Service
	Terms   *terms.Service
	Privacy *privacy.Service
	Links   field.Links // of texts with markup
	Clock   clock.Clock
	// Database is asked for what there is to choose from.
	Database *bun.DB
	// Questions keeps what people answer about themselves.
	Questions *profile.Service
}

// Office is the administration of the association, which its staff enter.
func Office(path string) admin.Place {
	return admin.Place{
		Desk: web.Desk{Path: "/" + path, Name: lang.M("Administration"), Icon: "gear", Enter: func(c *web.Ctx) error {
			if p := c.Person(); !p.Staff || !p.Active {
				return fault.Forbidden(lang.M("These pages are for the staff of the association."))
			}
			return nil
		}},
		Title: lang.M("Administration"), Whole: true,
		Empty: lang.M("Your account belongs to the staff, but has no permissions so far. Ask an administrator for them."),
		Moved: map[string]string{"logout/": account.SignOutPath, "password_change/": account.PasswordPath},
	}
}

// Declare fills the administration.
func Declare(a *admin.Admin, d Domains, languages []lang.Locale) {
	a.Area("users", lang.M("People"), "people")
	a.Area("auth", lang.M("People"), "people")
	a.Area("account", lang.M("People"), "people")
	a.Area("mfa", lang.M("People"), "people")
	a.Area("memberships", lang.M("Memberships"), "person-badge")
	a.Area("billing", lang.M("Billing"), "receipt")
	a.Area("terms", lang.M("Terms"), "journal-text")
	a.Area("organisations", lang.M("Organisations"), "building")
	admin.Add(a, users(a, d))
	admin.Add(a, questionGroups(languages))
	admin.Add(a, questions(a, languages))
	admin.Add(a, groups(a))
	admin.Add(a, addresses(a, d.People))
	admin.Add(a, factors(d.Factors))
	admin.Add(a, options(d.Members))
	admin.Add(a, memberships(a, d.Members, d.Bills, d.Clock))
	admin.Add(a, organisationMemberships(a, d.Members, d.Bills, d.Clock))
	admin.Add(a, purchases(a, d.Bills, d.Clock))
	admin.Add(a, invoices(a, d.Bills))
	admin.Add(a, organisations(a, d.Orgs, d.Members, d.Clock))
	admin.Add(a, organisationMembers(a, d.Orgs))
	admin.Add(a, termTexts(d.Terms, languages))
	admin.Add(a, termVersions(a, d, languages))
	admin.Add(a, termAcceptances(a))
	tables(a)
}

// tables names what goes along with records and is no entity of its own, and what gives way to them.
func tables(a *admin.Admin) {
	a.Yield("purchases", billing.Discardable, "individual_membership_id", "organisation_membership_id", "account_id")
	a.Table("profile_field_responses", lang.M("Profile answers"))
	a.Table("sessions", lang.M("Sessions"))
	a.Table("social_accounts", lang.M("Linked accounts"))
	a.Table("user_groups", lang.M("Memberships in groups"))
	a.Table("user_permissions", lang.M("Permissions given directly"))
	a.Table("group_permissions", lang.M("Permissions of groups"))
	a.Table("group_page_permissions", lang.M("Rights of groups at pages"))
	a.Table("group_collection_permissions", lang.M("Rights of groups in collections"))
	a.Table("email_messages", lang.M("Messages sent"))
	a.Table("admin_log_entries", lang.M("History entries"))
	a.Table("billing_accounts", lang.M("Billing accounts"))
	a.Table("organisation_members", lang.M("Members of organisations"))
	a.Table("data_exports", lang.M("Files of people’s own data"))
	a.Table("pages", lang.M("Pages"))
	a.Table("page_revisions", lang.M("Earlier versions of pages"))
	a.Table("theme_settings_revisions", lang.M("Earlier versions of the theme"))
}

// permissions are those that can be given: every entity's, and those that stand for themselves.
func permissions(a *admin.Admin) func() []field.Option {
	return func() []field.Option {
		own := admin.CodesOf("users", "profilefieldresponse", lang.M("Profile answers"))
		return slices.Concat([]field.Option{
			enterEditor(),
			{Value: "users.export_user", Label: lang.M("Export people"), Group: lang.M("People")},
		}, given(own), given(a.Codes()))
	}
}

// editorAccess is the permission to enter the website's editor.
const editorAccess = "cms.access"

func enterEditor() field.Option {
	return field.Option{Value: editorAccess, Label: lang.M("Enter the website's editor"), Group: lang.M("Website")}
}

func given(codes []admin.Permission) (options []field.Option) {
	for _, p := range codes {
		options = append(options, field.Option{Value: p.Code, Label: p.Verb, Group: p.Entity})
	}
	return options
}
