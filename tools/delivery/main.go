// Command delivery keeps the files that list settings in step with the program, and fills the specification of an App
// Platform app for its deployment:
//
//	go run ./tools/delivery          write the lists into docs/deployment.md and .do/app.yaml
//	go run ./tools/delivery --check  fail when they are not what the program gives
//	go run ./tools/delivery fill     print .do/app.yaml with its placeholders filled from the environment, as JSON
//
// fill takes values from the environment, then from the JSON objects in SECRETS and VARS.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"ams/app"
)

const (
	guide = "docs/deployment.md"
	spec  = ".do/app.yaml"
)

func main() {
	if err := run(".", os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "delivery:", err)
		os.Exit(1)
	}
}

// run works in the repository whose top is root.
func run(root string, args []string, getenv func(string) string, out io.Writer) error {
	switch {
	case len(args) == 0:
		return lists(root, false)
	case slices.Equal(args, []string{"--check"}):
		return lists(root, true)
	case slices.Equal(args, []string{"fill"}):
		text, err := os.ReadFile(filepath.Join(root, spec))
		if err != nil {
			return err
		}
		values, err := given(getenv)
		if err != nil {
			return err
		}
		filled, err := fill(text, values)
		if err == nil {
			_, err = out.Write(filled)
		}
		return err
	}
	return errors.New("takes nothing, --check or fill")
}

// given looks into the environment and into the two objects that the pipeline hands over whole, so that the names of
// the variables stand in the specification alone.
func given(getenv func(string) string) (func(string) string, error) {
	more := map[string]string{}
	for _, name := range []string{"VARS", "SECRETS"} { // secrets win
		text := getenv(name)
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), &more); err != nil {
			return nil, fmt.Errorf("%s is no JSON object of texts", name) // the cause could show a secret
		}
	}
	return func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return more[name]
	}, nil
}

// lists brings both files up to date, or tells which are not.
func lists(root string, check bool) error {
	var problems []error
	for name, list := range map[string]string{guide: table(app.Settings()), spec: variables(app.Settings())} {
		path := filepath.Join(root, name)
		old, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text, err := replaced(string(old), list)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("%s: %w", name, err))
		case text == string(old):
		case check:
			problems = append(problems, fmt.Errorf("%s is not up to date: run make settings", name))
		default:
			problems = append(problems, os.WriteFile(path, []byte(text), 0o644))
		}
	}
	return errors.Join(problems...)
}
