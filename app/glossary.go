package app

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
)

const (
	glossaryFile = "docs/settings.md"
	guideFile    = "docs/deployment.md"
)

var (
	// glossaryHeading is where the glossary begins to explain a setting.
	glossaryHeading = regexp.MustCompile("(?m)^## +(.+?) *$")
	// guideRow is a setting in the table of the deployment guide.
	guideRow = regexp.MustCompile("(?m)^\\| *`([A-Z][A-Z0-9_]*)` *\\|")
)

// AssociationDecides tells whether a setting is the association's own choice. Those are explained in the glossary, in
// words for people who run an association; all others in the deployment guide, for those who run its server.
func (s Setting) AssociationDecides() bool {
	return slices.Contains([]string{
		"AMS_ENABLED_LANGUAGES", "AMS_EVENTS_ENABLED", "AMS_RESOURCES_ENABLED", "AMS_NOTIFY_STAFF_ORGANISATION_EVENTS",
		"AMS_NOTIFY_STAFF_MEMBERSHIP_EVENTS", "AMS_REQUIRE_FREE_MEMBERSHIP_APPROVAL",
	}, s.Name)
}

type glossaryCommand struct{}

// Run reads the two documents below the working directory.
func (glossaryCommand) Run(_ context.Context, c *call) error {
	glossary, err := os.ReadFile(glossaryFile)
	if err != nil {
		return fmt.Errorf("read the glossary: %w", err)
	}
	guide, err := os.ReadFile(guideFile)
	if err != nil {
		return fmt.Errorf("read the deployment guide: %w", err)
	}
	problems := undocumented(Settings(), string(glossary), string(guide))
	for _, p := range problems {
		fmt.Fprintln(c.Err, p)
	}
	if len(problems) > 0 {
		return errTold
	}
	fmt.Fprintln(c.Out, "every setting is explained where it belongs")
	return nil
}

// undocumented lists what the two documents lack, repeat or have too much, a line each.
func undocumented(settings []Setting, glossary, guide string) (problems []string) {
	note := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	headings, rows := map[string]int{}, map[string]bool{}
	for _, m := range glossaryHeading.FindAllStringSubmatch(glossary, -1) {
		headings[strings.Trim(m[1], "`")]++
	}
	for _, m := range guideRow.FindAllStringSubmatch(guide, -1) {
		rows[m[1]] = true
	}
	decided := map[string]bool{}
	for _, s := range settings {
		switch {
		case s.AssociationDecides():
			decided[s.Name] = true
			if headings[s.Name] == 0 {
				note("%s: %s has no heading for it", s.Name, glossaryFile)
			}
			if rows[s.Name] {
				note("%s: it is the association's choice and belongs into %s alone, not into the table of %s", s.Name, glossaryFile, guideFile)
			}
		case strings.HasPrefix(s.Name, "AMS_") && !rows[s.Name] && headings[s.Name] > 0:
			note("%s: only %s explains it; it belongs into the table of %s", s.Name, glossaryFile, guideFile)
		case strings.HasPrefix(s.Name, "AMS_") && !rows[s.Name]:
			note("%s: nothing explains it; it belongs into the table of %s", s.Name, guideFile)
		}
	}
	for heading, times := range headings {
		if !decided[heading] {
			note("%s: %s has a heading for it, which is no setting that the association decides about", heading, glossaryFile)
		}
		if times > 1 {
			note("%s: %s has %d headings for it", heading, glossaryFile, times)
		}
	}
	slices.Sort(problems)
	return problems
}
