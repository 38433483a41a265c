package app

import (
	"html/template"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/jba/templatecheck"

	"ams/app/clock"
	"ams/app/database/dbtest"
	"ams/app/dev/inbox"
)

func composed(t *testing.T) *App {
	t.Helper()
	cfg, err := ReadConfig(func(name string) string {
		return map[string]string{"DJANGO_SETTINGS_MODULE": "config.settings.test", "AMS_ENABLED_LANGUAGES": "en,mi"}[name]
	})
	if err != nil {
		t.Fatalf("ReadConfig() = %v", err)
	}
	box, err := inbox.Open(t.TempDir(), clock.System())
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(cfg, dbtest.New(t), Outside{Clock: clock.System(), Mail: box, Inbox: box, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatalf("New() = %v", err)
	}
	return a
}

// Every bound template fits its model, in strict mode, and can be executed: a tag that a branch leaves open shows only
// then.
func TestTemplates(t *testing.T) {
	t.Parallel()
	err := composed(t).views.Each(func(tmpl *template.Template, _ string, zero any) error {
		if err := templatecheck.CheckHTMLStrict(tmpl, zero); err != nil {
			return err
		}
		return tmpl.Execute(io.Discard, zero)
	})
	if err != nil {
		t.Error(err)
	}
}

// View models hold what is shown, never rows of the database.
func TestViewModels(t *testing.T) {
	t.Parallel()
	for name, model := range composed(t).views.Types() {
		if found := rowIn(model, map[reflect.Type]bool{}); found != "" {
			t.Errorf("the model of %s holds %s, a row of the database", name, found)
		}
	}
}

func rowIn(m reflect.Type, seen map[reflect.Type]bool) string {
	for m.Kind() == reflect.Pointer || m.Kind() == reflect.Slice || m.Kind() == reflect.Map {
		m = m.Elem()
	}
	if m.Kind() != reflect.Struct || seen[m] {
		return ""
	}
	seen[m] = true
	if strings.Contains(m.PkgPath(), "uptrace/bun") {
		return m.String()
	}
	for f := range m.NumField() {
		if found := rowIn(m.Field(f).Type, seen); found != "" {
			return found
		}
	}
	return ""
}
