package app_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestRules shows that each rule sees what it forbids, and lets the next best thing pass.
func TestRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		check   rule
		path    string // import path
		imports []string
		file    string
		text    string
		want    string // part of the one report, "" for none
	}{
		{name: "LevelUnknown", check: checkLevels, path: "ams/app/gadget", want: "has no place"},
		{name: "LevelUnknownTop", check: checkLevels, path: "ams/pkg/event", want: "has no place"},
		{name: "LevelKernelToDomain", check: checkLevels, path: "ams/app/mail", imports: []string{"ams/app/account"}, want: "not below"},
		{name: "LevelKernelToKernel", check: checkLevels, path: "ams/app/mail", imports: []string{"ams/app/lang", "ams/jobs"}},
		{name: "LevelGroundToKernel", check: checkLevels, path: "ams/jobs", imports: []string{"ams/app/clock"}, want: "not below"},
		{name: "LevelDomainToWeb", check: checkLevels, path: "ams/app/event", imports: []string{"ams/app/web"}, want: "not below"},
		{name: "LevelDomainToApp", check: checkLevels, path: "ams/app/event", imports: []string{"ams/app"}, want: "not below"},
		{name: "LevelWebToPage", check: checkLevels, path: "ams/app/web", imports: []string{"ams/app/web/site"}, want: "not below"},
		{name: "LevelPageToPage", check: checkLevels, path: "ams/app/web/site", imports: []string{"ams/app/web/dev"}, want: "not below"},
		{name: "LevelPageToItsPart", check: checkLevels, path: "ams/app/web/site", imports: []string{"ams/app/web/site/map", "ams/app/web"}},
		{name: "LevelEngineToWeb", check: checkLevels, path: "ams/app/admin", imports: []string{"ams/app/web", "ams/app/field"}},
		{name: "LevelWebToEngine", check: checkLevels, path: "ams/app/web", imports: []string{"ams/app/admin"}, want: "not below"},
		{name: "LevelStaff", check: checkLevels, path: "ams/app/staff", imports: []string{"ams/app/admin", "ams/app/event"}},
		{name: "LevelApp", check: checkLevels, path: "ams/app", imports: []string{"ams/app/web/site", "ams/app/staff", "ams/jobs"}},
		{name: "LevelMain", check: checkLevels, path: "ams", imports: []string{"ams/app"}},
		{name: "LevelToMain", check: checkLevels, path: "ams/app", imports: []string{"ams/tools/assets"}, want: "not below"},

		{name: "DomainAgainstOrder", check: checkDomains, path: "ams/app/account", imports: []string{"ams/app/session"}, want: "order"},
		{name: "DomainInOrder", check: checkDomains, path: "ams/app/membership", imports: []string{"ams/app/billing", "ams/app/lang"}},
		{name: "DomainPart", check: checkDomains, path: "ams/app/cms/block", imports: []string{"ams/app/account"}, want: "order"},
		{name: "DomainItsPart", check: checkDomains, path: "ams/app/cms", imports: []string{"ams/app/cms/block"}},
		{name: "DomainWeb", check: checkDomains, path: "ams/app/web", imports: []string{"ams/app/account", "ams/app/event"}, want: "app/event"},
		{name: "DomainEngine", check: checkDomains, path: "ams/app/admin", imports: []string{"ams/app/account"}, want: "order"},
		{name: "DomainPage", check: checkDomains, path: "ams/app/web/site", imports: []string{"ams/app/event", "ams/app/membership"}},

		{name: "Gin", check: checkLibraries, path: "ams/app/event", imports: []string{"github.com/gin-gonic/gin"}, want: "gin"},
		{name: "GinPart", check: checkLibraries, path: "ams/app", imports: []string{"github.com/gin-gonic/gin/binding"}, want: "gin"},
		{name: "GinInPages", check: checkLibraries, path: "ams/app/web/site", imports: []string{"github.com/gin-gonic/gin"}},
		{name: "Bun", check: checkLibraries, path: "ams/app/web/site", imports: []string{"github.com/uptrace/bun/dialect"}, want: "bun"},
		{name: "BunInDomains", check: checkLibraries, path: "ams/app/cms", imports: []string{"github.com/uptrace/bun"}},
		{name: "Mailgun", check: checkLibraries, path: "ams/app/account", imports: []string{"github.com/mailgun/mailgun-go/v4"}, want: "mailgun"},
		{name: "Minio", check: checkLibraries, path: "ams/app/cms", imports: []string{"github.com/minio/minio-go/v7"}, want: "minio"},
		{name: "Gue", check: checkLibraries, path: "ams/app/mail", imports: []string{"github.com/vgarvardt/gue/v5"}, want: "gue"},
		{name: "Sentry", check: checkLibraries, path: "ams/app/mail", imports: []string{"github.com/getsentry/sentry-go"}, want: "sentry"},
		{name: "SentryInItsPlace", check: checkLibraries, path: "ams/app/journal/incident", imports: []string{"github.com/getsentry/sentry-go"}},
		{name: "Testing", check: checkLibraries, path: "ams/app/event", imports: []string{"testing"}, want: "testing"},
		{name: "TestingInSupport", check: checkLibraries, path: "ams/app/database/dbtest", imports: []string{"testing"}},
		{name: "Tools", check: checkLibraries, path: "ams/tools/partshots", imports: []string{"github.com/chromedp/chromedp"}},
		{name: "OtherLibrary", check: checkLibraries, path: "ams/app/event", imports: []string{"github.com/google/uuid"}},

		{name: "Support", check: checkTestSupport, path: "ams/app", imports: []string{"ams/app/database/dbtest"}, want: "outside its tests"},
		{name: "SupportOfSupport", check: checkTestSupport, path: "ams/app/web/webtest", imports: []string{"ams/app/database/dbtest"}},

		{name: "Name", check: checkNames, path: "ams/app/event/utils", want: `"utils"`},
		{name: "NameModels", check: checkNames, path: "ams/app/models", want: `"models"`},
		{name: "NameFine", check: checkNames, path: "ams/app/event"},

		{name: "Init", check: checkInit, text: "func init() {}", want: "init runs unasked"},
		{name: "InitInTest", check: checkInit, file: "a_test.go", text: "func init() {}", want: "init runs unasked"},
		{name: "InitMethod", check: checkInit, text: "type a int\nfunc (a) init() {}"},

		{name: "Variable", check: checkVariables, text: "var cache map[string]int", want: "package variable cache"},
		{name: "VariableValue", check: checkVariables, text: "var limit = 3", want: "package variable limit"},
		{name: "VariableInGroup", check: checkVariables, text: "import \"errors\"\nvar (\n\tErrA = errors.New(\"a\")\n\tn int\n)", want: "variable n"},
		{name: "VariableCall", check: checkVariables, text: "import \"os\"\nvar home = os.Getenv(\"HOME\")", want: "variable home"},
		{name: "VariableUnnamed", check: checkVariables, text: "var _ = 3", want: "variable _"},
		{name: "VariableForged", check: checkVariables, text: "type e struct{}\nvar errors e\nfunc (e) New() int", want: "variable errors"},
		{name: "VariableInTest", check: checkVariables, file: "a_test.go", text: "var update = true"},
		{name: "VariableOfLinker", check: checkVariables, path: "ams/app", file: "version.go", text: "var a, b string"},
		{name: "VariableNotOfLinker", check: checkVariables, path: "ams/app", text: "var a, b string", want: "variable a"},
		{name: "VariableLocal", check: checkVariables, text: "func f() { var n int; _ = n }"},
		{name: "Regexp", check: checkVariables, text: "import \"regexp\"\nvar a = regexp.MustCompile(\"a\")"},
		{name: "Sentinel", check: checkVariables, text: "import \"fmt\"\nvar ErrA = fmt.Errorf(\"a\")"},
		{name: "Once", check: checkVariables, text: "import \"sync\"\nvar a = sync.OnceValue(func() int { return 1 })"},
		{name: "Embed", check: checkVariables, text: "import _ \"embed\"\n//go:embed a.txt\nvar a []byte"},
		{name: "Assertion", check: checkVariables, text: "import \"io\"\nvar _ io.Reader = (*a)(nil)\ntype a struct{}"},

		{name: "File", check: checkFileLength, text: strings.Repeat("\n", longestFile), want: "lines"},
		{name: "FileFits", check: checkFileLength, text: strings.Repeat("\n", longestFile-2)},
		{name: "FileOfTests", check: checkFileLength, file: "a_test.go", text: strings.Repeat("\n", longestFile)},
		{name: "FileOfTestsTooLong", check: checkFileLength, file: "a_test.go", text: strings.Repeat("\n", longestTest), want: "lines"},

		{name: "Function", check: checkFunctionLength, text: lines(longestFunction + 1), want: "long has 61 lines"},
		{name: "FunctionFits", check: checkFunctionLength, text: lines(longestFunction)},
		{name: "FunctionOfTest", check: checkFunctionLength, file: "a_test.go", text: lines(longestFunction + 1)},

		{name: "Interfaces", check: checkInterfaces, text: interfaces(4, 1), want: "exports 4 interfaces"},
		{name: "InterfacesFit", check: checkInterfaces, text: interfaces(3, 3)},
		{name: "InterfaceWide", check: checkInterfaces, text: interfaces(1, 4), want: "more than 3 methods"},
		{name: "InterfacesElsewhere", check: checkInterfaces, path: "ams/app/lang", text: interfaces(4, 4)},
		{name: "InterfaceUnexported", check: checkInterfaces, text: strings.ReplaceAll(interfaces(4, 4), "type I", "type i")},

		{name: "HTML", check: checkTrustedHTML, text: "import \"html/template\"\nvar a = template.HTML(\"<b>\")", want: "html/template.HTML"},
		{name: "HTMLRenamed", check: checkTrustedHTML, text: "import h \"html/template\"\nvar a = h.JS(\"\")", want: "html/template.JS"},
		{name: "HTMLType", check: checkTrustedHTML, text: "import \"html/template\"\nvar a template.HTML"},
		{name: "HTMLInCMS", check: checkTrustedHTML, path: "ams/app/cms/block", text: "import \"html/template\"\nvar a = template.HTML(\"\")"},
		{name: "HTMLOther", check: checkTrustedHTML, text: "import \"text/template\"\nvar a = template.HTML(\"\")"},

		{name: "Clock", check: checkMachineClock, text: "import \"time\"\nvar a = time.Now()", want: "time.Now"},
		{name: "ClockHandedOn", check: checkMachineClock, text: "import \"time\"\nvar a = time.Now", want: "time.Now"},
		{name: "ClockSince", check: checkMachineClock, text: "import \"time\"\nvar a = time.Since(b)", want: "time.Since"},
		{name: "ClockInTest", check: checkMachineClock, file: "a_test.go", text: "import \"time\"\nvar a = time.Now()"},
		{name: "ClockOfJobs", check: checkMachineClock, path: "ams/jobs", text: "import \"time\"\nvar a = time.Now()"},
		{name: "ClockOfOneFile", check: checkMachineClock, path: "ams/app/mail", file: "mailgun.go", text: "import \"time\"\nvar a = time.Now()"},
		{name: "ClockOfAnother", check: checkMachineClock, path: "ams/app/mail", file: "mail.go", text: "import \"time\"\nvar a = time.Now()", want: "time.Now"},
		{name: "ClockOther", check: checkMachineClock, text: "import \"time\"\nvar a = time.Hour"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newPack(either(tt.path, "ams/app/event"), tt.imports)
			s, err := parseSource(p.Path+"/"+either(tt.file, "a.go"), []byte("package a\n"+tt.text+"\n"))
			if err != nil {
				t.Fatal(err)
			}
			p.Files = []*source{s}
			reports := tt.check(p)
			if tt.want == "" && len(reports) > 0 {
				t.Errorf("the rule reports %q, want nothing", reports)
			}
			if tt.want != "" && (len(reports) != 1 || !strings.Contains(reports[0], tt.want)) {
				t.Errorf("the rule reports %q, want one report with %q", reports, tt.want)
			}
		})
	}
}

