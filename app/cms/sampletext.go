package cms

import (
	"fmt"

	"ams/app/cms/block"
	"ams/app/lang"
)

// welcome is the body of a home page that nobody has written yet.
func welcome(l lang.Locale) block.Stream {
	b := blocks{page: "welcome/" + string(l)}
	if l == lang.MI {
		return block.Stream{b.title("Nau mai, haere mai", ""), b.paragraph("<p>Kei te tuhia tonu ngā whārangi o tēnei pae tukutuku.</p>")}
	}
	return block.Stream{b.title("Welcome", ""), b.paragraph("<p>The pages of this website are still being written.</p>")}
}

type samplePage struct {
	path, title, summary string
	members              bool
	body                 block.Stream
}

// samplePages has each page after the one above it.
func samplePages(l lang.Locale) []samplePage {
	if l == lang.MI {
		return samplePagesMI()
	}
	return samplePagesEN()
}

func samplePagesEN() []samplePage {
	b := blocks{page: "sample/en"}
	return []samplePage{
		{path: "about", title: "About us", summary: "Who we are, what we do and how we decide.", body: block.Stream{
			b.paragraph("<p>We are volunteers from all over Aotearoa New Zealand who look after the places where people meet: " +
				"halls, libraries, gardens and sports grounds. We started in 1987 with nine people around a kitchen table in Ōtaki.</p>"),
			b.heading("h2", "What we do"),
			b.paragraph("<ul><li>We run workshops on money, safety and asking for help.</li>" +
				"<li>We answer questions by e-mail, usually within two days.</li>" +
				"<li>We speak for small groups when councils write new rules.</li></ul>"),
			b.heading("h2", "How we decide"),
			b.paragraph("<p>Members elect a committee of seven every year. Its meetings are open, and the notes of each one are " +
				"sent to all members within a week.</p>"),
		}},
		{path: "about/team", title: "Our committee", summary: "The people whom members elected this year.", body: block.Stream{
			b.columns("2-equal",
				block.Stream{b.heading("h2", "Aroha Ngata"), b.paragraph("<p><strong>Chair.</strong> Aroha looks after the hall in Ōtaki and chairs our meetings.</p>")},
				block.Stream{b.heading("h2", "Tom Whitfield"), b.paragraph("<p><strong>Treasurer.</strong> Tom keeps the books and explains them once a quarter.</p>")}),
		}},
		{path: "contact", title: "Contact us", summary: "How to reach us.", body: block.Stream{
			b.paragraph(`<p>Write to <a href="mailto:hello@example.org">hello@example.org</a>. A volunteer answers, so please give us two days.</p>`),
			b.heading("h2", "Come and see us"),
			b.paragraph("<p>The office in Ōtaki is open on Tuesdays and Thursdays from 9 am to 1 pm.</p>"),
		}},
		{path: "members-only", title: "For members", summary: "Templates and notes for members.", members: true, body: block.Stream{
			b.paragraph("<p>Here are the templates and meeting notes that come with your membership. Please do not pass them on.</p>"),
			b.heading("h2", "Templates"),
			b.paragraph("<ul><li>Health and safety plan for an event</li><li>Budget for a small hall</li></ul>"),
		}},
	}
}

func samplePagesMI() []samplePage {
	b := blocks{page: "sample/mi"}
	return []samplePage{
		{path: "about", title: "Mō mātou", summary: "Ko wai mātou, he aha ā mātou mahi, ka pēhea te whakatau.", body: block.Stream{
			b.paragraph("<p>He kaitūao mātou nō ngā tōpito katoa o Aotearoa. Ka tiaki mātou i ngā wāhi hui a te iwi: ngā hōro, " +
				"ngā whare pukapuka, ngā māra me ngā papa tākaro. I tīmata mātou i te tau 1987, tokoiwa ngā tāngata i Ōtaki.</p>"),
			b.heading("h2", "Ā mātou mahi"),
			b.paragraph("<ul><li>Ka whakahaere mātou i ngā awheawhe mō te pūtea me te haumaru.</li>" +
				"<li>Ka whakautu mātou i ngā pātai mā te īmēra, i roto i te rua rā.</li>" +
				"<li>Ka tū mātou hei māngai mō ngā rōpū iti.</li></ul>"),
			b.heading("h2", "Te whakatau take"),
			b.paragraph("<p>Ka pōti ngā mema i te komiti tokowhitu i ia tau. He tuwhera ngā hui, ā, ka tukuna ngā tuhinga ki ngā mema katoa.</p>"),
		}},
		{path: "about/team", title: "Tō mātou komiti", summary: "Ngā tāngata i pōtihia e ngā mema i tēnei tau.", body: block.Stream{
			b.columns("2-equal",
				block.Stream{b.heading("h2", "Aroha Ngata"), b.paragraph("<p><strong>Heamana.</strong> Ko Aroha te kaitiaki o te hōro i Ōtaki.</p>")},
				block.Stream{b.heading("h2", "Tom Whitfield"), b.paragraph("<p><strong>Kaitiaki pūtea.</strong> Ko Tom te kaitiaki o ngā pukapuka pūtea.</p>")}),
		}},
		{path: "contact", title: "Whakapā mai", summary: "Me pēhea te whakapā mai.", body: block.Stream{
			b.paragraph(`<p>Tuhi mai ki <a href="mailto:hello@example.org">hello@example.org</a>. He kaitūao te kaiwhakautu, nō reira taihoa ake mō te rua rā.</p>`),
			b.heading("h2", "Haere mai ki te kite i a mātou"),
			b.paragraph("<p>Ka tuwhera te tari i Ōtaki i te Rātū me te Rāpare, mai i te 9 i te ata ki te 1 i te ahiahi.</p>"),
		}},
		{path: "members-only", title: "Mā ngā mema", summary: "Ngā tauira me ngā tuhinga mā ngā mema.", members: true, body: block.Stream{
			b.paragraph("<p>Kei konei ngā tauira me ngā tuhinga hui mā ngā mema anake.</p>"),
			b.heading("h2", "Ngā tauira"),
			b.paragraph("<ul><li>Mahere hauora me te haumaru mō tētahi takunetanga</li><li>Tahua mō tētahi hōro iti</li></ul>"),
		}},
	}
}

