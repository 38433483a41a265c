package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"ams/app"
)

// The list of a file stands between the lines that hold these words.
const (
	begin = "begin settings"
	end   = "end settings"
)

// replaced puts the list between the two lines.
func replaced(text, list string) (string, error) {
	at, until := strings.Index(text, begin), strings.Index(text, end)
	if at < 0 || until < at {
		return "", fmt.Errorf("the lines with %q and %q are missing", begin, end)
	}
	newline := strings.IndexByte(text[at:], '\n')
	last := strings.LastIndexByte(text[:until], '\n')
	if newline < 0 || at+newline > last {
		return "", errors.New("the two lines around the list must be two")
	}
	return text[:at+newline+1] + list + text[last+1:], nil
}

// table is every setting that whoever runs the server decides about, by group, for the deployment guide.
func table(settings []app.Setting) string {
	var b strings.Builder
	group := ""
	for _, s := range settings {
		if s.AssociationDecides() {
			continue
		}
		if s.Group != group {
			group = s.Group
			fmt.Fprintf(&b, "\n### %s\n\n| name | needed | default | what it does | example |\n|---|---|---|---|---|\n", group)
		}
		needed := ""
		switch {
		case s.Required && s.When != "":
			needed = "with " + code(s.When)
		case s.Required:
			needed = "yes"
		}
		meaning := s.Meaning
		if s.Secret {
			meaning += " Secret."
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s.Name, needed, defaults(s), cell(meaning), code(s.Example))
	}
	return b.String() + "\n"
}

// defaults are those of the profiles, where they differ.
func defaults(s app.Setting) string {
	shown := code(s.Default)
	if s.Local != "" {
		shown = strings.TrimSpace(shown + " in development " + code(s.Local))
	}
	return shown
}

func code(value string) string {
	if value == "" {
		return ""
	}
	return "`" + cell(value) + "`"
}

func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// variables is what App Platform hands to every component: all settings that mean something in production.
func variables(settings []app.Setting) string {
	var b strings.Builder
	for _, s := range settings {
		if !deployed(s) {
			continue
		}
		value, bound := platform()[s.Name]
		if !bound {
			value = "${" + s.Name + "}"
		}
		kind := ""
		if s.Secret && !bound {
			kind = ", type: SECRET"
		}
		fmt.Fprintf(&b, "      - {key: %s, value: %q, scope: RUN_AND_BUILD_TIME%s}\n", s.Name, value, kind)
	}
	return b.String()
}

// deployed leaves out what a deployment has no use for. PORT is the image's.
func deployed(s app.Setting) bool {
	return s.Group != "Development" && s.Group != "Sample data" && !strings.HasPrefix(s.Meaning, "Outside production") &&
		!slices.Contains([]string{"DJANGO_READ_DOT_ENV_FILE", "DEPLOYED", "PORT"}, s.Name)
}

// platform is what App Platform knows better than the pipeline.
func platform() map[string]string {
	return map[string]string{
		"DJANGO_SETTINGS_MODULE": "config.settings.production",
		"POSTGRES_HOST":          "${db.HOSTNAME}", "POSTGRES_PORT": "${db.PORT}", "POSTGRES_DB": "${db.DATABASE}",
		"POSTGRES_USER": "${db.USERNAME}", "POSTGRES_PASSWORD": "${db.PASSWORD}", "POSTGRES_SSLMODE": "require",
	}
}
