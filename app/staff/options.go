package staff

import (
	"context"
	"strconv"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/membership"
	"ams/app/money"
	"ams/views"
)

type option = membership.OptionRecord

func options(members *membership.Service) admin.Resource[option] {
	types := []field.Option{
		{Value: string(membership.ForPeople), Label: lang.M("individual")},
		{Value: string(membership.ForOrganisations), Label: lang.M("organisation")},
	}
	place := field.Int("order", lang.M("Order"), func(o *option) *int { return &o.Order }, 0, largest).Optional()
	return admin.Resource[option]{
		App: "memberships", Model: "membershipoption", One: lang.M("membership option"), Many: lang.M("Membership options"),
		Icon: "tag-fill", Letter: "m", Order: `o."order", o.cost`,
		Title:  func(o *option) string { return o.Name.EN },
		Spoken: func(tr *lang.Translator, o *option) string { return o.Name.In(tr.Locale()) },
		New:    func() *option { return &option{Option: membership.Option{InvoiceDueDays: 60, VotingRights: true}} },
		Columns: []admin.Column[option]{
			admin.Words("name", lang.M("Name"), "o.name_en", func(tr *lang.Translator, o *option) string { return o.Name.In(tr.Locale()) }),
			admin.Number("order", lang.M("Order"), `o."order"`, func(o *option) int64 { return int64(o.Order) }).Editable(place),
			admin.Words("type", lang.M("Type"), "o.type", func(tr *lang.Translator, o *option) string { return tr.Say(o.Type.Text()) }),
			admin.Words("duration", lang.M("Duration"), "o.duration", func(tr *lang.Translator, o *option) string { return tr.Say(o.Duration.Text()) }),
			admin.Figure("cost", lang.M("Cost"), "o.cost", func(_ *lang.Translator, o *option) string { return o.Cost.Dollars() }),
			admin.Figure("max_seats", lang.M("Seats"), "o.max_seats", func(_ *lang.Translator, o *option) string { return someOf(o.MaxSeats) }),
			admin.Figure("max_charged_seats", lang.M("Charged seats"), "o.max_charged_seats", func(_ *lang.Translator, o *option) string {
				return someOf(o.MaxChargedSeats)
			}),
			admin.Yes("archived", lang.M("Archived"), "o.archived", func(o *option) bool { return o.Archived }),
		},
		Search:   []admin.Search{admin.Own()},
		Filters:  []admin.Filter{admin.OneOf("type", lang.M("Type"), "o.type", types...), admin.YesNo("archived", lang.M("Archived"), "o.archived")},
		Sections: optionSections(types, place),
		Broken:   membership.Broken,
		Instead:  lang.M("Archive it instead: then nobody can choose it."),
		Write: admin.Writer[option]{
			Create: func(ctx context.Context, tx bun.Tx, by access.Holder, o *option) error {
				return members.CreateOption(ctx, tx, by, &o.Option)
			},
			Update: func(ctx context.Context, tx bun.Tx, by access.Holder, before, after *option) error {
				return members.UpdateOption(ctx, tx, by, &before.Option, &after.Option)
			},
			Delete: func(ctx context.Context, tx bun.Tx, by access.Holder, o *option) error {
				return members.DeleteOption(ctx, tx, by, &o.Option)
			},
		},
	}
}

// largest is the largest number that staff type for an option.
const largest = 1_000_000

func optionSections(types []field.Option, place field.Field[option]) []admin.Section[option] {
	return []admin.Section[option]{
		admin.Sect(lang.Message{},
			field.Translated("name", lang.M("Name"), func(o *option) *lang.Text { return &o.Name }).Max(255),
			field.Translated("description", lang.M("Description"), func(o *option) *lang.Text { return &o.Description }).Lines().Optional()),
		{
			Title: lang.M("Properties"), Help: lang.M("All but the voting rights stay as they are once the option is stored."),
			Fields: []field.Field[option]{
				field.Choice("type", lang.M("Type"), func(o *option) *membership.Type { return &o.Type }, types...).OnceOnly(),
				duration("duration", lang.M("Duration"), func(o *option) *membership.Duration { return &o.Duration }).OnceOnly(),
				amount("cost", lang.M("Cost"), func(o *option) *money.Amount { return &o.Cost }).OnceOnly().
					Help(lang.M("Of the membership, or of each seat for organisations. 0 is free.")),
				limit("max_seats", lang.M("Seats"), func(o *option) *int { return &o.MaxSeats }).OnceOnly(),
				limit("max_charged_seats", lang.M("Charged seats"), func(o *option) *int { return &o.MaxChargedSeats }).OnceOnly().
					Help(lang.M("Further seats are free.")),
				field.Bool("voting_rights", lang.M("Voting rights"), func(o *option) *bool { return &o.VotingRights }),
			},
		},
		admin.Sect(lang.M("Billing"),
			field.Int("invoice_due_days", lang.M("Days until payment is due"), func(o *option) *int { return &o.InvoiceDueDays }, 1, largest),
			field.Text("invoice_reference", lang.M("Reference on invoices"), func(o *option) *string { return &o.InvoiceReference }).Max(25).Optional()),
		admin.Sect(lang.M("Visibility"),
			place,
			field.Bool("archived", lang.M("Archived"), func(o *option) *bool { return &o.Archived }).Help(lang.M("Nobody can choose it any longer."))),
	}
}

// limit asks for a number that may be left out.
func limit[M any](key string, label lang.Message, at func(*M) *int) *field.ParsedField[M, int] {
	parse := func(s string) (int, lang.Message) {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			return 0, lang.M("Enter a whole number of at least 1 for “%s”, or nothing for no limit.", label)
		}
		return n, lang.Message{}
	}
	return field.Parsed(key, label, at, parse, someOf, func(i *views.Input) { i.Type, i.Mode, i.Width = "number", "numeric", views.Width6 }).Optional()
}

// amount asks for money.
func amount[M any](key string, label lang.Message, at func(*M) *money.Amount) *field.ParsedField[M, money.Amount] {
	parse := func(s string) (money.Amount, lang.Message) {
		a, err := money.Parse(s)
		if err != nil || a.Negative() {
			return a, lang.M("Enter an amount such as 49.99 for “%s”, 0 or more.", label)
		}
		return a, lang.Message{}
	}
	return field.Parsed(key, label, at, parse, money.Amount.String, func(i *views.Input) { i.Mode, i.Prefix, i.Width = "decimal", "$", views.Width10 })
}

// duration asks for a number and its unit, in words that both languages share.
func duration[M any](key string, label lang.Message, at func(*M) *membership.Duration) *field.SpanField[M, membership.Duration] {
	units := []field.Option{
		{Value: string(membership.Days), Label: lang.M("days")},
		{Value: string(membership.Weeks), Label: lang.M("weeks")},
		{Value: string(membership.Months), Label: lang.M("months")},
		{Value: string(membership.Years), Label: lang.M("years")},
	}
	return field.Span(key, label, at, units, membership.Longest,
		func(n int, unit string) (membership.Duration, bool) {
			d, err := membership.NewDuration(n, membership.Unit(unit))
			return d, err == nil
		},
		func(d membership.Duration) (int, string) { n, u := d.Parts(); return n, string(u) },
		membership.Duration.Text)
}
