package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app"
)

type service struct {
	Image       string
	Build       string
	Command     any
	Entrypoint  []string
	Environment map[string]string
	Ports       []string
	Volumes     []string
	Configs     []struct{ Source string }
	ReadOnly    bool                                  `yaml:"read_only"`
	DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	Healthcheck struct {
		Test    []string
		Disable bool
	}
	Develop struct {
		Watch []struct{ Action, Path string }
	}
}

type compose struct {
	Services map[string]service
	Volumes  map[string]any
	Configs  map[string]struct{ Content string }
}

// ours are the services that run this program.
func (c compose) ours() map[string]service {
	found := map[string]service{}
	for name, s := range c.Services {
		if s.Build != "" {
			found[name] = s
		}
	}
	return found
}

func TestCompose(t *testing.T) {
	t.Parallel()
	c := parsed[compose](t, "compose.yaml")
	if len(c.ours()) != 3 {
		t.Fatalf("%d services run the program, want prepare, web and worker", len(c.ours()))
	}
	for name, s := range c.ours() {
		settings := s.Environment
		cfg, err := app.ReadConfig(func(name string) string { return settings[name] })
		if err != nil {
			t.Errorf("%s does not start: %v", name, err)
		}
		if cfg.Site.BaseURL != "http://localhost:3000" || cfg.Profile != app.Local || !cfg.Objects.Given() || !s.ReadOnly {
			t.Errorf("%s: %q in profile %q on a read-only system: %v", name, cfg.Site.BaseURL, cfg.Profile, s.ReadOnly)
		}
		for variable := range s.Environment {
			if !known(variable) {
				t.Errorf("%s: the program does not know the variable %s", name, variable)
			}
		}
		var args []string
		for _, a := range s.Command.([]any) {
			args = append(args, a.(string))
		}
		if !command(t, args...) {
			t.Errorf("%s: the program has no command %q", name, args)
		}
		if test := s.Healthcheck.Test; test != nil && (test[1] != "ams" || !command(t, test[2:]...)) {
			t.Errorf("%s: the health check is %q", name, test)
		}
		for _, w := range s.Develop.Watch {
			if _, err := os.Stat(filepath.Join(top, w.Path)); err != nil {
				t.Errorf("%s watches %s: %v", name, w.Path, err)
			}
		}
	}
	if got := c.Services["web"].Ports; !slices.Equal(got, []string{"3000:3000"}) {
		t.Errorf("web has the ports %v, want 3000", got)
	}
	if c.Services["postgres"].Image != "postgres:16-bookworm" {
		t.Errorf("PostgreSQL is %q, want 16", c.Services["postgres"].Image)
	}
	for name, s := range c.Services {
		if s.Build == "" && (!strings.Contains(s.Image, ":") || strings.HasSuffix(s.Image, ":latest")) {
			t.Errorf("%s: the image %q has no version", name, s.Image)
		}
		for other := range s.DependsOn {
			if _, there := c.Services[other]; !there {
				t.Errorf("%s waits for %s, which does not exist", name, other)
			}
		}
		for _, config := range s.Configs {
			if !json.Valid([]byte(c.Configs[config.Source].Content)) {
				t.Errorf("%s uses the file %s, which does not exist or is no JSON", name, config.Source)
			}
		}
		for _, v := range s.Volumes {
			volume, _, _ := strings.Cut(v, ":")
			if _, there := c.Volumes[volume]; !there {
				t.Errorf("%s uses the volume %s, which does not exist", name, volume)
			}
		}
	}
}

