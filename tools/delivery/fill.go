package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"ams/app"
)

// placeholder is a name that the pipeline fills in. Those of App Platform have a dot, such as ${db.HOSTNAME}, and stay.
var placeholder = regexp.MustCompile(`\$\{([A-Z][A-Z0-9_]*)\}`)

// fill gives the specification with every placeholder replaced, whatever characters a value has. Variables without a
// value are left out: to the program that is the same. It fails when anything else lacks a value, and when the program
// would not start with these settings, naming all that is wrong at once and showing no secret.
func fill(text []byte, value func(string) string) ([]byte, error) {
	var whole map[string]any
	if err := yaml.Unmarshal(text, &whole); err != nil {
		return nil, fmt.Errorf("read the specification: %w", err)
	}
	f := &filler{value: value, missing: map[string]bool{}}
	for _, list := range []string{"services", "workers", "jobs"} {
		components, _ := whole[list].([]any)
		for _, c := range components {
			if err := f.component(c); err != nil {
				return nil, fmt.Errorf("%s: %w", list, err)
			}
		}
	}
	for key, v := range whole {
		whole[key] = f.replace(v)
	}
	if len(f.missing) > 0 {
		names := slices.Sorted(maps.Keys(f.missing))
		f.problems = append(f.problems, fmt.Errorf("these have no value: %s", strings.Join(names, ", ")))
	}
	if err := errors.Join(f.problems...); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(whole)
	return out.Bytes(), err
}

type filler struct {
	value    func(string) string
	missing  map[string]bool
	problems []error
}

// component fills the variables of a component and reads them as the program would.
func (f *filler) component(c any) error {
	component, _ := c.(map[string]any)
	listed, _ := component["envs"].([]any)
	kept, settings := []any{}, map[string]string{}
	for _, e := range listed {
		env, _ := e.(map[string]any)
		key, _ := env["key"].(string)
		given, ok := env["value"].(string)
		if key == "" || !ok {
			return fmt.Errorf("%v: a variable has no key, or a value that is no text", component["name"])
		}
		filled := placeholder.ReplaceAllStringFunc(given, func(p string) string { return f.value(p[2 : len(p)-1]) })
		if filled == "" {
			continue
		}
		env = maps.Clone(env) // YAML gives the same list to every component
		env["value"] = filled
		kept, settings[key] = append(kept, env), filled
	}
	component["envs"] = kept
	_, err := app.ReadConfig(func(name string) string {
		if v := settings[name]; !strings.HasPrefix(v, "${") {
			return v
		}
		return "5432" // stands for what App Platform fills in: a port, and text that is a name as well
	})
	if err != nil {
		f.problems = append(f.problems, fmt.Errorf("%v: %w", component["name"], err))
	}
	return nil
}

// replace fills everything but variables, which are filled already and must not be looked at again: a password may look
// like a placeholder.
func (f *filler) replace(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if key != "envs" {
				v[key] = f.replace(inner)
			}
		}
	case []any:
		for i, inner := range v {
			v[i] = f.replace(inner)
		}
	case string:
		return placeholder.ReplaceAllStringFunc(v, func(p string) string {
			name := p[2 : len(p)-1]
			value := f.value(name)
			if value == "" {
				f.missing[name] = true
			}
			return value
		})
	}
	return v
}
