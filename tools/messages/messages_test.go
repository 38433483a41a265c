package main

import (
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestCatalogues is the check of this repository; make messages and a translation put it right.
func TestCatalogues(t *testing.T) {
	t.Parallel()
	if err := verify("../..", io.Discard); err != nil {
		t.Errorf("run make messages and translate (see app/lang/catalogues):\n%v", err)
	}
}

const (
	enHeader = "msgid \"\"\nmsgstr \"\"\n\"Language: en\\n\"\n\"Plural-Forms: nplurals=2; plural=(n != 1);\\n\"\n"
	miHeader = "# For a fluent speaker.\nmsgid \"\"\nmsgstr \"\"\n" +
		"\"Language: mi\\n\"\n\"Plural-Forms: nplurals=2; plural=(n > 1);\\n\"\n"
	enFile = "app/lang/catalogues/en.po"
	miFile = "app/lang/catalogues/mi.po"
	goHead = "package web\n\nimport \"ams/app/lang\"\n\n"
)

// tree writes a repository of these files, with empty catalogues where none are given.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	all := map[string]string{enFile: enHeader, miFile: miHeader, sameFile: "# none\n"}
	for name, src := range files {
		all[name] = src
	}
	for name, src := range all {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func read(t *testing.T, root, name string) string {
	t.Helper()
	src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return string(src)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"app/staff/staff.go": goHead + "var _ = lang.M(\"Archive\")\n",
		"app/web/web.go": goHead + "var (\n\t_ = lang.N(\"%d seat\", \"%d seats\", 2, 2)\n\t_ = lang.M(\"Save\")\n" +
			"\t_ = lang.C(\"verb\", \"Order \\\"now\\\"\")\n)\n",
		"views/site/page.html": `{{t "Save"}}`,
		miFile: miHeader + "\n# Not tohua.\nmsgid \"Save\"\nmsgstr \"\"\n\"Tia\"\n\"ki\"\n\n" +
			"msgid \"Gone\"\nmsgstr \"Kua ngaro\"\n\nmsgid \"%d seat\"\nmsgstr \"%d nohoanga\"\n\n#~ msgid \"Old\"\n",
	})
	var out strings.Builder
	if err := update(root, &out); err != nil {
		t.Fatalf("update() = %v", err)
	}
	want := miHeader + `
# Not tohua.
#. priority: high
#: app/web/web.go
#: views/site/page.html
msgid "Save"
msgstr "Tiaki"

#. priority: medium
#: app/web/web.go
msgid "%d seat"
msgid_plural "%d seats"
msgstr[0] "%d nohoanga"
msgstr[1] ""

#. priority: medium
#: app/web/web.go
msgctxt "verb"
msgid "Order \"now\""
msgstr ""

#. priority: low
#: app/staff/staff.go
msgid "Archive"
msgstr ""
`
	if got := read(t, root, miFile); got != want {
		t.Errorf("update() wrote\n%s\nwant\n%s", got, want)
	}
	for _, line := range []string{
		"en.po: 4 texts, 4 new, 0 removed\n", "mi.po: removed \"Gone\"\n", "mi.po: 4 texts, 2 new, 1 removed\n",
	} {
		if !strings.Contains(out.String(), line) {
			t.Errorf("update() said\n%s\nwant %q", &out, line)
		}
	}
	if err := update(root, io.Discard); err != nil {
		t.Fatalf("second update() = %v", err)
	}
	if got := read(t, root, miFile); got != want {
		t.Errorf("a second update() changed the catalogue to\n%s", got)
	}
}

// What has to be escaped comes back as it was.
func TestUpdateKeepsSpecialCharacters(t *testing.T) {
	t.Parallel()
	const id = "a \\ b\n\t\"c\" \u00a0 ā"
	root := tree(t, map[string]string{"app/web/web.go": goHead + "var _ = lang.M(" + strconv.Quote(id) + ")\n"})
	if err := update(root, io.Discard); err != nil {
		t.Fatalf("update() = %v", err)
	}
	c, err := readCatalogue(filepath.Join(root, enFile))
	if err != nil || c.entries[key{id: id}] == nil {
		t.Errorf("read %v, %v, want %q among them", c, err, id)
	}
}

func TestUpdateRefusesBadSource(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"app/web/web.go": goHead + "func f(s string) any { return lang.M(s) }\n"})
	if err := update(root, io.Discard); err == nil {
		t.Error("update() = nil, want an error")
	}
	if got := read(t, root, miFile); got != miHeader {
		t.Errorf("a refused update() wrote\n%s", got)
	}
}

