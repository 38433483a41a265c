package privacy

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"ams/app/access"
	"ams/app/mail"
	"ams/app/membership"
)

// holding is a place that stores something about people, with the rule for a person's download and erasure. Whoever adds
// a table that refers to people, or to something of theirs, adds a line to holdings; a test walks the foreign keys.
type holding struct {
	key   string // foreign key, "table.column"
	file  string // what the rows are called in the download
	give  string // query for them, ?0 being the person, in an order that is always the same; "" gives nothing
	erase eraser // nil leaves the rows as they are
	// ownsRows says that rows which refer to these are about the person, too.
	ownsRows bool
}

// doomed is a person who is being erased.
type doomed struct {
	by        access.Holder // who erases the person
	id        int64
	trace     string // stands for the name
	email     string // of the account
	addresses []string
}

type eraser func(context.Context, bun.Tx, doomed) error

// holdings are in the order in which they are erased.
func (s *Service) holdings() []holding { return append(s.belongings(), mentions()...) }

// belongings are about a person, and nobody else.
func (s *Service) belongings() []holding {
	return []holding{
		{
			key: "data_exports.user_id", file: "downloads",
			give:  "SELECT requested_at, ready_at FROM data_exports WHERE user_id = ?0 ORDER BY id",
			erase: s.dropFiles,
		},
		{key: "individual_memberships.user_id", file: "memberships", give: giveMemberships, erase: s.cancelMemberships, ownsRows: true},
		{key: "individual_memberships.renews_id", ownsRows: true}, // with the membership
		{key: "billing_accounts.user_id", ownsRows: true},         // nothing but the link between person and invoices
		{key: "purchases.account_id", ownsRows: true},             // with the membership that was bought
		{key: "purchases.buyer_id", ownsRows: true},
		{key: "purchases.individual_membership_id", file: "purchases", give: givePurchases, ownsRows: true},
		{key: "invoices.account_id", file: "invoices", give: giveInvoices, ownsRows: true},
		{key: "invoices.purchase_id", ownsRows: true}, // with the account
		{key: "invoices.individual_membership_id", ownsRows: true},
		{key: "organisation_members.user_id", file: "organisations", give: giveOrganisations, erase: leaveOrganisations},
		{key: "user_groups.user_id", file: "groups", give: giveGroups, erase: deleted("user_groups")},
		{key: "user_permissions.user_id", file: "permissions", give: givePermissions, erase: deleted("user_permissions")},
		{
			key: "authenticators.user_id", file: "second_factors",
			give:  "SELECT type, created_at, last_used_at FROM authenticators WHERE user_id = ?0 ORDER BY id",
			erase: deleted("authenticators"),
		},
		{
			key: "social_accounts.user_id", file: "linked_accounts",
			give:  "SELECT provider, uid, date_joined, last_login FROM social_accounts WHERE user_id = ?0 ORDER BY id",
			erase: deleted("social_accounts"),
		},
		{key: "profile_field_responses.user_id", file: "answers", give: giveAnswers, erase: deleted("profile_field_responses")},
		{key: "term_acceptances.user_id", file: "accepted_terms", give: giveAcceptances, erase: forgetBrowser, ownsRows: true},
		{
			key: "sessions.user_id", file: "sessions",
			give:  "SELECT created_at, expires_at FROM sessions WHERE user_id = ?0 ORDER BY created_at, token_hash",
			erase: deleted("sessions"),
		},
		{key: "email_messages.user_id", file: "messages", give: giveMessages, erase: forgetMessages},
		{key: "email_addresses.user_id", file: "addresses", give: giveAddresses, erase: deleted("email_addresses")},
	}
}

// mentions are of others, and only name a person: an erasure leaves them without the name.
func mentions() []holding {
	return []holding{
		{key: "admin_log_entries.user_id", file: "acts_as_staff", give: giveActs, erase: renameActor},
		{
			key: "pages.owner_id", file: "pages",
			give:  "SELECT title, first_published_at FROM pages WHERE owner_id = ?0 ORDER BY id",
			erase: unlinked("pages", "owner_id"),
		},
		{key: "pages.locked_by_id", erase: unlinked("pages", "locked_by_id")},
		{
			key: "page_revisions.user_id", file: "page_versions",
			give:  "SELECT created_at FROM page_revisions WHERE user_id = ?0 ORDER BY id",
			erase: unlinked("page_revisions", "user_id"),
		},
		{
			key: "theme_settings_revisions.user_id", file: "theme_versions",
			give:  "SELECT created_at FROM theme_settings_revisions WHERE user_id = ?0 ORDER BY id",
			erase: unlinked("theme_settings_revisions", "user_id"),
		},
	}
}