func TestCheckText(t *testing.T) {
	t.Parallel()
	note := "TO" + "DO"
	tests := []struct{ name, file, text, want string }{
		{"Note", "app/event/event.go", "package event\n\n// " + note + ": later", "event.go:3"},
		{"NoteInTemplate", "views/site/page.html", "{{/* FIX" + "ME */}}", "page.html:1"},
		{"NoteInsideAWord", "app/a.go", "var " + note + "List int", ""},
		{"Lock", "tools/a/package-lock.json", `"resolved": "https://packages.example/a.tgz"`, "package-lock.json:1"},
		{"Npmrc", "tools/a/.npmrc", "audit=false\nregistry=https://packages.example", ".npmrc"},
		{"NpmrcFine", "tools/a/.npmrc", "omit-lockfile-registry-resolved=true", ""},
		{"Proxy", "Makefile", "export GOPROXY = https://packages.example", "Makefile:1"},
		{"Flag", "tools/setup", "npm ci --registry https://packages.example", "setup:1"},
		{"RegistryOfJobs", "jobs/worker.go", "package jobs\n\tregistry = jobs.New()", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reports := checkText(tt.file, tt.text)
			if (tt.want == "") != (len(reports) == 0) || !strings.Contains(strings.Join(reports, ""), tt.want) {
				t.Errorf("checkText(%s) = %q, want %q", tt.file, reports, tt.want)
			}
		})
	}
}

func either(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}

// lines is a function of so many lines.
func lines(n int) string { return "func long() {" + strings.Repeat("\n", n-1) + "}" }

func interfaces(n, methods int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "type I%d interface {\n", i)
		for m := range methods {
			fmt.Fprintf(&b, "\tM%d()\n", m)
		}
		b.WriteString("}\n")
	}
	return b.String()
}
