package app

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"

	"ams/app/account"
	"ams/app/database"
	"ams/app/fault"
	"ams/app/lang"
	"ams/app/organisation"
)

type superuserCommand struct {
	Email     string `help:"Address to sign in with; counts as confirmed."`
	Username  string `help:"Empty: the e-mail address."`
	FirstName string `name:"first-name"`
	LastName  string `name:"last-name"`
}

// Run asks whoever sits there for what the flags leave out. A program gives the address as a flag and the password as a
// line of the input; without a password nobody can sign in until it is set.
func (s superuserCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	in := bufio.NewReader(c.In)
	ask := func(label string, known *string) {
		if *known == "" {
			fmt.Fprint(c.Out, label+": ")
			line, _ := in.ReadString('\n') // the end of the input is an empty answer
			*known = strings.TrimRight(line, "\r\n")
		}
	}
	password := ""
	ask("E-mail address", &s.Email)
	if c.Person {
		ask("Username (empty: the e-mail address)", &s.Username)
		ask("First name", &s.FirstName)
		ask("Last name", &s.LastName)
	}
	if c.Person {
		if password, err = twice(c, ask); err != nil {
			return err
		}
	} else {
		ask("Password", &password)
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	err = a.People.CreateSuperuser(ctx, account.Appointment{
		Email: s.Email, Username: s.Username, FirstName: s.FirstName, LastName: s.LastName, Password: password,
	})
	if problems, refused := fault.Problems(err); refused {
		return tell(c.Err, problems)
	}
	return err
}

// twice asks somebody for a password that is not shown, and asks again, because nobody sees what was typed. An empty one is
// none.
func twice(c *call, ask func(label string, into *string)) (password string, err error) {
	defer hush(c.In)()
	again := ""
	ask("Password", &password)
	fmt.Fprintln(c.Out) // what ended the line was not shown either
	if password == "" {
		return "", nil
	}
	ask("Password again", &again)
	fmt.Fprintln(c.Out)
	if again != password {
		fmt.Fprintln(c.Err, "password: The two passwords are not the same.")
		return "", errTold
	}
	return password, nil
}

func tell(out io.Writer, problems fault.Fields) error {
	texts, err := lang.Load()
	if err != nil {
		return err
	}
	for _, p := range problems.List() {
		fmt.Fprintf(out, "%s: %s\n", p.Name, texts.Translator(lang.Default).Say(p.Text))
	}
	return errTold
}

type sampleDataCommand struct{}

// Run migrates first.
func (sampleDataCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if cfg.Deployed {
		return errDeployed
	}
	if err := (migrateCommand{}).Run(ctx, c); err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	if err := a.setUpContent(ctx, c.Out); err != nil {
		return err
	}
	return a.samples(ctx)
}

// Each of these needs a migrated database, and brings up to date what is there.
type (
	sampleAdminCommand     struct{}
	sampleUsersCommand     struct{}
	sampleQuestionsCommand struct{}
)

// Run leaves the password of an existing account alone.
func (sampleAdminCommand) Run(ctx context.Context, c *call) error {
	return c.sampling(ctx, func(a *App) error { return a.appoint(ctx, a.sampleAdmin()) })
}

// Run keeps the accounts that are there.
func (sampleUsersCommand) Run(ctx context.Context, c *call) error {
	return c.sampling(ctx, func(a *App) error { return a.appoint(ctx, a.sampleUsers()...) })
}

// Run asks the questions anew.
func (sampleQuestionsCommand) Run(ctx context.Context, c *call) error {
	return c.sampling(ctx, func(a *App) error { return a.Profile.Sample(ctx) })
}

// sampling does something to a database that is no deployment's.
func (c *call) sampling(ctx context.Context, do func(*App) error) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	if cfg.Deployed {
		return errDeployed
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	return do(a)
}

// samples fills a database that is no deployment's. What is there already stays.
func (a *App) samples(ctx context.Context) error {
	if err := a.appoint(ctx, append([]account.Appointment{a.sampleAdmin()}, a.sampleUsers()...)...); err != nil {
		return err
	}
	if err := a.sampleMemberships(ctx); err != nil {
		return err
	}
	if err := a.sampleOrganisations(ctx); err != nil {
		return err
	}
	if err := a.Profile.Sample(ctx); err != nil {
		return err
	}
	return a.Content.SampleContent(ctx)
}

func (a *App) sampleOrganisations(ctx context.Context) (err error) {
	var who organisation.Sample
	for username, p := range map[string]*account.Person{"user": &who.Member, "user2": &who.Founder, "user3": &who.Other} {
		if *p, err = a.People.ByUsername(ctx, username); err != nil {
			return err
		}
	}
	school, club, err := a.Orgs.Samples(ctx, who)
	if err != nil {
		return err
	}
	return a.Members.SampleSeats(ctx, school, club, who.Other)
}

func (a *App) sampleMemberships(ctx context.Context) error {
	if err := a.Members.SampleOptions(ctx); err != nil {
		return err
	}
	member, err := a.People.ByUsername(ctx, "user2")
	if err != nil {
		return err
	}
	applicant, err := a.People.ByUsername(ctx, "user3")
	if err != nil {
		return err
	}
	return a.Members.SampleMemberships(ctx, member, applicant)
}

func (a *App) sampleAdmin() account.Appointment {
	samples := a.cfg.Samples
	return account.Appointment{
		Email: samples.AdminEmail, Username: "admin", FirstName: "Admin", LastName: "Account",
		Password: samples.AdminPassword.Reveal(), Superuser: true,
	}
}

func (a *App) sampleUsers() []account.Appointment {
	samples := a.cfg.Samples
	password := samples.UserPassword.Reveal()
	return []account.Appointment{
		{Email: samples.UserEmail, Username: "user", FirstName: "Sample", LastName: "User", Password: password},
		{Email: "user2@example.com", Username: "user2", FirstName: "Sample", LastName: "User 2", Password: password},
		{Email: "user3@example.com", Username: "user3", FirstName: "Sample", LastName: "User 3", Password: password},
	}
}

// appoint makes accounts that everybody may try; existing ones keep their password.
func (a *App) appoint(ctx context.Context, people ...account.Appointment) error {
	for _, p := range people {
		if _, err := a.People.Appoint(ctx, p); err != nil {
			return fmt.Errorf("sample account %s: %w", p.Username, err)
		}
	}
	return nil
}

// isEmpty tells whether nobody has an account yet: then the samples are new, too.
func isEmpty(ctx context.Context, db *database.DB) (bool, error) {
	var anybody bool
	if err := db.NewRaw("SELECT EXISTS (SELECT 1 FROM users)").Scan(ctx, &anybody); err != nil {
		return false, fmt.Errorf("look for accounts: %w", err)
	}
	return !anybody, nil
}