// A catalogue that is in order, and every way to break it.
func TestCheck(t *testing.T) {
	t.Parallel()
	const save, seats = "msgid \"Save\"\nmsgstr \"%s\"\n\n", "msgid \"%d seat\"\nmsgid_plural \"%d seats\"\n"
	source := goHead + "var (\n\t_ = lang.M(\"Save\")\n\t_ = lang.N(\"%d seat\", \"%d seats\", 2, 2)\n" +
		"\t_ = lang.M(\"%s of %d\", \"x\", 2)\n\t_ = lang.C(\"link\", \"<b>More</b>\")\n)\n"
	rest := "\nmsgid \"%s of %d\"\nmsgstr \"%[2]d, %[1]s\"\n\nmsgctxt \"link\"\nmsgid \"<b>More</b>\"\nmsgstr \"<b>Anō</b>\"\n"
	plural := seats + "msgstr[0] \"%d nohoanga\"\nmsgstr[1] \"ngā nohoanga e %d\"\n"
	saved := strings.Replace(save, "%s", "Tiaki", 1)
	good := miHeader + "\n" + saved + plural + rest
	english := enHeader + "\n" + strings.Replace(save, "%s", "", 1) + seats + "msgstr[0] \"\"\nmsgstr[1] \"\"\n" +
		"\nmsgid \"%s of %d\"\nmsgstr \"\"\n\nmsgctxt \"link\"\nmsgid \"<b>More</b>\"\nmsgstr \"\"\n"
	in := func(old, new string) string { return strings.Replace(good, old, new, 1) }
	for name, tc := range map[string]struct {
		mi, en, same string
		want         string // part of the error, empty for none
	}{
		"in order":            {},
		"missing":             {mi: in(saved, ""), want: `mi.po: missing "Save", used in app/web/web.go`},
		"missing in English":  {en: enHeader, want: `en.po: missing "Save"`},
		"missing context":     {mi: in("msgctxt \"link\"\n", ""), want: `mi.po: missing "<b>More</b>" (link)`},
		"not translated":      {mi: in("Tiaki", ""), want: `mi.po: not translated "Save"`},
		"plural missing":      {mi: in("ngā nohoanga e %d", ""), want: `mi.po: not translated "%d seat", form 1`},
		"plural form lacking": {mi: in("msgstr[1] \"ngā nohoanga e %d\"\n", ""), want: `"%d seat" has 1 forms instead of 2`},
		"other plural":        {mi: in("%d seats", "%d chairs"), want: `"%d seat" has the plural "%d chairs"`},
		"unused":              {mi: good + "\nmsgid \"Gone\"\nmsgstr \"x\"\n", want: `mi.po: unused "Gone"`},
		"unused in English":   {en: english + "\nmsgid \"Gone\"\nmsgstr \"\"\n", want: `en.po: unused "Gone"`},
		"same":                {mi: in("Tiaki", "Save"), want: `mi.po: "Save" is the same as in English`},
		"same with reason":    {mi: in("Tiaki", "Save"), same: "Save\ta test\n"},
		"same without reason": {mi: in("Tiaki", "Save"), same: "Save\t\n", want: `"Save" has no reason`},
		"same but different":  {same: "Save\ta test\n", want: `lists "Save", which is translated or does not exist`},
		"same as plural":      {mi: in("ngā nohoanga e %d", "%d seats"), want: `"%d seat" is the same as in English`},
		"verb lost":           {mi: in("%[2]d, %[1]s", "%s"), want: `"%s of %d" has other verbs`},
		"verbs swapped":       {mi: in("%[2]d, %[1]s", "%d, %s"), want: `"%s of %d" has other verbs`},
		"verb added":          {mi: in("Tiaki", "Tiaki %s"), want: `"Save" has other verbs`},
		"verb in plural":      {mi: in("ngā nohoanga e %d", "ngā nohoanga"), want: `"%d seat", form 1 has other verbs`},
		"verb in singular":    {mi: in("%d nohoanga", "nohoanga"), want: `"%d seat", form 0 has other verbs`},
		"verb unknown":        {mi: in("Tiaki", "Tiaki %v"), want: `percent sign`},
		"verb in English":     {en: strings.Replace(english, "msgstr \"\"\n\nmsgid \"%d", "msgstr \"%s\"\n\nmsgid \"%d", 1), want: `en.po: "Save" has other verbs`},
		"tag lost":            {mi: in("<b>Anō</b>", "Anō"), want: `"<b>More</b>" (link) has other tags`},
		"guess":               {mi: in("msgid \"Save\"", "#, fuzzy\nmsgid \"Save\""), want: `"Save" is marked as a guess`},
		"twice":               {mi: good + "\n" + saved, want: `mi.po: "Save" stands there twice`},
		"no header":           {mi: strings.TrimPrefix(good, miHeader), want: "the header is missing"},
		"no text":             {mi: good + "\nmsgid \"x\"\n", want: `"x" has no msgstr`},
		"nonsense":            {mi: good + "\nmsgsrt \"x\"\n", want: `unexpected "msgsrt"`},
		"wrong plural rule":   {mi: in("n > 1", "n != 1"), want: `mi.po: the header lacks "Plural-Forms`},
		"wrong language":      {mi: in("Language: mi", "Language: de"), want: `mi.po: the header lacks "Language: mi"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			files := map[string]string{"app/web/web.go": source, miFile: good, enFile: english}
			for name, src := range map[string]string{miFile: tc.mi, enFile: tc.en, sameFile: tc.same} {
				if src != "" {
					files[name] = src
				}
			}
			expect(t, verify(tree(t, files), io.Discard), tc.want)
		})
	}
}

func expect(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("got the error\n%v\nwant none", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("got the error\n%v\nwant %s in it", err, want)
	}
}
