package app

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestUndocumented shows each thing that the check finds, and that it finds nothing else.
func TestUndocumented(t *testing.T) {
	t.Parallel()
	settings := []Setting{
		{Name: "AMS_ENABLED_LANGUAGES"}, {Name: "AMS_EVENTS_ENABLED"}, {Name: "AMS_WORKER_CONCURRENCY"}, {Name: "PORT"},
	}
	const (
		languages = "# Settings\n\n## `AMS_ENABLED_LANGUAGES`\n\nWords.\n"
		events    = "\n## AMS_EVENTS_ENABLED\n\n### Detail\n"
		worker    = "| name | meaning |\n|---|---|\n| `AMS_WORKER_CONCURRENCY` | jobs |\n"
	)
	tests := []struct {
		name            string
		settings        []Setting
		glossary, guide string
		want            []string // the beginning of each line
	}{
		{"OK", settings, languages + events, worker, nil},
		{
			"NoHeading", settings, languages, worker,
			[]string{"AMS_EVENTS_ENABLED: docs/settings.md has no heading"},
		},
		{
			"NoSetting", settings, languages + events + "## `AMS_COLOUR`\n", worker,
			[]string{"AMS_COLOUR: docs/settings.md has a heading for it, which is no setting"},
		},
		{
			"Repeated", settings, languages + events + events, worker,
			[]string{"AMS_EVENTS_ENABLED: docs/settings.md has 2 headings"},
		},
		{
			"InBoth", settings, languages + events, worker + "| `AMS_EVENTS_ENABLED` | events |\n",
			[]string{"AMS_EVENTS_ENABLED: it is the association's choice"},
		},
		{
			"OnlyInGlossary", settings, languages + events + "## AMS_WORKER_CONCURRENCY\n", "",
			[]string{
				"AMS_WORKER_CONCURRENCY: docs/settings.md has a heading for it, which is no setting",
				"AMS_WORKER_CONCURRENCY: only docs/settings.md explains it",
			},
		},
		{"Mentioned", settings, languages + events, "`AMS_WORKER_CONCURRENCY` is fine.", []string{"AMS_WORKER_CONCURRENCY: nothing explains it"}},
		{
			"SHL-51 new setting", append(settings, Setting{Name: "AMS_X"}), languages + events, worker,
			[]string{"AMS_X: nothing explains it"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := undocumented(tt.settings, tt.glossary, tt.guide)
			for i := range min(len(got), len(tt.want)) {
				if strings.HasPrefix(got[i], tt.want[i]) {
					got[i] = tt.want[i]
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("undocumented(): -want +got\n%s", diff)
			}
		})
	}
}
