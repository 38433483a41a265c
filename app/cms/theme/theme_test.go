package theme_test

import (
	"encoding/json"
	"strings"
	"testing"

	"ams/app/cms/theme"
)

func TestDefault(t *testing.T) {
	t.Parallel()
	d := theme.Default()
	names := d.Names()
	colours := 0
	for _, n := range names {
		if strings.HasPrefix(d.Of(n), "#") {
			colours++
		}
	}
	if len(names) != 90 || colours != 73 {
		t.Errorf("%d settings with %d colours, want 90 with 73", len(names), colours)
	}
	css := d.CSS()
	for _, want := range []string{
		"  --bs-primary: #0d6efd;\n", "  --bs-primary-rgb: 13, 110, 253;\n", "  --bs-link-hover-color: #0a58ca;\n",
		"  --bs-body-color-rgb: 222, 226, 230;\n", `"Segoe UI"`, "--bs-btn-hover-bg: color-mix(in srgb, var(--bs-primary) 85%, #000)",
		"nav.navbar, .offcanvas-header {\n  background-color: #f8f9fa;\n}", "rgba%28108%2C%20117%2C%20125%2C%201%29",
	} {
		if !strings.Contains(css, want) {
			t.Errorf("the default style sheet lacks %q:\n%s", want, css)
		}
	}
	if strings.Contains(css, "success-bg-subtle-rgb") {
		t.Error("a variable without -rgb got one")
	}
}

func TestReadReplacesWhatIsDamaged(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ setting, stored string }{
		{"primary_color", `"red"`},
		{"primary_color", `"#0d6efd;} body{display:none"`},
		{"primary_color", `"#ff00000"`},
		{"primary_color", `12`},
		{"navbar_bg_color", `"#abc"`},
		{"base_colour_mode", `"blue"`},
		{"navbar_signin_style", `"btn\" onclick=\"x"`},
		{"body_font_family", `"serif; } body { background: url(https://x.test/)"`},
		{"body_font_family", `"\"open"`},
		{"body_font_family", `"url(x"`},
		{"body_font_family", `"serif /* "`},
		{"body_font_size", `"1rem\\"`},
		{"body_font_size", `""`},
		{"btn_font_weight", `"12345678901"`},
		{"font_sans_serif", `"</style><script>"`},
		{"custom_css", `"a{}</STYLE ><script>"`},
		{"separator_image", `"-1"`},
		{"body_line_height", `null1`},
	} {
		got, damaged := theme.Read(json.RawMessage(`{"` + c.setting + `":` + c.stored + `,"info_color":"#010203"}`))
		if len(damaged) != 1 {
			t.Errorf("Read(%s: %s) calls %q damaged", c.setting, c.stored, damaged)
		}
		if got.Of(c.setting) != theme.Default().Of(c.setting) {
			t.Errorf("Read(%s: %s) = %q, want the default", c.setting, c.stored, got.Of(c.setting))
		}
		css := got.CSS()
		if strings.Count(css, "{") != strings.Count(css, "}") || strings.Contains(css, "x.test") || strings.Contains(css, "script>") {
			t.Errorf("Read(%s: %s) gets out of its declaration:\n%s", c.setting, c.stored, css)
		}
	}
}

func TestReadKeepsWhatIsGood(t *testing.T) {
	t.Parallel()
	got, damaged := theme.Read(json.RawMessage(`{"primary_color":"#FF0000","body_font_family":"Georgia, \"Times New Roman\", serif",` +
		`"navbar_signup_style":"outline","base_colour_mode":"dark","custom_css":".x { color: red }","unknown":1}`))
	if len(damaged) > 0 {
		t.Errorf("damaged = %q", damaged)
	}
	css := got.CSS()
	for _, want := range []string{"--bs-primary: #FF0000;", "--bs-primary-rgb: 255, 0, 0;", `--bs-body-font-family: Georgia, "Times New Roman", serif;`} {
		if !strings.Contains(css, want) {
			t.Errorf("the style sheet lacks %q", want)
		}
	}
	if !strings.HasSuffix(css, ".x { color: red }") {
		t.Error("the association's own rules are not the last")
	}
	if got.Mode() != "dark" || got.SignUpClass() != "btn btn-outline-primary" || got.SignInClass() != "nav-link" {
		t.Errorf("Mode() = %q, SignUpClass() = %q, SignInClass() = %q", got.Mode(), got.SignUpClass(), got.SignInClass())
	}
	if theme.Hash(css) == theme.Hash(theme.Default().CSS()) {
		t.Error("two style sheets have one hash")
	}
	stored, err := got.JSON()
	if err != nil {
		t.Fatal(err)
	}
	again, damaged := theme.Read(stored)
	if again.CSS() != css || len(damaged) > 0 {
		t.Errorf("stored and read again, %q is damaged and the style sheet differs", damaged)
	}
}
