package admin

import (
	"ams/app/fault"
	"ams/app/web"
)

// FieldMore is the name of a button that stores nothing: the form is shown again as it was typed, with more empty rows in
// the field that its value names.
const FieldMore = "_more"

// more shows a form again, with what was typed and nothing said of it.
func (b *bound[M]) more(v *visit, d *draft[M], show func(*visit, *draft[M]) (formPage, error)) error {
	d.problems = fault.Fields{}
	page, err := show(v, d)
	if err != nil {
		return err
	}
	if v.c.HX() {
		return web.Swap(v.c, v.a.form, page.Form)
	}
	return web.Show(v.c, v.a.page.form, page)
}
