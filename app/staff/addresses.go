package staff

import (
	"ams/app/access"
	"ams/app/account"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
)

type address = account.Address

func addressFields() (email, verified, primary field.Field[address]) {
	return field.Email("email", lang.M("E-mail address"), func(e *address) *string { return &e.Email }).Check(account.EmailWrong).OnceOnly(),
		field.Bool("verified", lang.M("Verified"), func(e *address) *bool { return &e.Verified }),
		field.Bool("primary", lang.M("Primary"), func(e *address) *bool { return &e.Primary }).ReadOnly()
}

func addresses(a *admin.Admin, people *account.Service) admin.Resource[address] {
	email, verified, primary := addressFields()
	return admin.Resource[address]{
		App: "account", Model: "emailaddress", One: lang.M("e-mail address"), Many: lang.M("E-mail addresses"), Icon: "envelope", Letter: "e",
		Under: admin.Under{Table: "users", Column: "user_id"}, Subject: ownerOfAddress,
		Title: func(e *address) string { return e.Email }, Grasp: account.LoadOwnersRights, Rows: account.LoadOwners,
		Veto: func(by access.Holder, e *address) lang.Message { return account.MayLookAfter(by, &e.Owner) },
		Columns: []admin.Column[address]{
			admin.Text("email", lang.M("E-mail address"), "ea.email", func(e *address) string { return e.Email }),
			admin.Text("user", lang.M("Person"), "", (*address).Person),
			admin.Yes("primary", lang.M("Primary"), "", func(e *address) bool { return e.Primary }),
			admin.Yes("verified", lang.M("Verified"), "", func(e *address) bool { return e.Verified }),
		},
		Search: []admin.Search{admin.Own(), admin.Parent("users", "user_id")},
		Filters: []admin.Filter{
			admin.YesNo("primary", lang.M("Primary"), `ea."primary"`), admin.YesNo("verified", lang.M("Verified"), "ea.verified"),
		},
		Sections: []admin.Section[address]{admin.Sect(lang.Message{},
			field.Ref("user", lang.M("Person"), func(e *address) *int64 { return &e.UserID }, a.Chooser("users.user")).OnceOnly().Known((*address).Person),
			email, verified, primary)},
		Actions: []admin.Action[address]{
			{
				Name: "verify", Label: lang.M("Mark as verified"), Each: people.VerifyAddress,
				Offer: func(e *address) bool { return !e.Verified },
			},
			{
				Name: "prefer", Label: lang.M("Make primary"),
				Ask:  lang.M("Its owner signs in with it from then on, and all messages go there. The former primary address is told."),
				Each: people.PreferAddress, Offer: func(e *address) bool { return e.Verified && !e.Primary },
			},
		},
		Broken: account.Taken,
		Write:  addressWriter(people),
	}
}

// addressTable stands in the form of a person and leads to each address.
func addressTable(a *admin.Admin, people *account.Service) admin.Inline[person] {
	email, verified, primary := addressFields()
	return admin.Table[person, address]{
		Key: "addresses", Entity: "account.emailaddress", Label: lang.M("E-mail addresses"), Column: "user_id", Order: `"primary" DESC, id`,
		Title: func(e *address) string { return e.Email }, Fields: []field.Field[address]{email, verified, primary},
		New: func(owner int64) *address { return &address{UserID: owner} }, Keep: func(e *address) bool { return e.Primary }, Blank: 1,
		To:    func(e *address) string { return a.Address("account.emailaddress", e.ID) },
		Write: addressWriter(people),
	}
}

func addressWriter(people *account.Service) admin.Writer[address] {
	return admin.Writer[address]{
		Create: people.AddAddress, Update: people.ChangeAddress, Delete: people.DropAddress,
		Proof: ofOneself(ownerOfAddress),
	}
}

func ownerOfAddress(e *address) int64 { return e.UserID }

// ofOneself asks people for a proof before they change how they come in themselves.
func ofOneself[M any](owner func(*M) int64) func(by access.Holder, before, after *M) bool {
	return func(by access.Holder, before, after *M) bool {
		return before != nil && owner(before) == by.ID || after != nil && owner(after) == by.ID
	}
}
