package staff

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/richtext"
	"ams/app/terms"
)

type (
	term       = terms.Term
	version    = terms.Version
	acceptance = terms.Acceptance
)

func termTexts(s *terms.Service, languages []lang.Locale) admin.Resource[term] {
	return admin.Resource[term]{
		App: "terms", Model: "term", One: lang.C("legal text", "term"), Many: lang.M("Terms"), Icon: "journal-text", Letter: "t", Order: "t.key",
		Title:  func(t *term) string { return t.Name.EN },
		Spoken: func(tr *lang.Translator, t *term) string { return t.Name.In(tr.Locale()) },
		Site:   func(*term) string { return "/terms/" },
		Columns: []admin.Column[term]{
			admin.Words("name", lang.M("Name"), "t.name_en", func(tr *lang.Translator, t *term) string { return t.Name.In(tr.Locale()) }),
			admin.Text("key", lang.M("Key"), "t.key", func(t *term) string { return t.Key }),
			admin.Time("created_at", lang.M("Created"), "t.created_at", func(t *term) *time.Time { return &t.CreatedAt }),
		},
		Search: []admin.Search{admin.Own()},
		Sections: []admin.Section[term]{
			admin.Sect(lang.Message{},
				field.Name("key", lang.M("Key"), func(t *term) *string { return &t.Key }).Check(terms.KeyWrong).
					Help(lang.M("Names the text for machines, and decides the order. For example privacy-policy.")),
				field.Translated("name", lang.M("Name"), func(t *term) *lang.Text { return &t.Name }).Max(terms.MaxName).In(languages),
				field.Long("description", lang.M("Description"), func(t *term) *string { return &t.Description }).Optional().
					Help(lang.M("Only staff see it."))),
			admin.Sect(lang.Message{},
				moment("created_at", lang.M("Created"), func(t *term) time.Time { return t.CreatedAt }),
				moment("updated_at", lang.M("Last changed"), func(t *term) time.Time { return t.UpdatedAt })),
		},
		Onward: []admin.Onward[term]{{Entity: "terms.termversion", Filter: "term", ID: func(t *term) int64 { return t.ID }}},
		Broken: terms.Broken, Instead: lang.M("Delete its versions first, or switch them off."),
		Check: terms.CheckTerm, Write: admin.Writer[term]{Create: s.CreateTerm, Update: s.UpdateTerm, Delete: s.DeleteTerm},
	}
}

func termVersions(a *admin.Admin, d Domains, languages []lang.Locale) admin.Resource[version] {
	return admin.Resource[version]{
		App: "terms", Model: "termversion", One: lang.M("term version"), Many: lang.M("Term versions"), Icon: "clock-history",
		Counter: "revision", Order: "tv.date_active DESC, tv.created_at DESC",
		Title:  (*version).Title,
		Spoken: func(tr *lang.Translator, v *version) string { return v.TitleIn(tr.Locale()) },
		Rows:   terms.LoadVersions, Fill: terms.LoadSiblings, Notes: versionNotes,
		Lock: versionLocked, Site: func(*version) string { return "/terms/" },
		Columns: []admin.Column[version]{
			admin.Words("term", lang.M("Term"), "t.name_en", func(tr *lang.Translator, v *version) string { return v.Term.Name.In(tr.Locale()) }).
				Via("JOIN terms AS t ON t.id = tv.term_id"),
			admin.Text("version", lang.M("Version"), "tv.version", func(v *version) string { return v.Label }),
			admin.Yes("is_active", lang.M("Active"), "tv.is_active", func(v *version) bool { return v.Active }),
			admin.Time("date_active", lang.M("In force from"), "tv.date_active", func(v *version) *time.Time { return v.From }),
			admin.Time("created_at", lang.M("Created"), "tv.created_at", func(v *version) *time.Time { return &v.CreatedAt }),
			admin.Number("acceptances", lang.M("Acceptances"), "", func(v *version) int64 { return int64(v.Acceptances) }),
		},
		Search: []admin.Search{admin.Own(), admin.Parent("terms", "term_id")},
		Filters: []admin.Filter{
			admin.Related("term", lang.M("Term"), "tv.term_id = ?", a.Chooser("terms.term")), admin.YesNo("is_active", lang.M("Active"), "tv.is_active"),
			admin.Times("date_active", lang.M("In force from"), "tv.date_active").Drill(), admin.Times("created_at", lang.M("Created"), "tv.created_at"),
		},
		Sections: versionSections(a, d.Links, languages),
		Broken:   terms.Broken,
		Instead:  lang.M("The version is kept as the record of what people agreed to. Publish a new version instead."),
		Write:    admin.Writer[version]{Create: d.Terms.CreateVersion, Update: d.Terms.UpdateVersion, Delete: d.Terms.DeleteVersion},
	}
}