// about are the places that no foreign key leads to. History comes first in an erasure, because it is found by what the
// others delete.
func about() []holding {
	return []holding{
		{key: "users", file: "account", give: giveAccount, ownsRows: true},
		{key: "admin_log_entries", file: "history", give: giveHistory},
	}
}

// The queries of the download. Secrets, notes of the staff and what others are called are in none of them, and neither is
// what was written to an address that the person has only claimed, or to the staff.
const (
	giveAccount = `
		SELECT uuid, email, username, first_name, last_name, language, profile_picture, is_active, is_staff, is_superuser,
		       date_joined, last_login, erasure_requested_at FROM users WHERE id = ?0`
	giveAddresses   = `SELECT email, verified, "primary" FROM email_addresses WHERE user_id = ?0 ORDER BY id`
	giveGroups      = `SELECT g.name FROM user_groups ug JOIN groups g ON g.id = ug.group_id WHERE ug.user_id = ?0 ORDER BY g.id`
	givePermissions = `SELECT p.codename FROM user_permissions up JOIN permissions p ON p.id = up.permission_id WHERE up.user_id = ?0 ORDER BY p.id`
	giveAnswers     = `
		SELECT f.field_key AS question, r.value AS answer, r.updated_datetime FROM profile_field_responses r
		JOIN profile_fields f ON f.id = r.profile_field_id WHERE r.user_id = ?0 ORDER BY r.id`
	giveAcceptances = `
		SELECT t.key AS term, v.version, a.accepted_at, host(a.ip_address) AS ip_address, a.user_agent, a.source
		FROM term_acceptances a JOIN term_versions v ON v.id = a.term_version_id JOIN terms t ON t.id = v.term_id
		WHERE a.user_id = ?0 ORDER BY a.id`
	giveMemberships = `
		SELECT o.name_en AS option, m.start_date, m.expiry_date, m.created_datetime, m.approved_datetime, m.approval_source,
		       m.cancelled_datetime, m.cancelled_reason
		FROM individual_memberships m JOIN membership_options o ON o.id = m.membership_option_id WHERE m.user_id = ?0 ORDER BY m.id`
	givePurchases = `
		SELECT p.code, p.kind, p.description, p.quantity, p.unit_amount, p.total, p.reference, p.issue_date, p.due_date,
		       p.invoice_state, p.created_at
		FROM purchases p WHERE p.buyer_id = ?0 OR p.account_id IN (SELECT id FROM billing_accounts WHERE user_id = ?0)
		     OR p.individual_membership_id IN (SELECT id FROM individual_memberships WHERE user_id = ?0) ORDER BY p.id`
	giveInvoices = `
		SELECT i.invoice_number, i.purpose, i.issue_date, i.due_date, i.paid_date, i.amount, i.paid, i.allocated, i.credited, i.due,
		       i.provider_status, i.created_at
		FROM invoices i WHERE i.account_id IN (SELECT id FROM billing_accounts WHERE user_id = ?0) ORDER BY i.id`
	giveOrganisations = `
		SELECT o.name AS organisation, m.role, m.invite_email, m.created_datetime, m.last_sent_datetime, m.accepted_datetime,
		       m.declined_datetime, m.revoked_datetime
		FROM organisation_members m JOIN organisations o ON o.id = m.organisation_id WHERE m.id IN (
			SELECT id FROM organisation_members WHERE user_id = ?0
			UNION SELECT i.id FROM organisation_members i WHERE i.user_id IS NULL AND i.invite_email IN (
				SELECT email FROM email_addresses WHERE user_id = ?0 AND (verified OR "primary"))) -- by another address somebody else may be meant
		ORDER BY m.id`
	giveMessages = `
		SELECT m.sent_at AS date, m.subject FROM email_messages m
		WHERE m.status = 'sent' AND m.template_id NOT LIKE 'staff\_%' AND (m.user_id = ?0 OR m.recipients && ARRAY(
			SELECT a.email::text FROM email_addresses a WHERE a.user_id = ?0 AND (a.verified OR a."primary" AND NOT EXISTS (
				SELECT 1 FROM email_addresses o WHERE o.email = a.email AND o.verified AND o.user_id <> ?0)))) ORDER BY m.id`
	giveActs    = `SELECT at, entity, action FROM admin_log_entries WHERE user_id = ?0 ORDER BY id`
	giveHistory = `
		SELECT e.at, e.action, (
			SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') FROM jsonb_array_elements(e.changes) WITH ORDINALITY AS t (c, n)
			WHERE c ->> 'field' NOT IN ('admin_notes', 'password1', 'password2')) AS changes
		FROM admin_log_entries e WHERE e.entity = 'users.user' AND e.object_id = ?0 ORDER BY e.id`
)

