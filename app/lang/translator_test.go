package lang_test

import (
	"slices"
	"testing"
	"time"

	"ams/app/clock"
	"ams/app/lang"
	"ams/views"
)

var _ views.Translator = (*lang.Translator)(nil)

func load(t *testing.T) *lang.Catalogues {
	t.Helper()
	c, err := lang.Load()
	if err != nil {
		t.Fatalf("Load() = %v", err)
	}
	return c
}

func TestTranslator(t *testing.T) {
	t.Parallel()
	c := load(t)
	for l, want := range map[lang.Locale]string{lang.EN: "en", lang.MI: "mi", "xx": "en", "": "en"} {
		if got := c.Translator(l).Code(); got != want {
			t.Errorf("Translator(%q).Code() = %q, want %q", l, got, want)
		}
	}
}

func TestSay(t *testing.T) {
	t.Parallel()
	c := load(t)
	day := clock.Date{Year: 2026, Month: time.March, Day: 3}
	name := lang.Text{EN: "Teachers", MI: "Kaiako"}
	for _, tc := range []struct {
		say    lang.Message
		en, mi string
	}{
		{lang.Message{}, "", ""},
		{lang.M("Monday"), "Monday", "Rāhina"},
		{lang.C("month", "May"), "May", "Haratua"},
		{lang.C("verb", "May"), "May", "May"},
		{lang.M("Zebra"), "Zebra", "Zebra"},
		{lang.N("in %d day", "in %d days", 0, 0), "in 0 days", "i roto i te 0 rā"},
		{lang.N("in %d day", "in %d days", 1, 1), "in 1 day", "i roto i te 1 rā"},
		{lang.N("in %d day", "in %d days", 2, 2), "in 2 days", "i roto i ngā rā e 2"},
		{lang.N("%d zebra", "%d zebras", 0, 0), "0 zebras", "0 zebras"},
		{lang.N("%d zebra", "%d zebras", 1, 1), "1 zebra", "1 zebra"},
		{lang.M("Zebra: %s", lang.M("Monday")), "Zebra: Monday", "Zebra: Rāhina"},
		{lang.M("Zebra: %s", day), "Zebra: 3 March 2026", "Zebra: 3 Poutūterangi 2026"},
		{lang.M("Zebra: %s", day.Start()), "Zebra: 3 March 2026, 12:00 am", "Zebra: 3 Poutūterangi 2026, 12:00 am"},
		{lang.M("Zebra: %s", name), "Zebra: Teachers", "Zebra: Kaiako"},
		{lang.M("Zebra: %s %d", 7, "seven"), "Zebra: 7 seven", "Zebra: 7 seven"},
		{lang.M("Zebra: %[2]s %[1]s %s", "one", "two"), "Zebra: two one two", "Zebra: two one two"},
		{lang.M("Zebra: %s", "100 %d"), "Zebra: 100 %d", "Zebra: 100 %d"},
		{lang.M("100 %% zebra"), "100 % zebra", "100 % zebra"},
		{lang.M("Zebra: %s %d", "one"), "Zebra: one ", "Zebra: one "},
		{lang.M("Zebra", "one"), "Zebra", "Zebra"},
		{lang.M("Zebra: %s", nil), "Zebra: ", "Zebra: "},
	} {
		if got := c.Translator(lang.EN).Say(tc.say); got != tc.en {
			t.Errorf("en: Say(%+v) = %q, want %q", tc.say, got, tc.en)
		}
		if got := c.Translator(lang.MI).Say(tc.say); got != tc.mi {
			t.Errorf("mi: Say(%+v) = %q, want %q", tc.say, got, tc.mi)
		}
	}
}

func TestTemplateFunctions(t *testing.T) {
	t.Parallel()
	mi := load(t).Translator(lang.MI)
	for call, got := range map[string][2]string{
		`T("")`:             {mi.T(""), ""},
		`T("Monday")`:       {mi.T("Monday"), "Rāhina"},
		`T("%s am", "9")`:   {mi.T("%s am", "9"), "9 am"},
		`N("in %d day", 3)`: {mi.N("in %d day", "in %d days", 3, 3), "i roto i ngā rā e 3"},
		`C("month", "May")`: {mi.C("month", "May"), "Haratua"},
	} {
		if got[0] != got[1] {
			t.Errorf("%s = %q, want %q", call, got[0], got[1])
		}
	}
}

func TestVerbs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]lang.Verb{
		"plain":          nil,
		"100 %%":         nil,
		"%d of %s":       {{Arg: 1, Kind: 'd'}, {Arg: 2, Kind: 's'}},
		"%[2]s of %[1]d": {{Arg: 1, Kind: 'd'}, {Arg: 2, Kind: 's'}},
		"%[1]s, %[1]s":   {{Arg: 1, Kind: 's'}},
	} {
		got, err := lang.Verbs(text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("Verbs(%q) = %v, %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"100 %", "%v", "%5d", "%.2f", "%[0]s", "% s"} {
		if got, err := lang.Verbs(text); err == nil {
			t.Errorf("Verbs(%q) = %v, want an error", text, got)
		}
	}
}
