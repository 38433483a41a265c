package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"ams/app/access"
	"ams/app/database"
	"ams/app/lang"
)

type migrateCommand struct {
	Status bool   `help:"Only list the migrations."`
	To     *int64 `help:"Go up or down to this version instead of the newest."`
}

// Run migrates without time limit for a statement.
func (m migrateCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	db, err := open(ctx, cfg, 2, 0)
	if err != nil {
		return err
	}
	defer db.Close()
	switch {
	case m.Status:
		return c.listMigrations(ctx, db)
	case m.To != nil:
		return database.MigrateTo(ctx, db, *m.To)
	}
	return database.Migrate(ctx, db)
}

func (c *call) listMigrations(ctx context.Context, db *database.DB) error {
	all, err := database.Status(ctx, db)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(c.Out, 0, 4, 2, ' ', 0)
	for _, m := range all {
		state := "pending"
		if !m.Applied.IsZero() {
			state = m.Applied.UTC().Format("2006-01-02 15:04:05")
		}
		fmt.Fprintf(out, "%05d\t%s\t%s\n", m.Version, m.Name, state)
	}
	return out.Flush()
}

type deployStepsCommand struct{}

// Run stops at the first step that fails, so that the release is not promoted.
func (deployStepsCommand) Run(ctx context.Context, c *call) error {
	if err := (migrateCommand{}).Run(ctx, c); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := (setupCMSCommand{}).Run(ctx, c); err != nil {
		return fmt.Errorf("setup_cms: %w", err)
	}
	return nil
}

type setupCMSCommand struct {
	Check bool `help:"Only report; change nothing."`
}

// Run may be repeated: what is there keeps its texts.
func (s setupCMSCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	if s.Check {
		return a.reportContent(ctx, c.Out)
	}
	return a.setUpContent(ctx, c.Out)
}

// migrated refuses a database that lacks migrations.
func (a *App) migrated(ctx context.Context) error {
	if pending, err := database.Pending(ctx, a.db); err != nil || pending > 0 {
		return errors.Join(err, fmt.Errorf("the database lacks %d migrations: run ams migrate first", pending))
	}
	return nil
}

func (a *App) setUpContent(ctx context.Context, out io.Writer) error {
	if err := a.migrated(ctx); err != nil {
		return err
	}
	done, err := a.Content.Setup(ctx)
	if err != nil {
		return err
	}
	for _, s := range done.Sites {
		fmt.Fprintf(out, "%s: %s%s\n", s.Language, a.cfg.Site.BaseURL, s.Path)
	}
	for _, l := range done.SwitchedOff {
		fmt.Fprintf(out, "%s: no longer served, because AMS_ENABLED_LANGUAGES leaves it out\n", l)
	}
	return nil
}

// reportContent fails when visitors would find no home page.
func (a *App) reportContent(ctx context.Context, out io.Writer) error {
	findings, err := a.Content.Check(ctx)
	if err != nil {
		return err
	}
	texts, err := lang.Load()
	if err != nil {
		return err
	}
	english, fatal := texts.Translator(lang.Default), false
	for _, f := range findings {
		fmt.Fprintln(out, english.Say(f.Text))
		fatal = fatal || f.Fatal
	}
	if fatal {
		return errTold
	}
	return nil
}

type ensureRootCommand struct{}

// Run changes nothing that exists, so that it may be tried when in doubt.
func (ensureRootCommand) Run(ctx context.Context, c *call) error {
	cfg, err := c.settings()
	if err != nil {
		return err
	}
	a, closing, err := c.prepared(ctx, cfg, false, false)
	if err != nil {
		return err
	}
	defer closing()
	if err := a.migrated(ctx); err != nil {
		return err
	}
	made, err := a.Content.EnsureRoot(ctx)
	if err != nil {
		return err
	}
	groups, err := access.Ship(ctx, a.db) // they have rights at the roots
	if err != nil {
		return err
	}
	for _, name := range groups {
		made = append(made, "the group "+name)
	}
	if len(made) == 0 {
		fmt.Fprintln(c.Out, "Nothing was missing.")
	}
	for _, what := range made {
		fmt.Fprintln(c.Out, "Made "+what)
	}
	return nil
}
