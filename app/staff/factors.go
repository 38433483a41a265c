package staff

import (
	"time"

	"ams/app/access"
	"ams/app/account"
	"ams/app/admin"
	"ams/app/factor"
	"ams/app/field"
	"ams/app/lang"
)

type authenticator = factor.Record

// factors can be removed, for people who have lost their phone. What is in them is shown to nobody.
func factors(guards *factor.Service) admin.Resource[authenticator] {
	return admin.Resource[authenticator]{
		App: "mfa", Model: "authenticator", One: lang.M("authenticator"), Many: lang.M("Authenticators"),
		Icon: "shield-lock", Letter: "a", Under: admin.Under{Table: "users", Column: "user_id"},
		Subject: ownerOfFactor,
		Title:   func(f *authenticator) string { return f.Owner.Title() },
		Grasp:   factor.LoadRights, Rows: factor.LoadOwners,
		Veto: func(by access.Holder, f *authenticator) lang.Message { return account.MayLookAfter(by, &f.Owner) },
		Columns: []admin.Column[authenticator]{
			admin.Text("user", lang.M("Person"), "", func(f *authenticator) string { return f.Owner.Title() }),
			admin.Words("type", lang.M("Type"), "f.type", func(tr *lang.Translator, f *authenticator) string { return tr.Say(f.Kind()) }),
			admin.Words("created", lang.M("Created"), "f.created_at", func(tr *lang.Translator, f *authenticator) string { return tr.Moment(f.CreatedAt) }),
			admin.Words("last_used", lang.M("Last used"), "f.last_used_at", func(tr *lang.Translator, f *authenticator) string { return momentOr(tr, f.LastUsedAt) }),
		},
		Search: []admin.Search{admin.Parent("users", "user_id")},
		Filters: []admin.Filter{
			admin.OneOf("type", lang.M("Type"), "f.type",
				field.Option{Value: factor.TypeApp, Label: factor.KindOf(factor.TypeApp)},
				field.Option{Value: factor.TypeRecovery, Label: factor.KindOf(factor.TypeRecovery)},
				field.Option{Value: factor.TypeKey, Label: factor.KindOf(factor.TypeKey)}),
			admin.Times("created", lang.M("Created"), "f.created_at"), admin.Times("last_used", lang.M("Last used"), "f.last_used_at"),
		},
		Sections: []admin.Section[authenticator]{admin.Sect(lang.Message{}, append([]field.Field[authenticator]{
			field.Computed("user", lang.M("Person"), func(_ *lang.Translator, f *authenticator) string { return f.Owner.Title() }), factorType(),
		}, factorTimes()...)...)},
		Onward: []admin.Onward[authenticator]{{Entity: "users.user", Filter: byPerson, ID: ownerOfFactor}},
		Write:  admin.Writer[authenticator]{Delete: guards.Remove, Proof: ofOneself(ownerOfFactor)},
	}
}

func ownerOfFactor(f *authenticator) int64 { return f.UserID }

func factorType() *field.ComputedField[authenticator] {
	return field.Computed("type", lang.M("Type"), func(tr *lang.Translator, f *authenticator) string { return tr.Say(f.Kind()) })
}

func factorTimes() []field.Field[authenticator] {
	return []field.Field[authenticator]{
		field.Computed("created", lang.M("Created"), func(tr *lang.Translator, f *authenticator) string { return tr.Moment(f.CreatedAt) }),
		field.Computed("last_used", lang.M("Last used"), func(tr *lang.Translator, f *authenticator) string { return momentOr(tr, f.LastUsedAt) }),
	}
}

// momentOr is an instant, or that there was none.
func momentOr(tr *lang.Translator, at *time.Time) string {
	if at == nil {
		return tr.Say(lang.M("never"))
	}
	return tr.Moment(*at)
}

// factorTable stands in the form of a person and leads to each authenticator, where it can be removed.
func factorTable(a *admin.Admin) admin.Inline[person] {
	return admin.Table[person, authenticator]{
		Key: "authenticators", Entity: "mfa.authenticator", Label: lang.M("Two-step sign-in"), Column: "user_id", Order: "id",
		Title: func(f *authenticator) string { return f.Type }, Fields: append([]field.Field[authenticator]{factorType()}, factorTimes()...),
		To: func(f *authenticator) string { return a.Address("mfa.authenticator", f.ID) },
	}
}
