package webtest

import (
	"bytes"
	"mime/multipart"
	"net/http"

	"github.com/PuerkitoBio/goquery"
)

// Fields are the name, value pairs that a browser would send for a form of the page as it stands. Later pairs replace
// those of the form; a name followed by Leave is left out.
func (a *Answer) Fields(form string, pairs ...string) []string {
	a.t.Helper()
	doc := a.Document()
	found := doc.Find(form)
	if found.Length() != 1 {
		a.t.Fatalf("%s has %d of %s, want one form", a.call, found.Length(), form)
	}
	replaced := map[string]bool{}
	for i := 0; i+1 < len(pairs); i += 2 {
		replaced[pairs[i]] = true
	}
	var out []string
	add := func(name, value string) {
		if name != "" && !replaced[name] {
			out = append(out, name, value)
		}
	}
	found.Find("input, textarea, select").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		_, checked := s.Attr("checked")
		switch {
		case goquery.NodeName(s) == "textarea":
			add(name, s.Text())
		case goquery.NodeName(s) == "select":
			chosen := s.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = s.Find("option").First()
			}
			add(name, chosen.AttrOr("value", ""))
		case s.AttrOr("type", "") != "checkbox" && s.AttrOr("type", "") != "radio":
			add(name, s.AttrOr("value", ""))
		case checked:
			add(name, s.AttrOr("value", "on"))
		}
	})
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != Leave {
			out = append(out, pairs[i], pairs[i+1])
		}
	}
	return out
}

// Upload sends a form of name, value pairs with one file at its end. What no browser would send can be tried, too.
func (v *Visitor) Upload(path, field, name string, data []byte, pairs ...string) *Answer {
	v.site.T.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := form.WriteField(pairs[i], pairs[i+1]); err != nil {
			v.site.T.Fatal(err)
		}
	}
	file, err := form.CreateFormFile(field, name)
	if err == nil {
		_, err = file.Write(data)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		v.site.T.Fatal(err)
	}
	return v.With("Content-Type", form.FormDataContentType()).Do(http.MethodPost, path, &body)
}

// Leave as a value leaves the field out.
const Leave = "\x00leave"

// Send opens a page, fills the form in and sends it to where the page came from.
func (v *Visitor) Send(path, form string, pairs ...string) *Answer {
	v.site.T.Helper()
	fields := v.Get(path).Status(http.StatusOK).Fields(form, pairs...)
	return v.Post(path, fields...)
}