// The buckets and the account that are made are those that the program is told of.
func TestComposeBuckets(t *testing.T) {
	t.Parallel()
	c := parsed[compose](t, "compose.yaml")
	text, settings := string(read(t, "compose.yaml")), c.Services["web"].Environment
	public, private := settings["DJANGO_MEDIA_PUBLIC_BUCKET_NAME"], settings["DJANGO_MEDIA_PRIVATE_BUCKET_NAME"]
	for _, want := range []string{
		"mc mb --ignore-existing store/" + public + " store/" + private + "\n",
		"mc anonymous set-json /policy.json store/" + public + "\n",
		`"Resource": ["arn:aws:s3:::` + public + `/*"]`,
		`mc alias set store ` + settings["DJANGO_MEDIA_PUBLIC_ENDPOINT_URL"] + " " + settings["DJANGO_MEDIA_PUBLIC_ACCESS_KEY"] +
			` "` + settings["DJANGO_MEDIA_PUBLIC_SECRET_KEY"] + `"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("compose.yaml lacks %q", want)
		}
	}
	store := c.Services["minio"].Environment
	if store["MINIO_ROOT_USER"] != settings["DJANGO_MEDIA_PRIVATE_ACCESS_KEY"] || store["MINIO_ROOT_PASSWORD"] != settings["DJANGO_MEDIA_PRIVATE_SECRET_KEY"] {
		t.Error("the store has another account than the program")
	}
	if store := c.Services["postgres"].Environment; store["POSTGRES_PASSWORD"] != settings["POSTGRES_PASSWORD"] || store["POSTGRES_DB"] != settings["POSTGRES_DB"] {
		t.Error("PostgreSQL has another account or database than the program")
	}
}

// Settings that lead to the other containers are set as soon as the program has them.
func TestComposeNeighbours(t *testing.T) {
	t.Parallel()
	c := parsed[compose](t, "compose.yaml")
	for variable, want := range map[string]string{
		"DJANGO_EMAIL_BACKEND": "smtp", "EMAIL_HOST": "mailpit",
		"DJANGO_MEDIA_PUBLIC_CUSTOM_DOMAIN":  "localhost:9000/ams-media-public", // what a browser reaches
		"DJANGO_MEDIA_PRIVATE_CUSTOM_DOMAIN": "localhost:9000/ams-media-private",
	} {
		for name, s := range c.ours() {
			if got := s.Environment[variable]; known(variable) && got != want {
				t.Errorf("%s: %s is %q, want %q", name, variable, got, want)
			}
		}
	}
}

// The two documents explain every setting, each in its place.
func TestGlossary(t *testing.T) {
	for dir, want := range map[string]int{top: 0, t.TempDir(): 1} {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			t.Chdir(dir)
			var out bytes.Buffer
			streams := app.Streams{In: strings.NewReader(""), Out: &out, Err: &out}
			if got := app.Main(t.Context(), []string{"ams", "check_settings_glossary"}, none, streams); got != want {
				t.Errorf("check_settings_glossary in %s = %d, want %d: %s", dir, got, want, &out)
			}
		})
	}
}

func known(variable string) bool {
	return slices.ContainsFunc(app.Settings(), func(s app.Setting) bool { return s.Name == variable })
}

// The example of the private file names settings only; the real one cannot be committed.
func TestEnvironmentFile(t *testing.T) {
	t.Parallel()
	set := regexp.MustCompile(`(?m)^#?([A-Z][A-Z0-9_]*)=`)
	found := set.FindAllSubmatch(read(t, ".env.example"), -1)
	if len(found) == 0 {
		t.Error(".env.example names no setting")
	}
	for _, m := range found {
		if !known(string(m[1])) {
			t.Errorf(".env.example: the program does not know the variable %s", m[1])
		}
	}
	if !strings.Contains(string(read(t, ".gitignore")), "/.env\n") {
		t.Error("git does not ignore .env")
	}
}

type workflow struct {
	On   map[string]any
	Jobs map[string]struct {
		Uses        string
		Needs       any
		If          string
		Concurrency struct {
			Group  string
			Cancel *bool `yaml:"cancel-in-progress"`
		}
		Strategy struct{ Matrix map[string][]string }
		Steps    []struct {
			Name, Uses, Run string
			With            map[string]any
		}
	}
}

func TestWorkflows(t *testing.T) {
	t.Parallel()
	target := regexp.MustCompile(`(?m)^([a-z]+):`)
	var targets []string
	for _, m := range target.FindAllSubmatch(read(t, "Makefile"), -1) {
		targets = append(targets, string(m[1]))
	}
	calls := regexp.MustCompile(`(?m)^\s*make +([a-z -]+)$`)
	pinned := regexp.MustCompile(`@(v\d+\.\d+\.\d+|[0-9a-f]{40})$`)
	var run string
	for _, name := range []string{"ci.yml", "deploy.yml"} {
		w := parsed[workflow](t, ".github/workflows/"+name)
		for job, j := range w.Jobs {
			if strings.HasPrefix(j.Uses, "./") {
				parsed[workflow](t, j.Uses)
			}
			for _, s := range j.Steps {
				if s.Uses != "" && !pinned.MatchString(s.Uses) {
					t.Errorf("%s %s: %s is not pinned", name, job, s.Uses)
				}
				if version, ok := s.With["go-version"]; ok && !strings.Contains(string(read(t, "go.mod")), "\ngo "+version.(string)+".") {
					t.Errorf("%s %s: Go %v is not that of go.mod", name, job, version)
				}
				run += s.Run + "\n"
			}
		}
	}
	run += string(read(t, ".ci/run"))
	for _, m := range calls.FindAllStringSubmatch(run, -1) {
		for _, called := range strings.Fields(m[1]) {
			if !slices.Contains(targets, called) {
				t.Errorf("the pipeline calls make %s, which the Makefile does not have", called)
			}
		}
	}
	for _, want := range []string{
		".ci/run", "make vulnerabilities", "make image", "make test", "check_settings_glossary", "go run ./tools/delivery fill", "migrations/*.sql",
		`imagetools create --tag "$image:$GITHUB_REF_NAME" "$image:$GITHUB_SHA"`,
	} {
		if !strings.Contains(run, want) {
			t.Errorf("the pipeline does not run %q", want)
		}
	}
	checkDeployment(t)
	if info, err := os.Stat(filepath.Join(top, ".ci/run")); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf(".ci/run cannot be run: %v", err)
	}
}

