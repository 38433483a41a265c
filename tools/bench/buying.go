//go:build unix

package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"ams/app/clock"
)

const (
	busyMember      = 78 // has 20 memberships, and looks after 10 organisations
	bigOrganisation = "00000000-0000-4000-8000-000000000500"
	seats           = 20 // of an organisation that 50 people want to belong to at the same moment
)

// furnish gives somebody much to look at. Doing it again changes nothing.
func (h *house) furnish(ctx context.Context) error {
	for _, query := range []string{
		`INSERT INTO individual_memberships (user_id, membership_option_id, start_date, expiry_date, created_datetime, approved_datetime)
			SELECT u.id, o.id, date '1990-01-01' + i * interval '1 year', date '1991-01-01' + i * interval '1 year', now(), now()
			FROM users u, generate_series(1, 19) i, (SELECT id FROM membership_options WHERE type = 'INDIVIDUAL' ORDER BY id LIMIT 1) o
			WHERE u.username = 'person78' ON CONFLICT DO NOTHING`,
		`INSERT INTO organisations (uuid, name, telephone, email, contact_name, postal_address, postal_city, postal_code)
			SELECT ('00000000-0000-4000-8000-000000000' || i)::uuid, 'Te Kura ' || i, '1', 'office@example.org', 'Hine', '1', 'Town', '1'
			FROM generate_series(500, 509) i ON CONFLICT DO NOTHING`,
		`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
			SELECT u.id, o.id, 'ADMIN', now(), now() FROM users u, organisations o
			WHERE u.username = 'person78' AND o.name LIKE 'Te Kura %' ON CONFLICT DO NOTHING`,
		`INSERT INTO organisation_members (user_id, organisation_id, role, created_datetime, accepted_datetime)
			SELECT u.id, o.id, 'MEMBER', now(), now()
			FROM (SELECT id FROM users WHERE username LIKE 'person%' AND username <> 'person78' ORDER BY id LIMIT 499) u, organisations o
			WHERE o.uuid = '` + bigOrganisation + `' ON CONFLICT DO NOTHING`,
		`INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime)
			SELECT o.id, p.id, 600, current_date, current_date + 365, now(), now()
			FROM organisations o, (SELECT id FROM membership_options WHERE type = 'ORGANISATION' ORDER BY id LIMIT 1) p
			WHERE o.name LIKE 'Te Kura %' ON CONFLICT DO NOTHING`,
		"VACUUM ANALYZE",
	} {
		if _, err := h.db.NewRaw(query).Exec(ctx); err != nil {
			return fmt.Errorf("furnish the database: %w", err)
		}
	}
	return nil
}

// buying lets many people apply at the same moment, each for a membership of their own, and many accept an invitation to
// the same organisation, which has seats for some of them.
func (h *house) buying(ctx context.Context, r *report) error {
	web, addr, err := h.web(ctx)
	if err != nil {
		return err
	}
	defer web.stop()
	var day int64
	const shop = `INSERT INTO membership_options (name_en, type, duration, cost) VALUES ('Bench day', 'INDIVIDUAL', interval '1 day', 5) RETURNING id`
	if err := h.db.NewRaw(shop).Scan(ctx, &day); err != nil {
		return fmt.Errorf("offer a membership: %w", err)
	}
	for _, query := range []string{
		"UPDATE profile_fields SET is_required_for_membership = false",
		`UPDATE individual_memberships SET cancelled_datetime = now()
			WHERE expiry_date > current_date AND user_id IN (SELECT id FROM users WHERE username LIKE 'person%' AND length(username) <= 8)`,
	} {
		if _, err := h.db.NewRaw(query).Exec(ctx); err != nil {
			return fmt.Errorf("let everybody apply: %w", err)
		}
	}
	cookies := make([]string, entrants)
	for i := range cookies {
		if cookies[i], err = h.signedIn(ctx, addr, i+1); err != nil {
			return err
		}
	}
	var applied, accepted []float64
	for round := range h.rounds {
		start := clock.DateOf(time.Now()).AddDays(round + 1)
		took, err := together(func(i int) error {
			return done(addr, "/en/users/memberships/apply-individual/", cookies[i], url.Values{
				"membership_option": {fmt.Sprint(day)}, "start_date": {start.String()},
			})
		})
		if err != nil {
			return err
		}
		applied = append(applied, entrants/took.Seconds())
		rate, err := h.crush(ctx, addr, cookies, round)
		if err != nil {
			return err
		}
		accepted = append(accepted, rate)
	}
	r.add(fmt.Sprintf("applications a second, %d at once", entrants), "", 0, false, applied...)
	r.add(fmt.Sprintf("invitations to one organisation answered a second, %d at once for %d seats", entrants, seats), "", 0, false, accepted...)
	now, most := web.memory()
	r.add("web, memory after buying", "MiB", 80, true, now)
	r.add("web, most memory while buying", "MiB", 80, true, most)
	return nil
}

// crush is everybody accepting an invitation to the same organisation. Its seats, and no more, are taken.
func (h *house) crush(ctx context.Context, addr string, cookies []string, round int) (float64, error) {
	var organisation int64
	const found = `
		WITH o AS (INSERT INTO organisations (name, telephone, email, contact_name, postal_address, postal_city, postal_code)
				VALUES (?, '1', 'office@example.org', 'Hine', '1', 'Town', '1') RETURNING id),
			m AS (INSERT INTO organisation_memberships (organisation_id, membership_option_id, seats, start_date, expiry_date, created_datetime, approved_datetime)
				SELECT o.id, p.id, ?, current_date - 1, current_date + 365, now(), now()
				FROM o, (SELECT id FROM membership_options WHERE type = 'ORGANISATION' ORDER BY id LIMIT 1) p)
		SELECT id FROM o`
	if err := h.db.NewRaw(found, fmt.Sprintf("Crush %d", round), seats).Scan(ctx, &organisation); err != nil {
		return 0, fmt.Errorf("found an organisation: %w", err)
	}
	var tokens []string
	const invite = `INSERT INTO organisation_members (user_id, invite_email, organisation_id, created_datetime)
		SELECT id, email, ?, now() FROM users WHERE username IN (SELECT 'person' || i FROM generate_series(1, ?) i)
		ORDER BY length(username), username RETURNING invite_token`
	if err := h.db.NewRaw(invite, organisation, entrants).Scan(ctx, &tokens); err != nil {
		return 0, fmt.Errorf("invite people: %w", err)
	}
	took, err := together(func(i int) error {
		return done(addr, "/en/organisations/invite/"+tokens[i]+"/accept/", cookies[i], nil)
	})
	if err != nil {
		return 0, err
	}
	n, err := h.db.NewSelect().Table("organisation_members").Where("organisation_id = ? AND accepted_datetime IS NOT NULL", organisation).Count(ctx)
	if err == nil && n != seats {
		err = fmt.Errorf("%d people belong to an organisation with %d seats", n, seats)
	}
	return entrants / took.Seconds(), err
}

// done sends a form that leads on to another page.
func done(addr, path, cookie string, form url.Values) error {
	answer, _, err := once(addr, request{method: http.MethodPost, path: path, cookie: cookie, form: form})
	if err == nil && answer.StatusCode != http.StatusSeeOther {
		err = fmt.Errorf("POST %s = %s", path, answer.Status)
	}
	return err
}
