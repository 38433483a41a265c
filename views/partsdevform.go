package views

func sampleOptions() []Option {
	return []Option{
		{Value: "a", Text: "Individual", Help: "For one person who works or studies in the field."},
		{Value: "b", Text: "Organisation"},
		{Value: "c", Text: sampleName, Disabled: true},
	}
}

func sampleForm() []FormSection {
	email := EmailField("email", "E-mail address", "mere@example.nz")
	email.Help = "We send the invoice and reminders to this address."
	postcode := TextField("postcode", "Postcode", "8011")
	postcode.Input.Width, postcode.Input.Mode, postcode.Input.Autocomplete = Width4, "numeric", "postal-code"
	price := NumberField("cost", "Cost", "49.99")
	price.Input.Prefix, price.Input.Suffix, price.Input.Mode, price.Input.Step, price.Input.Width = "$", "per seat", "decimal", "0.01", Width10
	about := AreaField("about", "About you", "He tangata, he tangata, he tangata.")
	about.Optional, about.Help = true, "Members see this on your profile."
	region := SelectField("region", "Region", "", []Option{{Value: "akl", Text: "Tāmaki Makaurau Auckland"}, {Value: "chc", Text: "Ōtautahi Christchurch"}})
	region.Select.Empty = "Choose a region"
	region.Badges = []Badge{{TonePrimary, "star-fill", "Recommended", ""}}
	picture := FileField("picture", "Profile picture", "image/jpeg,image/png")
	picture.Optional, picture.Input.Current = true, Link{"mere-kahu.jpg", "#"}
	branch := SelectField("branch", "Branches", "", nil)
	branch.Select.Groups = []OptionGroup{
		{Text: "Te Ika-a-Māui North Island", Options: []Option{{Value: "akl", Text: "Tāmaki Makaurau Auckland", Selected: true}, {Value: "hlz", Text: "Kirikiriroa Hamilton"}}},
		{Text: "Te Waipounamu South Island", Options: []Option{{Value: "chc", Text: "Ōtautahi Christchurch"}}},
	}
	branch.Select.Multiple = true
	number := TextField("number", "Membership number", "M-000123")
	number.Input.ReadOnly, number.Input.Width, number.Help = true, Width10, "We gave you this number; it cannot be changed."
	iwi := TextField("iwi", "Iwi", "")
	iwi.Input.List, iwi.Optional = []string{"Kāi Tahu", "Ngāpuhi", "Ngāti Porou"}, true
	clock := TextField("clock", "Start time", "09:30")
	clock.Input.Type, clock.Input.Width = "time", Width10
	css := AreaField("css", "Style sheet", ".footer { color: #fff; }")
	css.Area.Code, css.Area.Rows, css.Optional = true, "3", true
	rules := AreaField("rules", "Rules", `<h2>Kaupapa</h2><p>We keep your <strong>name</strong>, and <a href="/about/">why</a>.</p><ol><li>for a year<ul><li>ā, ka ora tonu</li></ul></li></ol>`)
	rules.Help = "Everybody reads them."
	note := AreaField("note", "Note", "")
	note.Area.Rows, note.Optional = "3", true
	closed := AreaField("closed", "Rules until now", `<p>As they were.</p>`)
	closed.Area.Rows, closed.Disabled = "3", true
	for _, f := range []Field{rules, note, closed} {
		f.Area.Rich = sampleRich
	}
	month := DateField("month", "First month", "2027-03")
	month.Input.Type = "month"
	yes := RadioField("newsletter", "Send me the newsletter", "yes", []Option{{Value: "yes", Text: "Yes"}, {Value: "no", Text: "No"}})
	yes.Radios.Inline = true
	return []FormSection{
		{Legend: "Personal information", Help: "As it should stand on your invoice.", Fields: []Field{
			number, TextField("name", "Full name", sampleName), email, PasswordField("password", "Password", "new-password"),
			CodeField("code", "Six-digit code"), postcode, price, NumberField("seats", "Number of seats", "12"),
			DateField("start", "Start date", "2027-03-03"), month, clock,
		}},
		{Legend: "Profile", Fields: []Field{
			about, iwi, region, branch, RadioField("kind", "Kind of membership", "a", sampleOptions()), yes,
			ChecksField("topics", "Topics", []string{"a"}, sampleOptions()),
			CheckField("terms", "I have read the terms and agree to them", false), picture, css,
			rules, note, closed,
		}},
	}
}

func sampleRefused() []Field {
	name := TextField("refused_name", "Full name", "")
	name.Errors = []string{"Enter your full name"}
	email := EmailField("refused_email", "E-mail address", "mere@")
	email.Help, email.Errors = "We send the invoice and reminders to this address.", []string{"Enter an e-mail address like name@example.nz"}
	date := DateField("refused_start", "Start date", "2025-01-01")
	date.Errors = []string{"Choose a day from today to 24 November 2027", "Choose a day after your current membership ends"}
	about := AreaField("refused_about", "About you", "")
	about.Optional, about.Errors = true, []string{"Use at most 2,000 characters"}
	rules := AreaField("refused_rules", "Rules", "")
	rules.Area.Rich, rules.Errors = sampleRich, []string{"Enter the rules"}
	region := SelectField("refused_region", "Region", "", []Option{{Value: "akl", Text: "Tāmaki Makaurau Auckland"}})
	region.Select.Empty, region.Errors = "Choose a region", []string{"Choose a region"}
	kind := RadioField("refused_kind", "Kind of membership", "", sampleOptions())
	kind.Errors = []string{"Choose a kind of membership"}
	topics := ChecksField("refused_topics", "Topics", nil, sampleOptions())
	topics.Errors = []string{"Choose at least one topic"}
	terms := CheckField("refused_terms", "I have read the terms and agree to them", false)
	terms.Errors = []string{"Agree to the terms to go on"}
	return []Field{name, email, date, about, rules, region, kind, topics, terms}
}

