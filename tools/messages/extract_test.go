package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func TestExtractGo(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		src  string // of app/web/web.go
		want string // the texts, or
		err  string // part of the error
	}{
		"M":                  {src: `lang.M("Save")`, want: `"Save"`},
		"C":                  {src: `lang.C("verb", "Order")`, want: `"Order" (verb)`},
		"N":                  {src: `lang.N("One seat", "%d seats", n, n)`, want: `"One seat"`},
		"raw":                {src: "lang.M(`Save`)", want: `"Save"`},
		"joined":             {src: `lang.M("Save" + (" the " + "page"))`, want: `"Save the page"`},
		"constant elsewhere": {src: `lang.M(greeting)`, want: `"Hello you"`},
		"nested":             {src: `lang.M("By %s", lang.M("you"))`, want: `"By %s" "you"`},
		"spread":             {src: `lang.M("%d of %d", list...)`, want: `"%d of %d"`},
		"zero message":       {src: `lang.Message{}`},
		"other package":      {src: `other.M(x)`},
		"not a constant":     {src: `lang.M(x)`, err: "web.go:5: the text of lang.M is not a constant"},
		"plural no constant": {src: `lang.N("One", x, 2)`, err: "lang.N is not a constant"},
		"itself":             {src: `lang.M(loop)`, err: "not a constant"},
		"too few":            {src: `lang.N("One", "Many")`, err: "lang.N has too few arguments"},
		"as a value":         {src: `use(lang.M)`, err: "lang.M is not called here"},
		"literal":            {src: `lang.Message{ID: "Save"}`, err: "write lang.M"},
		"method":             {src: `tr.T("Save")`, err: "T is for templates"},
		"empty":              {src: `lang.M("")`, err: "a text is empty"},
		"argument missing":   {src: `lang.M("%d of %d", 1)`, err: `"%d of %d" wants 2 arguments and gets 1`},
		"argument left over": {src: `lang.M("Save", 1)`, err: `"Save" wants 0 arguments and gets 1`},
		"argument skipped":   {src: `lang.M("%[2]s", 1, 2)`, err: `"%[2]s" leaves an argument out`},
		"plural arguments":   {src: `lang.N("%d seat", "%d seats", n)`, err: `"%d seat" wants 1 arguments and gets 0`},
		"verb of one alone":  {src: `lang.N("%d seat", "seats", n, n)`, err: "has a verb that"},
		"unknown verb":       {src: `lang.M("%v", 1)`, err: "percent sign"},
		"lone percent":       {src: `lang.M("100 %")`, err: "percent sign"},
		"two plurals":        {src: `lang.N("a", "b", n), lang.N("a", "c", n)`, err: `"a" has two plurals`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, map[string]string{
				"app/web/web.go":            goHead + "var _ = []any{" + tc.src + "}\n",
				"app/web/words.go":          "package web\n\nconst greeting = \"Hello \" + name\nconst name = \"you\"\nconst loop = loop\n",
				"app/web/web_test.go":       goHead + "var _ = lang.M(\"In a test\")\n",
				"app/web/testdata/x.go":     goHead + "var _ = lang.M(\"In test data\")\n",
				".dev/x.go":                 goHead + "var _ = lang.M(\"Hidden\")\n",
				"tools/node_modules/a/x.go": goHead + "var _ = lang.M(\"Installed\")\n",
			})
			extracts(t, root, tc.want, tc.err)
		})
	}
}

func TestExtractRenamedImport(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"app/web/web.go": "package web\n\nimport words \"ams/app/lang\"\n\nvar _ = words.M(\"Save\")\n",
	})
	extracts(t, root, `"Save"`, "")
}

func TestExtractOwnPackage(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"app/lang/lang.go": "package lang\n\nfunc f(t T, id string) { t.T(id); t.N(\"a\"); _ = Message{ID: id}; M(\"Monday\") }\n",
	})
	extracts(t, root, `"Monday"`, "")
	root = tree(t, map[string]string{"app/lang/lang.go": "package lang\n\nfunc f(id string) { M(id) }\n"})
	extracts(t, root, "", "lang.go:3: the text of lang.M is not a constant")
}