func versionSections(a *admin.Admin, links field.Links, languages []lang.Locale) []admin.Section[version] {
	return []admin.Section[version]{
		admin.Sect(lang.M("Version"),
			field.Ref("term", lang.M("Term"), func(v *version) *int64 { return &v.TermID }, a.Chooser("terms.term")),
			field.Text("version", lang.M("Label"), func(v *version) *string { return &v.Label }).Max(terms.MaxLabel).
				Help(lang.M("For people to refer to, such as 1.0. It does not decide which version counts."))),
		{
			Title: lang.M("Activation"),
			Help:  lang.M("Of the active versions of a term, the one with the latest day that has come counts, whatever the labels say. A day to come makes the version count from then on, without anybody's doing. Without “Active” it is a draft."),
			Fields: []field.Field[version]{
				field.Bool("is_active", lang.M("Active"), func(v *version) *bool { return &v.Active }),
				field.DateTime("date_active", lang.M("In force from"), func(v *version) **time.Time { return &v.From }),
			},
		},
		admin.Sect(lang.M("Content"),
			field.Translated("content", lang.M("Text"), func(v *version) *lang.Text { return &v.Content }).Rich(richtext.Document, links).In(languages).
				Help(lang.M("Headings, bold and italic words, lists and links are kept; everything else is taken out. In HTML, headings are h2 to h4, and an empty line begins a paragraph.")),
			field.Long("change_log", lang.M("What has changed"), func(v *version) *string { return &v.ChangeLog }).Rich(richtext.Document, links).Optional().
				Help(lang.M("Only staff see it."))),
		admin.Sect(lang.Message{},
			field.Computed("acceptances", lang.M("Accepted by"), func(tr *lang.Translator, v *version) string {
				return tr.Say(lang.N("%d person", "%d people", v.Acceptances, v.Acceptances))
			}).Aside(),
			moment("created_at", lang.M("Created"), func(v *version) time.Time { return v.CreatedAt }),
			moment("updated_at", lang.M("Last changed"), func(v *version) time.Time { return v.UpdatedAt })),
	}
}

// versionLocked leaves of an accepted version only what takes it out of force, or back.
func versionLocked(_ access.Holder, v *version, key string) bool {
	return v.Locked() && key != "is_active"
}

func versionNotes(v *version) (notes []admin.Note) {
	if v.Locked() {
		notes = append(notes, admin.Note{Text: lang.N(
			"%d person has accepted this version, so it stays as the record of that: only “Active” can change, and it cannot be deleted. To correct it, publish a new version.",
			"%d people have accepted this version, so it stays as the record of that: only “Active” can change, and it cannot be deleted. To correct it, publish a new version.",
			v.Acceptances, v.Acceptances)})
	}
	if other, counts, ok := v.Misleading(); ok {
		notes = append(notes, admin.Note{Warns: true, Text: lang.M(
			"The labels of the versions %s and %s say another order than their days. The days decide: the later one counts, and that is %s.",
			v.Label, other, counts)})
	}
	return notes
}

// moment is an instant of a record, among the facts beside the form.
func moment[M any](key string, label lang.Message, of func(*M) time.Time) field.Field[M] {
	return field.Computed(key, label, func(tr *lang.Translator, m *M) string { return tr.Moment(of(m)) }).Aside()
}

