package app

import (
	"context"
	"errors"

	"ams/app/account"
	"ams/app/fault"
)

type sampleTermsCommand struct{}

// Run stands apart from the sample data: with terms in force, everybody who tries the site meets them first.
func (sampleTermsCommand) Run(ctx context.Context, c *call) error {
	return c.sampling(ctx, func(a *App) error {
		people, err := a.sampleAccounts(ctx)
		if err != nil {
			return err
		}
		return a.Terms.Samples(ctx, people)
	})
}

// errDeployed refuses samples where people are at work.
var errDeployed = errors.New("this is a deployment: sample data would mix with the data of members")

// sampleAccounts are those of the sample people who are there.
func (a *App) sampleAccounts(ctx context.Context) (people []account.Person, err error) {
	for _, username := range []string{"admin", "user", "user2", "user3"} {
		p, err := a.People.ByUsername(ctx, username)
		switch {
		case err == nil:
			people = append(people, p)
		case fault.KindOf(err) != fault.Missing:
			return nil, err
		}
	}
	return people, nil
}