// deleted takes a person's rows away.
func deleted(table string) eraser {
	return func(ctx context.Context, tx bun.Tx, d doomed) error {
		if _, err := tx.NewRaw("DELETE FROM ? WHERE user_id = ?", bun.Ident(table), d.id).Exec(ctx); err != nil {
			return fmt.Errorf("erase %s of person %d: %w", table, d.id, err)
		}
		return nil
	}
}

// unlinked leaves rows without the person.
func unlinked(table, column string) eraser {
	return func(ctx context.Context, tx bun.Tx, d doomed) error {
		_, err := tx.NewRaw("UPDATE ?0 SET ?1 = NULL WHERE ?1 = ?2", bun.Ident(table), bun.Ident(column), d.id).Exec(ctx)
		if err != nil {
			return fmt.Errorf("unlink %s from person %d: %w", table, d.id, err)
		}
		return nil
	}
}

func (s *Service) dropFiles(ctx context.Context, tx bun.Tx, d doomed) error {
	return s.drop(ctx, tx, "user_id = ?", d.id)
}

func (s *Service) cancelMemberships(ctx context.Context, tx bun.Tx, d doomed) error {
	return s.members.CancelOf(ctx, tx, d.by, membership.OfPerson(d.id), d.trace, membership.ReasonErased)
}

// leaveOrganisations takes somebody out of their organisations, which may so lose their last administrator, and takes
// back the invitations to their addresses.
func leaveOrganisations(ctx context.Context, tx bun.Tx, d doomed) error {
	const leave = `
		DELETE FROM organisation_members m WHERE user_id = ?0 OR user_id IS NULL AND invite_email IN (?1)
			AND NOT EXISTS (SELECT FROM email_addresses e WHERE e.email = m.invite_email AND e.verified AND e.user_id <> ?0)`
	if _, err := tx.NewRaw(leave, d.id, bun.List(d.addresses)).Exec(ctx); err != nil {
		return fmt.Errorf("take person %d out of organisations: %w", d.id, err)
	}
	return nil
}

func forgetMessages(ctx context.Context, tx bun.Tx, d doomed) error {
	return mail.ForgetPerson(ctx, tx, d.id, d.addresses)
}

// forgetBrowser keeps what was accepted and when, which is the association's proof.
func forgetBrowser(ctx context.Context, tx bun.Tx, d doomed) error {
	const forget = "UPDATE term_acceptances SET ip_address = '0.0.0.0', user_agent = '' WHERE user_id = ?"
	if _, err := tx.NewRaw(forget, d.id).Exec(ctx); err != nil {
		return fmt.Errorf("forget where person %d accepted terms: %w", d.id, err)
	}
	return nil
}

// renameActor keeps who did what as staff apart from what others did.
func renameActor(ctx context.Context, tx bun.Tx, d doomed) error {
	if _, err := tx.NewRaw("UPDATE admin_log_entries SET user_name = ? WHERE user_id = ?", d.trace, d.id).Exec(ctx); err != nil {
		return fmt.Errorf("rename person %d in history: %w", d.id, err)
	}
	return nil
}

// forgetHistory leaves in the history of a person, and of what is or was theirs, who did something and when. Where an entry
// does not say whom it is about, its title may: by an address in brackets after the name, or by an address alone.
func forgetHistory(ctx context.Context, tx bun.Tx, d doomed) error {
	const forget = `
		UPDATE admin_log_entries SET title = ?1, changes = '[]'
		WHERE about_user_id = ?0
		   OR lower(title) = ANY (?2::text[])
		   OR EXISTS (SELECT 1 FROM unnest(?2::text[] || ?3::text) a WHERE position('(' || a || ')' IN lower(title)) > 0)`
	if _, err := tx.NewRaw(forget, d.id, d.trace, pgdialect.Array(d.addresses), d.email).Exec(ctx); err != nil {
		return fmt.Errorf("forget the history of person %d: %w", d.id, err)
	}
	return nil
}

// table is what a holding's key begins with.
func (h holding) table() string {
	name, _, _ := strings.Cut(h.key, ".")
	return name
}
