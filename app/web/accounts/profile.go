package accounts

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/profile"
	"ams/app/session"
	"ams/app/web"
	"ams/app/web/questionnaire"
	"ams/views"
)

const (
	// profileLimit lets the size of a picture that is far too large be told; beyond it the form is not read to its end.
	profileLimit = 64 << 20
	// sectionPrefix begins what the button of a section sends. Anything else may be an answer: a question that was imported
	// can have any key.
	sectionPrefix = "section-"
	pictureField  = "profile_picture"
)

// profilePage is views/users/profile.
type profilePage struct {
	views.Head
	Heading views.Heading
	Form    views.Form
}

func (h *Handler) profile(c *web.Ctx, p account.Person) error {
	sheet, err := h.questions.Sheet(c.Context(), p)
	if err != nil {
		return err
	}
	form := h.profileForm(c, p, account.ProfileOf(p))
	form.Sections = append(form.Sections, sections(c, sheet, nil)...)
	return web.Show(c, h.page.profile, newProfilePage(c, p, form))
}

func (h *Handler) updateProfile(c *web.Ctx, p account.Person) error {
	var chosen account.Upload
	err := c.ReadForm(func(f web.File) (err error) {
		if f.Field == pictureField {
			chosen, err = received(f)
		}
		return err
	})
	if err != nil {
		return err
	}
	typed := account.Profile{
		FirstName: c.Form("first_name"), LastName: c.Form("last_name"), Username: c.Form("username"), Language: c.Form("language"),
		Picture: chosen, NoPicture: c.Ticked("profile_picture-clear"),
	}
	sheet, err := h.questions.Sheet(c.Context(), p)
	if err != nil {
		return err
	}
	if only := c.Form("section"); strings.HasPrefix(only, sectionPrefix) {
		return h.updateSection(c, p, sheet, only)
	}
	answers, wrong := profile.Read(sheet.All(), c.Posted(), "")
	along := account.Along{Problems: wrong, Store: h.questions.Storing(p.ID, answers)}
	after, err := h.people.UpdateProfile(c.Context(), p, typed, along)
	if problems, refused := fault.Problems(err); refused {
		if typed.Picture.Size > 0 && len(problems.Of(pictureField)) == 0 { // browsers forget which file it was
			problems.Add(pictureField, lang.M("Choose the picture once more: it was not stored either."))
		}
		form := h.profileForm(c, p, typed)
		form.Sections = append(form.Sections, sections(c, sheet, c.Posted())...)
		form = refuse(c, form, problems)
		return web.Invalid(c, h.page.profile, newProfilePage(c, p, form), h.form, form)
	}
	if err != nil {
		return err
	}
	c.Flash(session.Success, lang.M("Your account is up to date."))
	return web.Go(c, c.Path(after.Page()))
}

// updateSection stores the answers of one section. What was typed elsewhere in the form stays where it is, in the browser.
func (h *Handler) updateSection(c *web.Ctx, p account.Person, sheet profile.Sheet, id string) error {
	i := slices.IndexFunc(sheet.Sections, func(s profile.Section) bool { return sectionID(s) == id })
	if i < 0 {
		return web.Go(c, c.Path(account.ProfilePath))
	}
	answers, wrong := profile.Read(sheet.Sections[i].Questions, c.Posted(), "")
	err := h.people.Amend(c.Context(), p, account.Along{Problems: wrong, Store: h.questions.Storing(p.ID, answers)})
	if problems, refused := fault.Problems(err); refused {
		form := h.profileForm(c, p, account.ProfileOf(p))
		own := len(form.Sections)
		form.Sections = append(form.Sections, sections(c, sheet, c.Posted())...)
		form = refuse(c, form, problems)
		section := form.Sections[own+i]
		section.Alone.Problems = form.Problems
		return web.Invalid(c, h.page.profile, newProfilePage(c, p, form), h.section, section)
	}
	if err != nil {
		return err
	}
	saved := lang.M("“%s” is saved.", sheet.Sections[i].Title.In(c.Locale()))
	if !c.HX() {
		c.Flash(session.Success, saved)
		return web.Go(c, c.Path(account.ProfilePath))
	}
	if sheet, err = h.questions.Sheet(c.Context(), p); err != nil {
		return err
	}
	for _, s := range sections(c, sheet, nil) {
		if s.Alone.ID == id {
			s.Alone.Saved = c.Text(saved)
			return web.Swap(c, h.section, s)
		}
	}
	return web.Go(c, c.Path(account.ProfilePath)) // staff have just taken it away
}

