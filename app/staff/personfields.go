package staff

import (
	"ams/app/account"
	"ams/app/admin"
	"ams/app/field"
	"ams/app/lang"
)

// The fields of people that both administrations ask for.

func emailField() field.Field[person] {
	return field.Email("email", lang.M("E-mail address"), func(p *person) *string { return &p.Email }).Check(account.EmailWrong)
}

func firstNameField() field.Field[person] {
	return field.Text("first_name", lang.M("First name"), func(p *person) *string { return &p.FirstName }).Max(150).Check(account.NameWrong)
}

func lastNameField() field.Field[person] {
	return field.Text("last_name", lang.M("Last name"), func(p *person) *string { return &p.LastName }).Max(150).Check(account.NameWrong)
}

func usernameField() field.Field[person] {
	return field.Name("username", lang.M("Username"), func(p *person) *string { return &p.Username }).Check(account.UsernameWrong)
}

// typedTwice asks for a password that nobody has to choose.
func typedTwice(once, again, help lang.Message) []field.Field[person] {
	return []field.Field[person]{
		field.Password("password1", once, func(p *person) *string { return &p.NewSecret }).Optional().Help(help),
		field.Password("password2", again, func(p *person) *string { return &p.Repeat }).Optional(),
	}
}

func activeField() field.Field[person] {
	return field.Bool("is_active", lang.M("Active"), func(p *person) *bool { return &p.Active }).
		Help(lang.M("Without it nobody can sign in to this account. Clear it instead of deleting a person."))
}

func superuserField(label lang.Message) field.Field[person] {
	return field.Bool("is_superuser", label, func(p *person) *bool { return &p.Superuser }).
		Help(lang.M("Holds every permission, also those that are added later."))
}

func groupsField(a *admin.Admin) field.Field[person] {
	return field.Refs("groups", lang.M("Groups"), func(p *person) *[]int64 { return &p.Groups }, a.Chooser("auth.group"))
}
