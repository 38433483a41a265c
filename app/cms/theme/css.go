package theme

import (
	"fmt"
	"net/url"
	"strings"
)

// toggler is the drawing of the menu button; its colour cannot come from a variable.
const toggler = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 30"><path stroke="rgba(%s, 1)" stroke-linecap="round" ` +
	`stroke-miterlimit="10" stroke-width="2" d="M4 7h22M4 15h22M4 23h22"/></svg>`

// CSS is the style sheet of a theme; the association's own rules come last.
func (t Theme) CSS() string {
	var s sheet
	light, dark := t.variables()
	s.rule(`:root, [data-bs-theme="light"]`, light...)
	s.rule(`[data-bs-theme="dark"]`, dark...)
	t.buttons(&s)
	s.rule("nav.navbar, .offcanvas-header", "background-color: "+t.Of("navbar_bg_color"))
	s.rule("nav.navbar .navbar-toggler", "border-color: "+t.Of("navbar_toggler_color"))
	icon := url.PathEscape(fmt.Sprintf(toggler, triple(t.Of("navbar_toggler_color"))))
	s.rule("nav.navbar .navbar-toggler-icon", `--bs-navbar-toggler-icon-bg: url("data:image/svg+xml,`+icon+`")`)
	s.rule("footer.footer", "background-color: "+t.Of("footer_bg_color"))
	s.WriteString(t.Of("custom_css"))
	return s.String()
}

func (t Theme) variables() (light, dark []string) {
	for _, c := range colours() {
		nameLight, nameDark := c.settings()
		light = append(light, declare(c, t.Of(nameLight))...)
		if !c.single() {
			dark = append(dark, declare(c, t.Of(nameDark))...)
		}
	}
	for _, name := range []string{"font_sans_serif", "font_monospace", "body_font_family", "body_font_size", "body_font_weight", "body_line_height"} {
		light = append(light, "--bs-"+strings.ReplaceAll(name, "_", "-")+": "+t.Of(name))
	}
	return light, dark
}

func declare(c colour, value string) []string {
	out := []string{c.variable() + ": " + value}
	if c.rgb {
		out = append(out, c.variable()+"-rgb: "+triple(value))
	}
	return out
}

func (t Theme) buttons(s *sheet) {
	const primary = "var(--bs-primary)"
	text, ring := t.Of("primary_btn_text_color"), triple(t.Of("primary_color"))
	s.rule(".btn-primary",
		"--bs-btn-color: "+text, "--bs-btn-hover-color: "+text, "--bs-btn-active-color: "+text, "--bs-btn-disabled-color: "+text,
		"--bs-btn-bg: "+primary, "--bs-btn-border-color: "+primary,
		"--bs-btn-disabled-bg: "+primary, "--bs-btn-disabled-border-color: "+primary,
		"--bs-btn-hover-bg: "+darker(85), "--bs-btn-hover-border-color: "+darker(80),
		"--bs-btn-active-bg: "+darker(80), "--bs-btn-active-border-color: "+darker(75),
		"--bs-btn-focus-shadow-rgb: "+ring)
	s.rule(".btn-outline-primary",
		"--bs-btn-color: "+primary, "--bs-btn-border-color: "+primary,
		"--bs-btn-hover-bg: "+primary, "--bs-btn-hover-border-color: "+primary, "--bs-btn-hover-color: "+text,
		"--bs-btn-active-bg: "+primary, "--bs-btn-active-border-color: "+primary, "--bs-btn-active-color: "+text,
		"--bs-btn-focus-shadow-rgb: "+ring)
	s.rule(".badge.bg-primary", "--bs-badge-color: "+text)
	s.rule(".btn", "--bs-btn-font-weight: "+t.Of("btn_font_weight"))
}

func darker(percent int) string {
	return fmt.Sprintf("color-mix(in srgb, var(--bs-primary) %d%%, #000)", percent)
}

type sheet struct{ strings.Builder }

func (s *sheet) rule(selector string, declarations ...string) {
	s.WriteString(selector + " {\n")
	for _, d := range declarations {
		s.WriteString("  " + d + ";\n")
	}
	s.WriteString("}\n")
}
