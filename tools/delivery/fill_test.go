package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"ams/app"
)

// specification is what the tests look at of an app on App Platform.
type specification struct {
	Region    string
	Alerts    []struct{ Rule string }
	Domains   []struct{ Domain, Type string }
	Ingress   struct{ Rules []rule }
	Databases []struct {
		Name, Engine, Version string
		Production            bool
	}
	Services, Workers, Jobs []component
}

type rule struct {
	Component struct{ Name string }
	Match     struct{ Path struct{ Prefix string } }
}

type component struct {
	Name, Kind  string
	Image       map[string]string
	RunCommand  string `yaml:"run_command" json:"run_command"`
	HTTPPort    int    `yaml:"http_port" json:"http_port"`
	Size        string `yaml:"instance_size_slug" json:"instance_size_slug"`
	Count       int    `yaml:"instance_count" json:"instance_count"`
	HealthCheck struct {
		Path string `yaml:"http_path" json:"http_path"`
	} `yaml:"health_check" json:"health_check"`
	Envs []variable
}

type variable struct{ Key, Value, Scope, Type string }

func (s specification) components() []component { return slices.Concat(s.Services, s.Workers, s.Jobs) }

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(top, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parsed[T any](t *testing.T, name string) (v T) {
	t.Helper()
	if err := yaml.Unmarshal(read(t, name), &v); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

// command tells whether the program has a command that takes these arguments.
func command(t *testing.T, args ...string) bool {
	t.Helper()
	streams := app.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	return app.Main(t.Context(), slices.Concat([]string{"ams"}, args, []string{"--help"}), none, streams) == 0
}

func TestSpecification(t *testing.T) {
	t.Parallel()
	s := parsed[specification](t, spec)
	type shape struct {
		Kind, Command, Size, Health string
		Port                        int
	}
	got := map[string]shape{}
	for _, c := range s.components() {
		got[c.Name] = shape{c.Kind, c.RunCommand, c.Size, c.HealthCheck.Path, c.HTTPPort}
		name, rest, _ := strings.Cut(c.RunCommand, " ")
		if name != "ams" || !command(t, strings.Fields(rest)...) {
			t.Errorf("%s runs %q, which the program does not know", c.Name, c.RunCommand)
		}
		if c.Count != 1 || c.Image["digest"] != "${IMAGE_DIGEST}" || c.Image["tag"] != "" || c.Image["registry_credentials"] == "" {
			t.Errorf("%s: %d of the image %v, want one, by digest, with credentials", c.Name, c.Count, c.Image)
		}
		checkVariables(t, c)
	}
	want := map[string]shape{
		"web":        {"", "ams web", "apps-s-1vcpu-0.5gb", "/readyz", 5000},
		"worker":     {"", "ams worker", "apps-s-1vcpu-0.5gb", "", 0},
		"job-deploy": {"PRE_DEPLOY", "ams deploy_steps", "apps-s-1vcpu-1gb-fixed", "", 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("components: -want +got\n%s", diff)
	}
	if s.Region != "syd" || len(s.Databases) != 1 || s.Databases[0].Name != "db" || s.Databases[0].Engine != "PG" || s.Databases[0].Version != "16" {
		t.Errorf("region %q with databases %+v, want syd with PostgreSQL 16 named db", s.Region, s.Databases)
	}
	if len(s.Alerts) != 2 || s.Alerts[0].Rule != "DEPLOYMENT_FAILED" || s.Alerts[1].Rule != "DOMAIN_FAILED" {
		t.Errorf("alerts %+v", s.Alerts)
	}
	if len(s.Domains) != 1 || s.Domains[0].Type != "PRIMARY" || len(s.Ingress.Rules) != 1 ||
		s.Ingress.Rules[0].Component.Name != "web" || s.Ingress.Rules[0].Match.Path.Prefix != "/" {
		t.Errorf("domains %+v, ingress %+v, want one primary domain that leads to web", s.Domains, s.Ingress)
	}
}

// checkVariables compares the variables of a component with the settings of the program.
func checkVariables(t *testing.T, c component) {
	t.Helper()
	known := map[string]app.Setting{}
	for _, s := range app.Settings() {
		known[s.Name] = s
	}
	listed := map[string]bool{}
	for _, v := range c.Envs {
		s, ok := known[v.Key]
		switch {
		case !ok:
			t.Errorf("%s: the program does not know the variable %s", c.Name, v.Key)
		case listed[v.Key]:
			t.Errorf("%s: %s is listed twice", c.Name, v.Key)
		case v.Scope != "RUN_AND_BUILD_TIME":
			t.Errorf("%s: %s has the scope %q", c.Name, v.Key, v.Scope)
		case s.Secret && v.Type != "SECRET" && !strings.HasPrefix(v.Value, "${db."):
			t.Errorf("%s: %s is shown to everybody", c.Name, v.Key)
		case s.Secret && !strings.HasPrefix(v.Value, "${"):
			t.Errorf("%s: %s has a value in the repository", c.Name, v.Key)
		}
		listed[v.Key] = true
	}
	for _, s := range app.Settings() {
		if s.Required && !listed[s.Name] {
			t.Errorf("%s: production needs %s, which is not listed", c.Name, s.Name)
		}
	}
}

// values are what a pipeline has, with characters that mean something in YAML, JSON or a placeholder.
func values() map[string]string {
	v := map[string]string{
		"SITE_DOMAIN": "members.example.org", "DATABASE_CLUSTER": "ams-db", "REGISTRY_OWNER": "example", "REGISTRY_REPOSITORY": "ams",
		"REGISTRY_CREDENTIALS": "robot:token", "IMAGE_DIGEST": "sha256:0123", "DJANGO_ADMIN_URL": "office/",
		"SENTRY_DSN": "off", "DJANGO_SECRET_KEY": `@: "quoted" #no \comment ${NOT_ONE} 0123456789 <&>`,
	}
	for _, s := range app.Settings() { // whatever else production needs
		if s.Required && v[s.Name] == "" {
			v[s.Name] = s.Example
		}
	}
	return v
}

func TestFill(t *testing.T) {
	t.Parallel()
	text := read(t, spec)
	from := func(v map[string]string) func(string) string { return func(name string) string { return v[name] } }
	t.Run("OK", func(t *testing.T) {
		t.Parallel()
		given := values()
		out, err := fill(text, from(given))
		if err != nil {
			t.Fatalf("fill() = %v", err)
		}
		var s specification
		if err := json.Unmarshal(out, &s); err != nil {
			t.Fatal(err)
		}
		if s.Domains[0].Domain != "members.example.org" || len(s.components()) != 3 {
			t.Errorf("fill() = %s", out)
		}
		for _, c := range s.components() {
			got := map[string]string{}
			for _, v := range c.Envs {
				got[v.Key] = v.Value
			}
			for key, want := range map[string]string{
				"DJANGO_SECRET_KEY": given["DJANGO_SECRET_KEY"], "POSTGRES_HOST": "${db.HOSTNAME}", "SITE_DOMAIN": "members.example.org",
			} {
				if got[key] != want {
					t.Errorf("%s: %s = %q, want %q", c.Name, key, got[key], want)
				}
			}
			if _, there := got["CONN_MAX_AGE"]; there || c.Image["digest"] != "sha256:0123" {
				t.Errorf("%s: variables %v with image %v, want none without a value, and the digest", c.Name, got, c.Image)
			}
		}
	})
	t.Run("ErrMissing", func(t *testing.T) {
		t.Parallel()
		given := values()
		delete(given, "IMAGE_DIGEST")
		delete(given, "DJANGO_ADMIN_URL")
		given["DJANGO_SECRET_KEY"] = "hunter2"
		out, err := fill(text, from(given))
		if err == nil || len(out) > 0 {
			t.Fatalf("fill() = %s, %v; want an error and nothing else", out, err)
		}
		for _, want := range []string{"these have no value: IMAGE_DIGEST", "DJANGO_ADMIN_URL is missing", "DJANGO_SECRET_KEY is too short"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("fill() = %v, want %q in it", err, want)
			}
		}
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("fill() shows a secret: %v", err)
		}
	})
	t.Run("Given", func(t *testing.T) {
		t.Parallel()
		getenv := from(map[string]string{
			"A": "process", "VARS": `{"A": "vars", "B": "vars", "C": "vars"}`, "SECRETS": `{"B": "secrets"}`,
		})
		value, err := given(getenv)
		if err != nil {
			t.Fatal(err)
		}
		if got := []string{value("A"), value("B"), value("C"), value("D")}; !slices.Equal(got, []string{"process", "secrets", "vars", ""}) {
			t.Errorf("values = %q, want the process first, then secrets, then variables", got)
		}
		if _, err := given(from(map[string]string{"SECRETS": `{"B": "hunter2`})); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("given(broken secrets) = %v, want an error without them", err)
		}
	})
}