// checkDeployment looks at the order of things, and that nothing breaks off a deployment.
func checkDeployment(t *testing.T) {
	t.Helper()
	jobs := parsed[workflow](t, ".github/workflows/deploy.yml").Jobs
	site := jobs["development"]
	if jobs["image"].Needs != "checks" || site.Needs != "image" {
		t.Error("the image does not wait for the checks, or the deployment not for the image")
	}
	if site.Concurrency.Group == "" || site.Concurrency.Cancel == nil || *site.Concurrency.Cancel {
		t.Errorf("deployments: %+v, want one at a time, never cancelled", site.Concurrency)
	}
	if jobs["release"].If != "github.ref_type == 'tag'" || jobs["checks"].If != "github.ref_type == 'branch'" {
		t.Error("a tag builds again, or a branch releases")
	}
	versions := parsed[workflow](t, ".github/workflows/ci.yml").Jobs["checks"].Strategy.Matrix["postgres"]
	if !slices.Equal(versions, []string{"15", "16"}) {
		t.Errorf("tests run with PostgreSQL %v, want 15 and 16", versions)
	}
}

func TestDockerfile(t *testing.T) {
	t.Parallel()
	text := string(read(t, "Dockerfile"))
	_, runtime, two := strings.Cut(text[1:], "\nFROM busybox:")
	if !two {
		t.Fatal("the image has no second stage")
	}
	for _, want := range []string{
		"\nUSER 65532:65532\n", "\nENTRYPOINT [\"ams\"]\n", "\nCMD [\"web\"]\n", "org.opencontainers.image.revision=\"$REVISION\"",
		"/etc/ssl/certs/ca-certificates.crt", `CMD ["ams", "healthcheck", "web"]`,
	} {
		if !strings.Contains(runtime, want) {
			t.Errorf("the second stage of the Dockerfile lacks %q", want)
		}
	}
	set := regexp.MustCompile(`(?m)^ENV (.+)$`)
	for _, m := range set.FindAllStringSubmatch(text, -1) {
		for _, pair := range strings.Fields(m[1]) {
			if name, _, _ := strings.Cut(pair, "="); !known(name) {
				t.Errorf("the Dockerfile sets %s, which the program does not know", name)
			}
		}
	}
	tags := regexp.MustCompile(`-tags[= ]([a-z,]+)`)
	for file, want := range map[string]string{
		"Makefile": "nomsgpack,nodynamic", ".ci/run": "nomsgpack,nodynamic",
		"Dockerfile": "nomsgpack,nodynamic,production", guide: "nomsgpack,nodynamic,production",
	} {
		if m := tags.FindSubmatch(read(t, file)); m == nil || string(m[1]) != want {
			t.Errorf("%s builds with the tags %q, want %s", file, m, want)
		}
	}
	module := string(read(t, "go.mod"))
	version := regexp.MustCompile(`FROM golang:(\d+\.\d+) `).FindStringSubmatch(text)
	if version == nil || !strings.Contains(module, "\ngo "+version[1]+".") {
		t.Errorf("the Dockerfile builds with Go %v, which is not that of go.mod", version)
	}
}

