package app

import (
	"context"
	"errors"

	"ams/app/account"
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

// sampleAccounts are those of the sample people who are there. They are known by their addresses: an account that was there
// before keeps its username.
func (a *App) sampleAccounts(ctx context.Context) (people []account.Person, err error) {
	for _, sample := range append(a.sampleUsers(), a.sampleAdmin()) {
		p, found, err := account.OwnerOf(ctx, a.db, account.CanonicalEmail(sample.Email))
		if err != nil {
			return nil, err
		}
		if found {
			people = append(people, p)
		}
	}
	return people, nil
}