func samplePricing(name string) Pricing {
	voting := Badge{ToneSuccess, "check-circle-fill", "Voting member", ""}
	return Pricing{
		ID: FieldID(name), Name: name, Legend: "Membership", Help: "You can change it when you renew.",
		Cards: []PricingCard{
			{
				Value: "1", Checked: name == "option", Title: "Individual", Price: "$49.99", Per: "plus GST", Duration: "for 1 year",
				Badges: []Badge{voting}, Text: []string{"For one person.", "Includes all events."},
				Lines: []Fact{{Term: "Type", Text: "Individual"}, {Term: "Duration", Text: "1 year"}}, Foot: "Payment due 20 days after the invoice",
			},
			{
				Value: "2", Title: sampleName, Price: "$1,250.00", Per: "/ seat", Duration: "for 18 months",
				Lines: []Fact{{Term: "Type", Text: "Organisation"}, {Term: "Maximum charged seats", Text: "100"}}, Foot: "Payment due 20 days after the invoice",
			},
			{Value: "3", Title: "Student", Price: "Free", Text: []string{"Send us your student card."}},
		},
	}
}

func sampleTable() Table {
	t := Table{
		ID: "members", Caption: "Members of the organisation", Count: "3 members",
		Columns: []Column{
			{Label: "Name", Kind: KindLink, Sort: Sort{Href: "?sort=-name", Ascending: true}},
			{Label: "Role", Kind: KindText},
			{Label: "Status", Kind: KindBadge},
			{Label: "Joined", Kind: KindDate, Sort: Sort{Href: "?sort=joined"}},
			{Label: "Paid", Kind: KindNumber, Sort: Sort{Href: "?sort=paid"}},
			{Label: "Actions", Kind: KindActions},
		},
		Empty: Empty{Title: "No members"},
		Pager: NewPager("members-pager", "Pages of members", 4, 12, func(int) string { return "?page=n" }),
	}
	t.Pager.Target = "members-rows"
	remove := sampleRemoval("Remove")
	remove.Icon, remove.Small, remove.Style, remove.Label = "", true, Quiet, "Remove Mere Kahu"
	t.Add("member-1", Cell{Text: "Mere Kahu", Href: "#", Under: "mere@example.nz", Avatar: Avatar{Name: "Mere Kahu", Decorative: true}}, Cell{Text: "Administrator"},
		Cell{Badges: sampleBadges()[:1]}, Cell{Text: "03/03/2026", Title: "3 March 2026, 9:00 am"}, Cell{Text: "$49.99"}, Cell{Actions: []Action{remove}})
	t.Add("member-2", Cell{Text: sampleName, Href: "#", Under: sampleMail}, Cell{Text: "Member"},
		Cell{Badges: sampleBadges()[1:2], Under: "Waiting for approval since 1 March 2027"}, Cell{Text: "21/11/2026"}, Cell{Text: "$11,250.00"},
		Cell{Actions: []Action{{Text: "Make admin", Href: "#", Small: true, Style: Quiet, Label: "Make admin: " + sampleName}, remove}})
	t.Add("member-3", Cell{Text: "Wiremu Ōtene", Href: "#"}, Cell{}, Cell{Badges: sampleBadges()[2:3]}, Cell{}, Cell{}, Cell{})
	return t
}

func sampleOneRow() Table {
	t := Table{ID: "invoices", Caption: "Invoices", Count: "1 invoice", Columns: []Column{
		{Label: "Membership", Kind: KindLink}, {Label: "Period", Kind: KindDate}, {Label: "Invoice", Kind: KindText}, {Label: "Amount", Kind: KindNumber},
	}}
	t.Add("invoice-1", Cell{Text: "Individual", Href: "#"}, Cell{Text: "03/03/2027 – 02/03/2028"}, Cell{Lines: []CellLine{
		{Link: Link{"INV-0123", "#"}, NewTab: true, Badge: sampleBadges()[5]}, {Badge: sampleBadges()[4]},
	}}, Cell{Text: "$49.99"})
	return t
}

func sampleNoRows() Table {
	return Table{ID: "organisations", Caption: "Organisations", Count: "0 organisations", Columns: []Column{{Label: "Name", Kind: KindLink}}, Empty: Empty{
		Icon: "building", Title: "You belong to no organisation yet", Under: true,
		Text:   "When an organisation invites you, it appears here. You can also create your own and invite others.",
		Action: Action{Text: "Create an organisation", Href: "#", Style: Primary, Icon: "plus-lg"},
	}}
}
