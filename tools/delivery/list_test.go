package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ams/app"
)

// top is the repository, seen from the folder that tests run in.
const top = "../.."

func none(string) string { return "" }

// A setting that is added, changed or taken away has to reach both files.
func TestListsAreUpToDate(t *testing.T) {
	t.Parallel()
	if err := run(top, []string{"--check"}, none, io.Discard); err != nil {
		t.Error(err)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(guide, "before\n<!-- begin settings -->\nstale list\n<!-- end settings -->\nafter\n")
	write(spec, "envs:\n      # begin settings\n      # end settings\nafter: 1\n")
	if err := run(root, []string{"--check"}, none, io.Discard); err == nil || strings.Count(err.Error(), "not up to date") != 2 {
		t.Errorf("--check of old lists = %v, want both files named", err)
	}
	if err := run(root, nil, none, io.Discard); err != nil {
		t.Fatalf("writing the lists = %v", err)
	}
	if err := run(root, []string{"--check"}, none, io.Discard); err != nil {
		t.Errorf("--check of lists just written = %v", err)
	}
	text, err := os.ReadFile(filepath.Join(root, guide))
	if err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]bool{
		"before\n<!-- begin": true, "end settings -->\nafter\n": true, "stale list": false,
		"| `PORT` |  | `5000` in development `8000` | Port that": true, "| `POSTGRES_HOST` | yes |": true, "Secret. |": true,
		"`AMS_ENABLED_LANGUAGES`": false, // the association's choice, which the glossary explains
	} {
		if strings.Contains(string(text), part) != want {
			t.Errorf("the guide has %q: %v, want %v", part, !want, want)
		}
	}
	write(guide, "no place for a list\n")
	if err := run(root, nil, none, io.Discard); err == nil || !strings.Contains(err.Error(), guide) {
		t.Errorf("writing into a guide without the two lines = %v, want it named", err)
	}
	if err := run(root, []string{"--chek"}, none, io.Discard); err == nil {
		t.Error("a flag that does not exist is taken")
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	got := table([]app.Setting{{Group: "G", Name: "N", Meaning: "One | two.", Default: "a|b", Example: "x"}})
	if want := "| `N` |  | `a\\|b` | One \\| two. | `x` |\n"; !strings.Contains(got, want) {
		t.Errorf("table() = %q, want the row %q", got, want)
	}
}
