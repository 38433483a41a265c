// Package theme turns the colours, fonts and choices of an association into a style sheet.
package theme

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	hexColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
	imageID   = regexp.MustCompile(`^[0-9]{0,18}$`)
	endStyle  = regexp.MustCompile(`(?i)</style`)
)

// Theme has a valid value for every setting.
type Theme struct{ values map[string]string }

// Default is a theme as it is before anybody changed it.
func Default() Theme {
	t := Theme{values: map[string]string{}}
	for _, s := range settings() {
		t.values[s.name] = s.initial
	}
	return t
}

// Read gives the theme of stored settings. A value that no form of ours accepts is named in damaged and replaced by the
// default: it would otherwise get out of its declaration.
func Read(stored json.RawMessage) (t Theme, damaged []string) {
	t = Default()
	var values map[string]json.RawMessage
	if err := json.Unmarshal(stored, &values); err != nil {
		return t, []string{"settings"}
	}
	for _, s := range settings() {
		raw, ok := values[s.name]
		if !ok {
			continue
		}
		var v string
		if err := json.Unmarshal(raw, &v); err != nil || !s.ok(v) {
			damaged = append(damaged, s.name)
			continue
		}
		t.values[s.name] = v
	}
	return t, damaged
}

// JSON is the theme as it is stored, with every setting.
func (t Theme) JSON() (json.RawMessage, error) { return json.Marshal(t.values) }

// Names gives all settings, sorted.
func (t Theme) Names() []string { return slices.Sorted(maps.Keys(t.values)) }

// Of gives the value of a setting, empty when there is no such setting.
func (t Theme) Of(name string) string { return t.values[name] }

// Mode is that of the page, light or dark.
func (t Theme) Mode() string { return t.values["base_colour_mode"] }

// NavbarMode is that of the bar.
func (t Theme) NavbarMode() string { return t.values["navbar_colour_mode"] }

// FooterMode is that of the footer.
func (t Theme) FooterMode() string { return t.values["footer_colour_mode"] }

// SignInClass is the look of the sign-in link.
func (t Theme) SignInClass() string { return linkClass(t.values["navbar_signin_style"]) }

// SignUpClass is the look of the sign-up link.
func (t Theme) SignUpClass() string { return linkClass(t.values["navbar_signup_style"]) }

func linkClass(style string) string {
	switch style {
	case "outline":
		return "btn btn-outline-primary"
	case "solid":
		return "btn btn-primary"
	}
	return "nav-link"
}

// Hash names a style sheet by what it says.
func Hash(css string) string {
	sum := sha256.Sum256([]byte(css))
	return hex.EncodeToString(sum[:6])
}

func isColour(v string) bool { return hexColour.MatchString(v) }

func isID(v string) bool { return imageID.MatchString(v) }

func anything(string) bool { return true }

// isCSS lets an own style sheet say anything but the end of a style element.
func isCSS(v string) bool { return !endStyle.MatchString(v) }

func oneOf(offered ...string) func(string) bool {
	return func(v string) bool { return slices.Contains(offered, v) }
}

// isDeclaration accepts what stays within one declaration.
func isDeclaration(longest int) func(string) bool {
	return func(v string) bool {
		return strings.TrimSpace(v) != "" && len([]rune(v)) <= longest && !strings.ContainsFunc(v, func(r rune) bool {
			return r < ' ' || r == 0x7f || strings.ContainsRune(`<>{};\`, r)
		}) && strings.Count(v, `"`)%2 == 0 && strings.Count(v, `'`)%2 == 0 && strings.Count(v, "(") == strings.Count(v, ")") &&
			!strings.Contains(v, "/*")
	}
}

// triple gives the decimals that Bootstrap mixes with an opacity: "13, 110, 253".
func triple(hexColour string) string {
	n, err := strconv.ParseUint(strings.TrimPrefix(hexColour, "#"), 16, 24+1)
	if err != nil {
		return "0, 0, 0"
	}
	return strconv.FormatUint(n>>16&255, 10) + ", " + strconv.FormatUint(n>>8&255, 10) + ", " + strconv.FormatUint(n&255, 10)
}
