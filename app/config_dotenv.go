package app

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

// WithDotEnv adds the variables of the file .env where DJANGO_READ_DOT_ENV_FILE asks for it; the environment wins. The
// file need not exist.
func WithDotEnv(getenv func(string) string, readFile func(string) ([]byte, error)) (func(string) string, error) {
	if !newEnvironment(getenv).flag("DJANGO_READ_DOT_ENV_FILE") {
		return getenv, nil
	}
	text, err := readFile(".env")
	if errors.Is(err, fs.ErrNotExist) {
		return getenv, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read .env: %w", err)
	}
	lines, err := parseDotEnv(string(text))
	if err != nil {
		return nil, err
	}
	return func(name string) string {
		if v := getenv(name); v != "" {
			return v
		}
		return lines[name]
	}, nil
}

// ForDev chooses the local profile where the environment chooses none, which is what `ams dev` is for.
func ForDev(getenv func(string) string) func(string) string {
	return func(name string) string {
		v := getenv(name)
		if name == "DJANGO_SETTINGS_MODULE" && v == "" {
			return "config.settings." + string(Local)
		}
		return v
	}
}

// parseDotEnv reads NAME=value lines; export before the name, quotes around the value and lines with # are allowed.
// Errors name the line, never its text.
func parseDotEnv(text string) (map[string]string, error) {
	values := map[string]string{}
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		name, value, found := strings.Cut(line, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !found || name == "" || strings.ContainsAny(name, " \t\"'") {
			return nil, fmt.Errorf("read .env: line %d is not NAME=value", i+1)
		}
		if n := len(value); n >= 2 && (value[0] == '"' || value[0] == '\'') && value[n-1] == value[0] {
			value = value[1 : n-1]
		}
		values[name] = value
	}
	return values, nil
}