func sampleHomeBody(l lang.Locale, ids map[string]int64) block.Stream {
	b := blocks{page: "sample/home/" + string(l)}
	column := func(heading, text string) block.Stream {
		return block.Stream{b.heading("h3", heading), b.paragraph("<p>" + text + "</p>")}
	}
	if l == lang.MI {
		return block.Stream{
			b.title("Kia mahi tahi tātou", "He rōpū mō te hunga e tiaki ana i tō rātou hapori"),
			b.paragraph(fmt.Sprintf(`<p>Ka whakakotahi mātou i ngā kaitūao o Aotearoa. <a href="/accounts/signup/">Rēhita mai</a>, `+
				`pānuitia rānei <a data-page="%d">ngā kōrero mō mātou</a>.</p>`, ids["about"])),
			b.heading("h2", "Ngā painga ki ngā mema"),
			b.columns("3-equal",
				column("Ako tahi", "Haere mai ki ngā awheawhe, ka ako ai i ō hoa."),
				column("Kia rangona tō reo", "Ka kawea e mātou ō whakaaro ki ngā kaunihera."),
				column("Tohaina te mahi", "Whakamahia ngā tauira, kia māmā ake ai te mahi.")),
			b.heading("h2", "He pātai?"),
			b.paragraph(fmt.Sprintf(`<p><a data-page="%d">Whakapā mai</a>. He pai ki a mātou te kōrero ki a koe.</p>`, ids["contact"])),
		}
	}
	return block.Stream{
		b.title("Stronger together", "An association for people who look after their community"),
		b.paragraph(fmt.Sprintf(`<p>We bring together volunteers from all over Aotearoa New Zealand. <a href="/accounts/signup/">Sign up</a> `+
			`to join us, or read <a data-page="%d">about us</a> first.</p>`, ids["about"])),
		b.heading("h2", "What members get"),
		b.columns("3-equal",
			column("Learn from each other", "Workshops and notes from people who have done it before."),
			column("Be heard", "We take what members tell us to councils and ministries."),
			column("Share the work", "Templates and checklists, so that nobody starts from an empty page.")),
		b.heading("h2", "A question?"),
		b.paragraph(fmt.Sprintf(`<p><a data-page="%d">Write to us</a>. We like to hear from you.</p>`, ids["contact"])),
	}
}

func sampleSummary(l lang.Locale) string {
	if l == lang.MI {
		return "He rōpū mō te hunga e tiaki ana i tō rātou hapori."
	}
	return "An association for people who look after their community."
}

func sampleFooter(l lang.Locale) string {
	if l == lang.MI {
		return "<p>He tauira tēnei rōpū. Kāore ōna tāngata i te ao tūturu.</p>"
	}
	return "<p>This is a sample association. Its people do not exist.</p>"
}

// Pages show their own titles.
func sampleMenuTexts(l lang.Locale) menuTexts {
	pages := func(paths ...string) []menuText {
		var items []menuText
		for _, path := range paths {
			items = append(items, menuText{page: path})
		}
		return items
	}
	t := menuTexts{main: pages("about", "contact", "members-only"), explore: pages("about", "about/team", "contact", "members-only")}
	if l == lang.MI {
		t.headings = [2]string{"Ngā whārangi", "Te mematanga"}
		t.joins = []menuText{{url: "/accounts/signup/", text: "Rēhita"}, {url: "/accounts/login/", text: "Takiuru"}}
		return t
	}
	t.headings = [2]string{"Pages", "Membership"}
	t.joins = []menuText{{url: "/accounts/signup/", text: "Sign up"}, {url: "/accounts/login/", text: "Sign in"}}
	return t
}
