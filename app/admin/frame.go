package admin

import (
	"cmp"
	"slices"
	"strings"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/web"
	"ams/views"
)

// head is that of a page in the frame of the staff; crumbs lead to it from the start of the administration.
func (v *visit) head(title string, crumbs ...views.Crumb) views.Head {
	h := views.Head{Title: title, Staff: v.frame()}
	if v.e != nil {
		f := v.e.face()
		if area := v.say(v.a.areas[f.area].title); area != v.say(f.many) {
			h.Crumbs = append(h.Crumbs, views.Crumb{Text: area, Href: v.a.path(f.area + "/")})
		}
	}
	h.Crumbs = append(h.Crumbs, crumbs...)
	return h
}

// listCrumb is the way back to the list.
func (v *visit) listCrumb() views.Crumb {
	return views.Crumb{Text: v.say(v.e.face().many), Href: v.back()}
}

// frame is the navigation: the entities that the person may see, by area.
func (v *visit) frame() *views.Staff {
	s := &views.Staff{Home: v.a.base, Place: v.say(v.a.place.Title), Speak: v.a.path(languagePath)}
	for _, e := range v.a.entities {
		f := e.face()
		if !f.on || !v.may(f, view) {
			continue
		}
		item := views.StaffItem{Text: v.say(f.many), Href: f.path(v.a), Icon: f.icon, Letter: f.letter, Current: v.e == e}
		if v.mayAdd(f) {
			item.Add, item.AddText = f.adding(v.a), v.say(lang.M("Add %s", f.one))
		}
		title := v.say(v.a.areas[f.area].title)
		at := slices.IndexFunc(s.Areas, func(a views.StaffArea) bool { return a.Title == title })
		if at < 0 {
			s.Areas = append(s.Areas, views.StaffArea{Title: title, Icon: v.a.areas[f.area].icon, Href: v.a.path(f.area + "/")})
			at = len(s.Areas) - 1
		}
		s.Areas[at].Items = append(s.Areas[at].Items, item)
	}
	slices.SortStableFunc(s.Areas, func(a, b views.StaffArea) int { return cmp.Compare(a.Title, b.Title) })
	for _, a := range s.Areas {
		slices.SortStableFunc(a.Items, func(a, b views.StaffItem) int { return cmp.Compare(a.Text, b.Text) })
	}
	s.Keys = v.keys(s.Areas)
	return s
}

// startLetter leads to the start, as the letters of entities lead to their lists.
const startLetter = "h"

// keys are what can be pressed instead of clicking.
func (v *visit) keys(areas []views.StaffArea) []views.StaffKey {
	key := func(text lang.Message, press ...string) views.StaffKey {
		return views.StaffKey{Press: press, Text: v.say(text)}
	}
	keys := []views.StaffKey{key(lang.M("Search this list"), "/"), key(lang.M("Start"), "g", startLetter)}
	for _, a := range areas {
		for _, item := range a.Items {
			if item.Letter != "" {
				keys = append(keys, views.StaffKey{Press: []string{"g", item.Letter}, Text: item.Text})
			}
		}
	}
	return append(keys, key(lang.M("Add a new entry"), "n"), key(lang.M("Save"), "Ctrl", "s"), key(lang.M("This list"), "?"))
}

// indexPage is views/admin/index.
type indexPage struct {
	views.Head
	Heading views.Heading
	Areas   []views.StaffArea
	Empty   views.Empty
	Recent  []entryLine
	Title   string // of the recent acts
}

// index shows what the person can look after, and what they did last.
func (v *visit) index() error {
	first, _, _ := strings.Cut(v.by.Name, " ")
	title := v.say(v.a.place.Title)
	page := indexPage{
		Head:    views.Head{Title: title, Staff: v.frame(), Home: true, Window: title},
		Heading: views.Heading{Title: v.say(lang.M("Kia ora, %s", first))},
		Title:   v.say(lang.M("What you did last")),
	}
	page.Areas = page.Staff.Areas
	if len(page.Areas) == 0 {
		page.Empty = views.Empty{
			Icon: "lock", Title: v.say(lang.M("Nothing is open to you yet")),
			Text: v.say(v.a.place.Empty),
		}
	}
	entries, err := recentOf(v.c.Context(), v.a.db, v.by.ID)
	if err != nil {
		return err
	}
	page.Recent = v.lines(entries)
	return web.Show(v.c, v.a.page.index, page)
}

// section shows one area of the menu.
func (v *visit) section() error {
	area, known := v.a.areas[v.c.Param("app")]
	if !known {
		return fault.NotFound(lang.Message{})
	}
	title := v.say(area.title)
	page := indexPage{Head: views.Head{Title: title, Staff: v.frame()}, Heading: views.Heading{Title: title}}
	for _, a := range page.Staff.Areas {
		if a.Title == title {
			page.Areas = append(page.Areas, a)
		}
	}
	if len(page.Areas) == 0 {
		return refusedRight()
	}
	return web.Show(v.c, v.a.page.index, page)
}