func TestExtractTemplate(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct{ src, want, err string }{
		"t":                {src: `<p>{{t "Save"}}</p>`, want: `"Save"`},
		"tc":               {src: `{{tc "verb" "Order"}}`, want: `"Order" (verb)`},
		"tn":               {src: `{{tn "One seat" "%d seats" .N .N}}`, want: `"One seat"`},
		"raw":              {src: "{{t `Save`}}", want: `"Save"`},
		"branches":         {src: `{{if t "a"}}{{t "b"}}{{else if .X}}{{t "c"}}{{else}}{{t "d"}}{{end}}`, want: `"a" "b" "c" "d"`},
		"range and with":   {src: `{{range .X}}{{t "a"}}{{else}}{{t "b"}}{{end}}{{with .Y}}{{t "c"}}{{end}}`, want: `"a" "b" "c"`},
		"definitions":      {src: `{{define "x"}}{{t "a"}}{{end}}{{block "y" (t "b")}}{{t "c"}}{{end}}`, want: `"a" "b" "c"`},
		"model":            {src: `{{template "x" (t "a")}}`, want: `"a"`},
		"parentheses":      {src: `{{printf "%s" (print (t "a") (t "%s b" (t "c")))}}`, want: `"%s b" "a" "c"`},
		"variable":         {src: `{{$x := t "a"}}{{$x}}`, want: `"a"`},
		"piped argument":   {src: `{{.Name | t "Hello %s" | print}}`, want: `"Hello %s"`},
		"field of a text":  {src: `{{(t "a").X}}`, want: `"a"`},
		"comment":          {src: `{{/* t .X */}}`},
		"unknown function": {src: `{{icon "t"}}`},
		"not a literal":    {src: "\n{{t .Label}}", err: "views/site/page.html:2: the text of t is not a literal"},
		"piped text":       {src: `{{"a" | t}}`, err: "the text of t is not a literal"},
		"plural":           {src: `{{tn "a" .Many 1}}`, err: "the text of tn is not a literal"},
		"too few":          {src: `{{t}}`, err: "t has too few arguments"},
		"as an argument":   {src: `{{print t "a"}}`, err: "put parentheses round t"},
		"argument missing": {src: `{{t "Hello %s"}}`, err: `"Hello %s" wants 1 arguments and gets 0`},
		"left over":        {src: `{{.Name | t "Hello"}}`, err: `"Hello" wants 0 arguments and gets 1`},
		"broken":           {src: `{{if}}`, err: "missing value for if"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			root := tree(t, map[string]string{
				"views/site/page.html": tc.src,
				"views/dev/parts.html": `{{t "For developers"}}`,
				"docs/page.html":       `{{t "Elsewhere"}}`,
			})
			extracts(t, root, tc.want, tc.err)
		})
	}
}

func TestExtractMail(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{"views/mail/hello.txt": `{{t "Hello %s," .Name}}`})
	extracts(t, root, `"Hello %s,"`, "")
}

// A text that stands with and without plural is one text.
func TestExtractMerges(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"app/web/web.go":       goHead + "var _ = lang.M(\"seat\")\n",
		"views/site/page.html": `{{tn "seat" "seats" .N}}{{tn "seat" "seats" .N}}`,
	})
	found, err := extract(root)
	if err != nil {
		t.Fatalf("extract() = %v", err)
	}
	got := found[key{id: "seat"}]
	want := []string{"app/web/web.go", "views/site/page.html"}
	if len(found) != 1 || got == nil || got.many != "seats" || !slices.Equal(got.files, want) {
		t.Errorf("extract() = %+v, want one text with plural in %v", got, want)
	}
}

func extracts(t *testing.T, root, want, failure string) {
	t.Helper()
	found, err := extract(root)
	expect(t, err, failure)
	if failure != "" {
		return
	}
	var got []string
	for _, k := range slices.SortedFunc(maps.Keys(found), byKey) {
		got = append(got, k.String())
	}
	if s := strings.Join(got, " "); s != want {
		t.Errorf("extract() = %s, want %s", s, want)
	}
}
