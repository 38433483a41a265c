package staff

import (
	"math"
	"strconv"

	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
	"ams/app/profile"
	"ams/views"
)

type (
	question      = profile.Question
	questionGroup = profile.Group
)

// orders are those that the column holds.
const leastOrder, mostOrder = -1_000_000, 1_000_000

func questionGroups(languages []lang.Locale) admin.Resource[questionGroup] {
	order := field.Int("order", lang.M("Order"), func(g *questionGroup) *int { return &g.Order }, leastOrder, mostOrder).Optional()
	active := field.Bool("is_active", lang.M("Active"), func(g *questionGroup) *bool { return &g.Active }).
		Help(lang.M("Without it none of its questions is asked. Answers are kept."))
	return admin.Resource[questionGroup]{
		App: "users", Model: "profilefieldgroup", One: lang.M("group of questions"), Many: lang.M("Groups of questions"),
		Icon: "folder", Order: `g."order"`,
		Title:  func(g *questionGroup) string { return g.Title().EN },
		Spoken: func(tr *lang.Translator, g *questionGroup) string { return g.Title().In(tr.Locale()) },
		Rows:   profile.LoadGroups,
		New:    func() *questionGroup { return &questionGroup{Active: true} },
		Columns: []admin.Column[questionGroup]{
			admin.Words("name", lang.M("Name"), "", func(tr *lang.Translator, g *questionGroup) string { return g.Title().In(tr.Locale()) }),
			admin.Number("order", lang.M("Order"), `g."order"`, func(g *questionGroup) int64 { return int64(g.Order) }).Editable(order),
			admin.Number("questions", lang.M("Active questions"), "", func(g *questionGroup) int64 { return g.Questions }),
			admin.Yes("is_active", lang.M("Active"), "g.is_active", func(g *questionGroup) bool { return g.Active }).Editable(active),
		},
		Search:  []admin.Search{admin.Own()},
		Filters: []admin.Filter{admin.YesNo("is_active", lang.M("Active"), "g.is_active")},
		Sections: []admin.Section[questionGroup]{
			admin.Sect(lang.Message{},
				field.Spoken("name_translations", lang.M("Name"), func(g *questionGroup) *profile.Texts { return &g.Name }, languages).Max(255).
					Help(lang.M("The heading of the group in the profile form, in at least one language.")),
				order, active),
			admin.Sect(lang.M("Description"),
				field.Spoken("description_translations", lang.M("Description"), func(g *questionGroup) *profile.Texts { return &g.Description }, languages).
					Lines().Optional().Help(lang.M("Stands beneath the heading."))),
		},
		Write: admin.Writer[questionGroup]{Create: profile.CreateGroup, Update: profile.UpdateGroup, Delete: profile.DeleteGroup},
	}
}

func questions(a *admin.Admin, languages []lang.Locale) admin.Resource[question] {
	var types []field.Option
	for _, t := range profile.Types() {
		types = append(types, field.Option{Value: string(t), Label: t.Text()})
	}
	basics := basicsOf(a, types)
	return admin.Resource[question]{
		App: "users", Model: "profilefield", One: lang.M("question"), Many: lang.M("Questions"), Icon: "question-circle", Letter: "q",
		Order:  `(SELECT g."order" FROM profile_field_groups g WHERE g.id = f.group_id), f.group_id, f."order"`,
		Title:  func(q *question) string { return q.Label().EN },
		Spoken: func(tr *lang.Translator, q *question) string { return q.Label().In(tr.Locale()) },
		Rows:   profile.LoadRecords, Fill: profile.LoadAnswers,
		New: func() *question { return &question{Active: true, Counts: true} },
		Columns: []admin.Column[question]{
			admin.Text("field_key", lang.M("Key"), "f.field_key", func(q *question) string { return q.Key }),
			admin.Words("label", lang.M("Question"), "", func(tr *lang.Translator, q *question) string { return q.Label().In(tr.Locale()) }),
			admin.Words("field_type", lang.M("Type"), "f.field_type", func(tr *lang.Translator, q *question) string { return tr.Say(q.Type.Text()) }),
			admin.Words("group", lang.M("Group"), "", func(tr *lang.Translator, q *question) string { return q.Group.In(tr.Locale()) }),
			admin.Yes("is_read_only", lang.M("Read-only"), "f.is_read_only", func(q *question) bool { return q.ReadOnly }),
			admin.Yes("counts_toward_completion", lang.M("Recommended"), "f.counts_toward_completion", func(q *question) bool { return q.Counts }),
			admin.Number("order", lang.M("Order"), `f."order"`, func(q *question) int64 { return int64(q.Order) }).Editable(basics.order),
			admin.Yes("is_active", lang.M("Active"), "f.is_active", func(q *question) bool { return q.Active }).Editable(basics.active),
		},
		Search: []admin.Search{admin.Own()},
		Filters: []admin.Filter{
			admin.OneOf("field_type", lang.M("Type"), "f.field_type", types...),
			admin.Related("group", lang.M("Group"), "f.group_id = ?", a.Chooser("users.profilefieldgroup")),
			admin.YesNo("is_read_only", lang.M("Read-only"), "f.is_read_only"),
			admin.YesNo("counts_toward_completion", lang.M("Recommended"), "f.counts_toward_completion"),
			admin.YesNo("is_active", lang.M("Active"), "f.is_active"),
		},
		Sections: questionSections(basics, languages),
		Check:    profile.Check,
		Broken:   profile.Broken,
		Write:    admin.Writer[question]{Create: profile.Create, Update: profile.Update, Delete: profile.Delete},
	}
}

