package theme

import "strings"

// colour is a variable of the style sheet with its value in light and in dark surroundings. Without a dark value there is
// one setting for both.
type colour struct {
	name        string // body_color: settings body_color_light and body_color_dark, variable --bs-body-color
	rgb         bool   // the variable with -rgb is written, too
	light, dark string
}

func (c colour) single() bool { return c.dark == "" }

func (c colour) variable() string {
	name := c.name
	if c.single() {
		name = strings.TrimSuffix(name, "_color")
	}
	return "--bs-" + strings.ReplaceAll(name, "_", "-")
}

func (c colour) settings() (light, dark string) {
	if c.single() {
		return c.name, ""
	}
	return c.name + "_light", c.name + "_dark"
}

// colours are in the order of the style sheet.
func colours() []colour {
	return []colour{
		{"body_color", true, "#212529", "#dee2e6"},
		{"body_bg", true, "#ffffff", "#212529"},
		{"secondary_color", true, "#6c757d", "#dee2e6"},
		{"secondary_bg", true, "#e9ecef", "#343a40"},
		{"tertiary_color", true, "#6c757d", "#dee2e6"},
		{"tertiary_bg", true, "#f8f9fa", "#2b3035"},
		{"emphasis_color", true, "#000000", "#ffffff"},
		{"border_color", true, "#dee2e6", "#495057"},
		{"primary_color", true, "#0d6efd", ""},
		{"primary_bg_subtle", false, "#cfe2ff", "#031633"},
		{"primary_border_subtle", false, "#9ec5fe", "#084298"},
		{"primary_text_emphasis", false, "#052c65", "#6ea8fe"},
		{"success_color", true, "#198754", ""},
		{"success_bg_subtle", false, "#d1e7dd", "#051b11"},
		{"success_border_subtle", false, "#a3cfbb", "#0f5132"},
		{"success_text_emphasis", false, "#0a3622", "#75b798"},
		{"danger_color", true, "#dc3545", ""},
		{"danger_bg_subtle", false, "#f8d7da", "#2c0b0e"},
		{"danger_border_subtle", false, "#f1aeb5", "#842029"},
		{"danger_text_emphasis", false, "#58151c", "#ea868f"},
		{"warning_color", true, "#ffc107", ""},
		{"warning_bg_subtle", false, "#fff3cd", "#332701"},
		{"warning_border_subtle", false, "#ffe69c", "#997404"},
		{"warning_text_emphasis", false, "#664d03", "#ffda6a"},
		{"info_color", true, "#0dcaf0", ""},
		{"info_bg_subtle", false, "#cff4fc", "#032830"},
		{"info_border_subtle", false, "#9eeaf9", "#087990"},
		{"info_text_emphasis", false, "#055160", "#6edff6"},
		{"light_color", true, "#f8f9fa", ""},
		{"light_bg_subtle", false, "#fcfcfd", "#343a40"},
		{"light_border_subtle", false, "#e9ecef", "#495057"},
		{"light_text_emphasis", false, "#495057", "#f8f9fa"},
		{"dark_color", true, "#212529", ""},
		{"dark_bg_subtle", false, "#ced4da", "#1a1d20"},
		{"dark_border_subtle", false, "#adb5bd", "#343a40"},
		{"dark_text_emphasis", false, "#495057", "#dee2e6"},
		{"link_color", true, "#0d6efd", "#6ea8fe"},
		{"link_hover_color", true, "#0a58ca", "#8bb9fe"},
	}
}

// setting is one value of a theme.
type setting struct {
	name, initial string
	ok            func(string) bool
}

const (
	sansSerif = `system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", Arial, sans-serif, ` +
		`"Apple Color Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Noto Color Emoji"`
	monospace = `SFMono-Regular, Menlo, Monaco, Consolas, "Liberation Mono", "Courier New", monospace`
)

// settings are all values of a theme with what they are at first. The separator's image is an id.
func settings() []setting {
	mode := oneOf("light", "dark")
	style := oneOf("link", "outline", "solid")
	all := []setting{
		{"base_colour_mode", "light", mode},
		{"navbar_bg_color", "#f8f9fa", isColour},
		{"navbar_toggler_color", "#6c757d", isColour},
		{"navbar_colour_mode", "light", mode},
		{"navbar_signin_style", "link", style},
		{"navbar_signup_style", "solid", style},
		{"footer_bg_color", "#f8f9fa", isColour},
		{"footer_colour_mode", "light", mode},
		{"primary_btn_text_color", "#ffffff", isColour},
		{"btn_font_weight", "400", isDeclaration(10)},
	}
	for _, c := range colours() {
		light, dark := c.settings()
		all = append(all, setting{light, c.light, isColour})
		if !c.single() {
			all = append(all, setting{dark, c.dark, isColour})
		}
	}
	return append(all,
		setting{"font_sans_serif", sansSerif, isDeclaration(500)},
		setting{"font_monospace", monospace, isDeclaration(500)},
		setting{"body_font_family", "var(--bs-font-sans-serif)", isDeclaration(100)},
		setting{"body_font_size", "1rem", isDeclaration(50)},
		setting{"body_font_weight", "400", isDeclaration(50)},
		setting{"body_line_height", "1.5", isDeclaration(50)},
		setting{"separator_type", "line", oneOf("line", "image", "centered")},
		setting{"separator_image", "", isID},
		setting{"separator_width", "content", oneOf("content", "full")},
		setting{"custom_css", "", isCSS},
		setting{"custom_html", "", anything},
	)
}