func sectionID(s profile.Section) string { return sectionPrefix + strconv.FormatInt(s.Group, 10) }

// sections are the questions, each group with a button of its own unless there is nothing in it to answer.
func sections(c *web.Ctx, sheet profile.Sheet, typed map[string][]string) []views.FormSection {
	all := questionnaire.Form(c.Translator(), sheet, typed)
	for i, s := range sheet.Sections {
		if s.Open() {
			save := c.Text(lang.M("Save this section"))
			all[i].Alone = views.Alone{ID: sectionID(s), Action: c.Path(account.ProfilePath), Save: save, Label: save + ": " + all[i].Legend}
		}
	}
	return all
}

// received holds what can be a picture; of larger files the rest is only counted.
func received(f web.File) (u account.Upload, err error) {
	u.Chosen = true
	if u.Data, err = io.ReadAll(io.LimitReader(f, account.MaxPicture+1)); err != nil {
		return u, err
	}
	rest, err := io.Copy(io.Discard, f)
	u.Size = int64(len(u.Data)) + rest
	return u, err
}

func (h *Handler) profileForm(c *web.Ctx, p account.Person, typed account.Profile) views.Form {
	first := views.TextField("first_name", c.Text(lang.M("First name")), typed.FirstName)
	first.Input.Autocomplete, first.Input.MaxLength = "given-name", "150"
	last := views.TextField("last_name", c.Text(lang.M("Last name")), typed.LastName)
	last.Input.Autocomplete, last.Input.MaxLength = "family-name", "150"
	fields := []views.Field{first, last, usernameField(c, typed.Username)}
	if h.people.HasPictures() {
		picture := views.FileField(pictureField, c.Text(lang.M("Profile picture")), "image/jpeg,image/png,image/gif,image/webp")
		picture.Optional = true
		picture.Input.Preview = c.Text(lang.M("The picture that you have chosen"))
		picture.Help = c.Text(lang.M("A JPEG, PNG, GIF or WebP picture of at most %s MB. Anybody who has its address can see it.", fmt.Sprint(account.MaxPicture>>20)))
		fields = append(fields, picture)
		if p.Picture != "" {
			fields = append(fields, views.CheckField("profile_picture-clear", c.Text(lang.M("Remove the present picture")), typed.NoPicture))
		}
	}
	if len(c.Languages()) > 1 {
		fields = append(fields, languageField(c, typed.Language))
	}
	return views.Form{
		ID: "profile", Action: c.Path(account.ProfilePath),
		Sections: []views.FormSection{{Legend: c.Text(lang.M("About you")), Fields: fields}},
		Buttons: views.Buttons{
			Submit: views.Submit{Text: c.Text(lang.M("Update"))},
			Cancel: views.Link{Text: c.Text(lang.M("Cancel")), Href: c.Path("/")},
		},
	}
}

func newProfilePage(c *web.Ctx, p account.Person, form views.Form) profilePage {
	title := c.Text(lang.M("Update your account"))
	avatar := c.Avatar(p)
	avatar.Large, avatar.Decorative = true, false // no name stands beside it
	return profilePage{
		Head: ownHead(c, p, title),
		Heading: views.Heading{Title: title, Avatar: avatar, Others: []views.Action{
			{Text: c.Text(lang.M("Change your password")), Href: c.Path(account.PasswordPath), Icon: "key", Style: views.Quiet},
		}},
		Form: form,
	}
}
