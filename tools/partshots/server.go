package main

import (
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"ams/static"
	"ams/views"
)

// policy is the strictest that the site is served with.
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'"

// english shows every message by its id.
type english struct{}

func (english) Code() string { return "en" }

func (english) T(id string, args ...any) string {
	if len(args) > 0 {
		return fmt.Sprintf(id, args...)
	}
	return id
}

func (e english) N(one, many string, n int, args ...any) string {
	if n == 1 {
		return e.T(one, args...)
	}
	return e.T(many, args...)
}

func (e english) C(_, id string, args ...any) string { return e.T(id, args...) }

// handler serves the page of parts in the site's layout ("/?mode=dark", "&signed-out"), and a form that is refused.
func handler() (http.Handler, error) {
	assets, err := static.Load()
	if err != nil {
		return nil, err
	}
	set, err := views.Load(views.FS, assets, english{})
	if err != nil {
		return nil, err
	}
	body := views.BindPage[views.PartsPage](set, "dev/parts")
	layout := views.BindPart[views.Shell](set, "layout/site")
	problems := views.BindPart[views.Problems](set, "shared/problems")
	messages := views.BindPart[views.Messages](set, "shared/messages")
	if err := set.Err(); err != nil {
		return nil, err
	}
	show := func(w http.ResponseWriter, status int, html template.HTML, err error) {
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(html))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", assets)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		content, err := body.Render("en", views.SampleParts())
		if err != nil {
			show(w, 500, "", err)
			return
		}
		html, err := layout.Render("en", shell(r, content))
		show(w, http.StatusOK, html, err)
	})
	mux.HandleFunc("POST /refused", func(w http.ResponseWriter, r *http.Request) {
		html, err := problems.Render("en", views.ProblemsOf([]string{"Refused"}))
		if err != nil {
			show(w, 500, "", err)
			return
		}
		sent, err := messages.Render("en", views.Messages{Messages: []views.Message{{Level: views.LevelError, Text: "Sent along"}}})
		show(w, http.StatusUnprocessableEntity, html+sent, err)
	})
	return mux, nil
}

func shell(r *http.Request, body template.HTML) views.Shell {
	mode := "light"
	if r.FormValue("mode") == "dark" {
		mode = "dark"
	}
	name := "Association of Libraries"
	s := views.Shell{
		Lang: "en", Title: "Parts – " + name, Description: "Every shared part", Author: name,
		Mode: mode, NavbarMode: mode, FooterMode: mode, Home: "/en/", Brand: views.Brand{Name: name}, FooterLogo: views.Brand{Name: name},
		Menu: []views.MenuItem{
			{Text: "About", Href: "/en/about/"},
			{Text: "Events", Href: "/en/events/", Active: true, Children: []views.MenuItem{{Text: "Upcoming", Href: "#", Active: true, Current: true}, {Text: "Past events", Href: "#"}}},
			{Text: "Resources", Href: "#"},
		},
		Person:    &views.ShellPerson{Name: "Mere Kahu", Avatar: views.Avatar{Name: "Mere Kahu", Decorative: true}, Dashboard: "#", SignOut: "#"},
		Languages: []views.Language{{Code: "en", Name: "English", Current: true}, {Code: "mi", Name: "Te reo Māori", Href: "/mi/"}},
		Crumbs:    []views.Crumb{{Text: "Home", Href: "/en/"}, {Text: "Mere Kahu", Href: "#"}, {Text: "Parts", Last: true}},
		Flashes:   []views.Message{{Level: views.LevelSuccess, Text: "Your changes have been saved."}},
		LinkedIn:  "https://example.org/linkedin", Facebook: "https://example.org/facebook",
		Columns: []views.FooterColumn{
			{Heading: "Membership", Items: []views.MenuItem{{Text: "Join", Href: "#"}, {Text: "Renew", Href: "#"}}},
			{},
			{Heading: "About", Items: []views.MenuItem{{Text: "Privacy", Href: "#"}, {Text: strings.Repeat("Kaitiaki ", 4), Href: "#"}}},
		},
		FooterText: "<p>Registered charity CC00000</p>", Body: body,
	}
	if r.FormValue("signed-out") != "" {
		s.Person = nil
		s.SignIn = &views.ShellLink{Text: "Sign in", Href: "#", Class: "nav-link"}
		s.SignUp = &views.ShellLink{Text: "Sign up", Href: "#", Class: "btn btn-primary"}
	}
	return s
}