// basics are the fields of a question that its form begins with; two of them stand in the list, too.
type basics struct{ key, group, kind, order, active field.Field[question] }

func basicsOf(a *admin.Admin, types []field.Option) basics {
	return basics{
		key: field.Name("field_key", lang.M("Key"), func(q *question) *string { return &q.Key }).Max(100).Check(profile.KeyWrong).OnceOnly().
			Help(lang.M("Names the question in exports. It stays as it is once the question is stored.")),
		group: field.Ref("group", lang.M("Group"), func(q *question) *int64 { return &q.GroupID }, a.Chooser("users.profilefieldgroup")),
		kind:  field.Choice("field_type", lang.M("Type"), func(q *question) *profile.Type { return &q.Type }, types...),
		order: field.Int("order", lang.M("Order"), func(q *question) *int { return &q.Order }, leastOrder, mostOrder).Optional(),
		active: field.Bool("is_active", lang.M("Active"), func(q *question) *bool { return &q.Active }).
			Help(lang.M("Without it the question is not asked. Answers are kept.")),
	}
}

func questionSections(b basics, languages []lang.Locale) []admin.Section[question] {
	return []admin.Section[question]{
		admin.Sect(lang.Message{}, b.key, b.group, b.kind, b.order, b.active),
		admin.Sect(lang.M("Texts"),
			field.Spoken("label_translations", lang.M("Question"), func(q *question) *profile.Texts { return &q.LabelTexts }, languages).Max(255).
				Help(lang.M("What is asked, in at least one language.")),
			field.Spoken("help_text_translations", lang.M("Help"), func(q *question) *profile.Texts { return &q.HelpTexts }, languages).
				Lines().Optional().Help(lang.M("Stands beneath the question."))),
		{
			Title: lang.M("Choices and limits"), Help: lang.M("Choices are for lists, radio buttons and tick-boxes, limits for whole numbers."),
			Fields: []field.Field[question]{
				choicesOf(languages),
				bound("min_value", lang.M("Lowest number"), func(q *question) **int { return &q.Min }),
				bound("max_value", lang.M("Highest number"), func(q *question) **int { return &q.Max }),
			},
		},
		admin.Sect(lang.M("Behaviour"),
			field.Bool("is_read_only", lang.M("Read-only"), func(q *question) *bool { return &q.ReadOnly }).
				Help(lang.M("Members see the answer, and only staff can give it.")),
			field.Bool("is_required_for_membership", lang.M("Required for membership"), func(q *question) *bool { return &q.RequiredForMembership }).
				Help(lang.M("Whoever applies for a membership has to answer it, unless it is read-only.")),
			field.Bool("counts_toward_completion", lang.M("Recommended"), func(q *question) *bool { return &q.Counts }).
				Help(lang.M("Members are reminded of it until they have answered it."))),
		admin.Sect(lang.M("Answers"),
			field.Computed("answers", lang.M("Answers so far"), func(_ *lang.Translator, q *question) string {
				return strconv.FormatInt(q.Answers, 10)
			}).Aside(),
			field.Bool("confirmed", lang.M("Save all the same"), func(q *question) *bool { return &q.Confirmed }).
				When(func(q *question) bool { return q.Answers > 0 }).
				Help(lang.M("Needed only when answers do not fit the question any longer. They are kept as they are stored."))),
	}
}

// bound asks for a whole number that may be left out, 0 included.
func bound(key string, label lang.Message, at func(*question) **int) *field.ParsedField[question, *int] {
	parse := func(s string) (*int, lang.Message) {
		n, err := strconv.Atoi(s)
		if err != nil || n < math.MinInt32 || n > math.MaxInt32 {
			return nil, lang.M("Enter a whole number for “%s”, or nothing for no limit.", label)
		}
		return &n, lang.Message{}
	}
	print := func(n *int) string {
		if n == nil {
			return ""
		}
		return strconv.Itoa(*n)
	}
	return field.Parsed(key, label, at, parse, print, func(i *views.Input) { i.Type, i.Mode, i.Width = "number", "numeric", views.Width10 }).Optional()
}