func termAcceptances(a *admin.Admin) admin.Resource[acceptance] {
	text := func(key string, label lang.Message, of func(*acceptance) string) field.Field[acceptance] {
		return field.Computed(key, label, func(_ *lang.Translator, a *acceptance) string { return of(a) })
	}
	return admin.Resource[acceptance]{
		App: "terms", Model: "termacceptance", One: lang.M("acceptance"), Many: lang.M("Term acceptances"),
		Icon: "check-lg", Order: "ta.accepted_at DESC",
		Title:  (*acceptance).Title,
		Spoken: func(tr *lang.Translator, a *acceptance) string { return a.TitleIn(tr.Locale()) },
		Rows:   terms.LoadAcceptances,
		Columns: []admin.Column[acceptance]{
			admin.Words("user", lang.M("Person"), "", func(tr *lang.Translator, a *acceptance) string { return a.Owner.Listed(tr) }),
			admin.Words("term_version", lang.M("Version"), "ta.term_version_id", accepted),
			admin.Time("accepted_at", lang.M("Accepted on"), "ta.accepted_at", func(a *acceptance) *time.Time { return &a.AcceptedAt }),
			admin.Text("ip_address", lang.M("Client address"), "", func(a *acceptance) string { return a.Address }),
			admin.Words("source", lang.M("Source"), "", func(tr *lang.Translator, a *acceptance) string { return sourceWord(tr, a.Source) }),
		},
		Search: []admin.Search{admin.Own(), admin.Parent("users", "user_id")},
		Filters: []admin.Filter{
			admin.Related("term", lang.M("Term"), "ta.term_version_id IN (SELECT id FROM term_versions WHERE term_id = ?)", a.Chooser("terms.term")),
			admin.Related("version", lang.M("Version"), "ta.term_version_id = ?", a.Chooser("terms.termversion")),
			admin.OneOf("source", lang.M("Source"), "ta.source", sources()...),
			admin.Times("accepted_at", lang.M("Accepted on"), "ta.accepted_at").Drill(),
		},
		Sections: []admin.Section[acceptance]{admin.Sect(lang.Message{},
			field.Computed("user", lang.M("Person"), func(tr *lang.Translator, a *acceptance) string { return a.Owner.Listed(tr) }),
			field.Computed("term_version", lang.M("Version"), accepted),
			field.Computed("accepted_at", lang.M("Accepted on"), func(tr *lang.Translator, a *acceptance) string { return tr.Moment(a.AcceptedAt) }),
			text("ip_address", lang.M("Client address"), func(a *acceptance) string { return a.Address }),
			text("user_agent", lang.M("Browser"), func(a *acceptance) string { return a.Agent }),
			field.Computed("source", lang.M("Source"), func(tr *lang.Translator, a *acceptance) string { return sourceWord(tr, a.Source) }))},
		Actions: []admin.Action[acceptance]{{
			Name: "export", Label: lang.M("Export as CSV"), Right: "terms.view_termacceptance", Sheet: &admin.Sheet[acceptance]{
				Name: "term_acceptances",
				Open: func(context.Context) ([]string, admin.Lines[acceptance], error) {
					return []string{"Term", "Version", "Email", "First Name", "Last Name", "Username", "Accepted At", "IP Address", "User Agent", "Source"}, acceptanceLines, nil
				},
			},
		}},
	}
}

func accepted(tr *lang.Translator, a *acceptance) string { return a.Subject.TitleIn(tr.Locale()) }

func acceptanceLines(_ context.Context, _ bun.IDB, all []*acceptance) (lines [][]string, _ error) {
	for _, a := range all {
		lines = append(lines, []string{
			a.Subject.Term.Key, a.Subject.Label, a.Owner.Email, a.Owner.FirstName, a.Owner.LastName, a.Owner.Username,
			instant(a.AcceptedAt), a.Address, a.Agent, a.Source,
		})
	}
	return lines, nil
}

func sourceWord(tr *lang.Translator, source string) string {
	for _, o := range sources() {
		if o.Value == source {
			return tr.Say(o.Label)
		}
	}
	return source
}

func sources() []field.Option {
	return []field.Option{
		{Value: terms.ByWeb, Label: lang.M("Website")}, {Value: terms.ByAPI, Label: lang.M("Program")}, {Value: terms.BySSO, Label: lang.M("Forum")},
	}
}
