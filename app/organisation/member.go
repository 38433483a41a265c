package organisation

import (
	"cmp"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/lang"
)

// Role is what somebody may do in an organisation.
type Role string

// The roles.
const (
	RoleAdmin  Role = "ADMIN" // looks after it
	RoleMember Role = "MEMBER"
)

// Text names the role for people.
func (r Role) Text() lang.Message {
	if r == RoleAdmin {
		return lang.M("Administrator")
	}
	return lang.M("Member")
}

// Member is somebody who belongs to an organisation or is invited to. The rows that staff ended are kept and are no
// longer current.
type Member struct {
	bun.BaseModel `bun:"table:organisation_members,alias:om"`

	ID             int64      `bun:",pk,autoincrement"`
	UUID           string     `bun:"uuid,nullzero,default:gen_random_uuid()"` // in addresses of what is done to the row
	UserID         int64      `bun:"user_id,nullzero"`                        // 0: the invited address has no account
	InviteEmail    string     // lower case; empty for who founded the organisation
	InviteToken    string     `bun:"invite_token,nullzero,default:gen_random_uuid()"` // the secret of the invitation
	OrganisationID int64      `bun:"organisation_id"`
	CreatedAt      time.Time  `bun:"created_datetime"` // invited or joined
	AcceptedAt     *time.Time `bun:"accepted_datetime"`
	DeclinedAt     *time.Time `bun:"declined_datetime"`
	RevokedAt      *time.Time `bun:"revoked_datetime"`
	LastSentAt     *time.Time `bun:"last_sent_datetime"` // sent once more; nil after the first time
	Role           Role
	Version        int64 `bun:",nullzero,default:1"`

	Person account.Person `bun:"-"` // zero while nobody is linked
}

// Current rows count; the others are kept for the record.
func (m Member) Current() bool { return m.DeclinedAt == nil && m.RevokedAt == nil }

// Pending tells an invitation that waits for its answer.
func (m Member) Pending() bool { return m.Current() && m.AcceptedAt == nil }

// Active members take a seat. Ask with Person loaded.
func (m Member) Active() bool {
	return m.Current() && m.AcceptedAt != nil && m.UserID != 0 && m.Person.Active
}

// Known is who the row is linked to, once they have answered: until then an invitation tells nobody that there is an
// account with its address, whose it is, or which other addresses it has.
func (m Member) Known() account.Person {
	if m.AcceptedAt == nil {
		return account.Person{}
	}
	return m.Person
}

// Name is what people read of the row: who it is, or where the invitation went.
func (m Member) Name() string {
	p := m.Known()
	return cmp.Or(p.Name(), p.Username, m.Address())
}

// Address is where the row's letters go.
func (m Member) Address() string {
	if m.InviteEmail != "" {
		return m.InviteEmail
	}
	return m.Person.Email
}

// The named sets of members as conditions on the alias om. An accepted row of an account that is not active counts as
// current and takes no seat.
const (
	isCurrent = "om.declined_datetime IS NULL AND om.revoked_datetime IS NULL"
	isPending = isCurrent + " AND om.accepted_datetime IS NULL"
	isActive  = isCurrent + " AND om.accepted_datetime IS NOT NULL AND EXISTS (SELECT 1 FROM users u WHERE u.id = om.user_id AND u.is_active)"
	isAdmin   = isActive + " AND om.role = 'ADMIN'"
)