// TestBuildContext finds every file that the program is built from among those that reach the build of the image, and
// nothing that it does not need.
func TestBuildContext(t *testing.T) {
	t.Parallel()
	ignored := ignore(string(read(t, ".dockerignore")))
	list := exec.CommandContext(t.Context(), "go", "list", "-deps", "-tags=nomsgpack,nodynamic,production", "-json=Dir,Module,GoFiles,EmbedFiles", ".")
	list.Dir = top
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	root, err := filepath.Abs(top)
	if err != nil {
		t.Fatal(err)
	}
	files := []string{"go.mod", "go.sum"}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir                 string
			Module              *struct{ Main bool }
			GoFiles, EmbedFiles []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("go list: %v", err)
		}
		if p.Module == nil || !p.Module.Main {
			continue
		}
		for _, name := range slices.Concat(p.GoFiles, p.EmbedFiles) {
			inside, err := filepath.Rel(root, filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, filepath.ToSlash(inside))
		}
	}
	if len(files) < 100 {
		t.Fatalf("go list names %d files, which cannot be all", len(files))
	}
	for _, name := range files { // they bring an object store along, a third of the program
		if strings.HasPrefix(name, "app/dev/objects/") || strings.HasPrefix(name, "app/dev/postgres/") {
			t.Errorf("%s is built into what is delivered", name)
		}
	}
	for _, name := range files {
		if ignored(name) {
			t.Errorf("%s does not reach the build", name)
		}
	}
	for _, name := range []string{".git/HEAD", ".env", ".dev/ams", "docs/deployment.md", "tools/setup", "app/app_test.go", "compose.yaml"} {
		if !ignored(name) {
			t.Errorf("%s reaches the build", name)
		}
	}
}

// ignore understands of .dockerignore what ours uses: the last line that fits decides, for a file or a folder above it.
func ignore(text string) func(string) bool {
	return func(name string) (ignored bool) {
		for line := range strings.Lines(text) {
			pattern, again := strings.CutPrefix(strings.TrimSpace(line), "!")
			if pattern == "" || strings.HasPrefix(pattern, "#") {
				continue
			}
			parts := strings.Split(name, "/")
			for i := range parts {
				above, tried := path.Join(parts[:i+1]...), pattern
				if rest, anywhere := strings.CutPrefix(pattern, "**/"); anywhere {
					above, tried = parts[i], rest
				}
				if fits, _ := path.Match(tried, above); fits {
					ignored = !again
				}
			}
		}
		return ignored
	}
}

// Documents link to each other and to files of the repository.
func TestLinks(t *testing.T) {
	t.Parallel()
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	anchor := regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
	documents, err := filepath.Glob(filepath.Join(top, "docs", "*.md"))
	if err != nil || len(documents) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	slugs := func(file string) (all []string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range anchor.FindAllSubmatch(text, -1) {
			kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(string(m[1])), "")
			all = append(all, strings.ReplaceAll(kept, " ", "-"))
		}
		return all
	}
	for _, file := range append(documents, filepath.Join(top, "README.md")) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllSubmatch(text, -1) {
			to, err := url.Parse(string(m[1]))
			if err != nil || to.Scheme != "" {
				continue
			}
			target := file
			if to.Path != "" {
				target = filepath.Join(filepath.Dir(file), to.Path)
			}
			if _, err := os.Stat(target); errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s links to %s, which does not exist", file, m[1])
			} else if to.Fragment != "" && !slices.Contains(slugs(target), to.Fragment) {
				t.Errorf("%s links to the heading %s, which %s does not have", file, to.Fragment, target)
			}
		}
	}
}

func TestIgnore(t *testing.T) {
	t.Parallel()
	ignored := ignore("# all\n*\n!app\n**/*_test.go\n**/testdata\n")
	want := map[string]bool{
		"README.md": true, "app": false, "app/a.go": false, "app/b/c.go": false, "app/b/c_test.go": true, "app/b/testdata/x": true, "application/a.go": true,
	}
	got := map[string]bool{}
	for name := range want {
		got[name] = ignored(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("ignored: -want +got\n%s", diff)
	}
}
