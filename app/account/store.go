package account

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"ams/app/fault"
)

type userRow struct {
	bun.BaseModel `bun:"table:users,alias:u"`
	Person

	Password  string
	LastLogin *time.Time
}

type addressRow struct {
	bun.BaseModel `bun:"table:email_addresses,alias:ea"`

	ID       int64 `bun:",pk,autoincrement"`
	UserID   int64
	Email    string
	Verified bool
	Primary  bool
}

// Lock holds a person's row until the transaction ends: changes to one account happen one after another. Rows that
// refer to the person can still be inserted meanwhile. Nothing is done any longer for somebody who was erased.
func Lock(ctx context.Context, tx bun.Tx, id int64) error {
	_, err := hold(ctx, tx, id)
	return err
}

// hold is Lock and gives the row as it stands now that nobody else can change it.
func hold(ctx context.Context, tx bun.Tx, id int64) (userRow, error) {
	u, err := lockUser(ctx, tx, id)
	if err == nil && u.ErasedAt != nil {
		err = fault.Conflict(wasErased())
	}
	return u, err
}

// lockUser is hold without refusing erased people; callers check.
func lockUser(ctx context.Context, tx bun.Tx, id int64) (u userRow, err error) {
	err = tx.NewSelect().Model(&u).Where("u.id = ?", id).For("NO KEY UPDATE OF ?TableAlias").Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return u, unknownPerson()
	}
	if err != nil {
		return u, fmt.Errorf("lock user %d: %w", id, err)
	}
	return u, nil
}

func userByID(ctx context.Context, db bun.IDB, id int64) (u userRow, err error) {
	err = db.NewSelect().Model(&u).Where("u.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return u, unknownPerson()
	}
	if err != nil {
		return u, fmt.Errorf("find user %d: %w", id, err)
	}
	return u, nil
}

// ByID finds a person; erased and inactive ones as well.
func ByID(ctx context.Context, db bun.IDB, id int64) (Person, error) {
	people, err := ByIDs(ctx, db, []int64{id})
	if err != nil {
		return Person{}, err
	}
	p, found := people[id]
	if !found {
		return Person{}, unknownPerson()
	}
	return p, nil
}

// ByIDs finds people, by their ids.
func ByIDs(ctx context.Context, db bun.IDB, ids []int64) (map[int64]Person, error) {
	people := map[int64]Person{}
	if len(ids) == 0 {
		return people, nil
	}
	var rows []userRow
	if err := db.NewSelect().Model(&rows).Where("u.id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, fmt.Errorf("find %d people: %w", len(ids), err)
	}
	for _, r := range rows {
		people[r.ID] = r.Person
	}
	return people, nil
}

// activeStaff are the people whom letters to the staff go to, in the order in which they joined.
func activeStaff(ctx context.Context, db bun.IDB) ([]Person, error) {
	var rows []userRow
	if err := db.NewSelect().Model(&rows).Where("u.is_staff AND u.is_active AND u.erased_at IS NULL").Order("u.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list staff: %w", err)
	}
	staff := make([]Person, len(rows))
	for i, r := range rows {
		staff[i] = r.Person
	}
	return staff, nil
}

func personByUsername(ctx context.Context, db bun.IDB, username string) (Person, error) {
	var u userRow
	err := db.NewSelect().Model(&u).Where("u.username = ?", username).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Person{}, unknownPerson()
	}
	if err != nil {
		return Person{}, fmt.Errorf("find user by username: %w", err)
	}
	return u.Person, nil
}

func usernameExists(ctx context.Context, db bun.IDB, username string) (bool, error) {
	found, err := db.NewSelect().Model((*userRow)(nil)).Where("lower(u.username) = lower(?)", username).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look up username: %w", err)
	}
	return found, nil
}

// The accounts that an address ?0 belongs to, and the addresses that belong to a person ?0: the primary one, verified or
// not, and others once they are verified. Other packages compare their rows with them.
const (
	OwnersSQL    = `SELECT id FROM users WHERE lower(email) = ?0 UNION SELECT user_id FROM email_addresses WHERE email = ?0 AND verified`
	AddressesSQL = `SELECT email FROM users WHERE id = ?0 UNION SELECT email FROM email_addresses WHERE user_id = ?0 AND verified`
)

// OwnerOf finds the account that a canonical address belongs to: verified, else as primary address. An unverified
// secondary address on somebody's account does not count. found is false when there is no such account.
func OwnerOf(ctx context.Context, db bun.IDB, email string) (p Person, found bool, err error) {
	row, found, err := first(ctx, db.NewSelect().Where("u.id IN ("+OwnersSQL+")", email).OrderExpr(
		"EXISTS (SELECT 1 FROM email_addresses ea WHERE ea.user_id = u.id AND ea.email = ? AND ea.verified) DESC, u.id", email))
	return row.Person, found, err
}

// userByAnyEmail finds who signs in with an address: who has it verified, else whose primary address it is, else who
// has it at all.
func userByAnyEmail(ctx context.Context, db bun.IDB, email string) (userRow, bool, error) {
	const holders = `JOIN (
		SELECT user_id AS id, CASE WHEN verified THEN 1 ELSE 3 END AS rank FROM email_addresses WHERE email = ?0
		UNION ALL SELECT id, 2 FROM users WHERE lower(email) = ?0) AS holder ON holder.id = u.id`
	return first(ctx, db.NewSelect().Join(holders, email).OrderExpr("holder.rank, u.id"))
}

func first(ctx context.Context, q *bun.SelectQuery) (row userRow, found bool, err error) {
	err = q.Model(&row).Limit(1).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return row, false, nil
	}
	if err != nil {
		return row, false, fmt.Errorf("find user by e-mail: %w", err)
	}
	return row, true, nil
}

// insertUser stores a new account with its first address; both rows get their ids.
func insertUser(ctx context.Context, tx bun.Tx, user *userRow, address *addressRow) error {
	if _, err := tx.NewInsert().Model(user).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert user: %w", err)
	}
	address.UserID = user.ID
	return insertAddress(ctx, tx, address)
}

func insertAddress(ctx context.Context, tx bun.Tx, address *addressRow) error {
	if _, err := tx.NewInsert().Model(address).Returning("id").Exec(ctx); err != nil {
		return fmt.Errorf("insert address of user %d: %w", address.UserID, err)
	}
	return nil
}

// addressFor gives the person's row for an address; imported accounts may lack one, so it is made when missing.
func addressFor(ctx context.Context, tx bun.Tx, user int64, email string) (addressRow, error) {
	var a addressRow
	err := tx.NewSelect().Model(&a).Where("ea.user_id = ? AND ea.email = ?", user, email).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		a = addressRow{UserID: user, Email: email}
		return a, insertAddress(ctx, tx, &a)
	}
	if err != nil {
		return a, fmt.Errorf("find address of user %d: %w", user, err)
	}
	return a, nil
}

// addressesOf are all addresses of somebody, by id.
func addressesOf(ctx context.Context, db bun.IDB, user int64) (all []addressRow, err error) {
	if err = db.NewSelect().Model(&all).Where("ea.user_id = ?", user).Order("ea.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list the addresses of user %d: %w", user, err)
	}
	return all, nil
}

// addressByID finds an address and whose it is; found is false when there is no such row.
func addressByID(ctx context.Context, db bun.IDB, id int64) (a addressRow, owner Person, found bool, err error) {
	var u userRow
	err = db.NewSelect().Model(&a).Where("ea.id = ?", id).Scan(ctx)
	if err == nil {
		err = db.NewSelect().Model(&u).Where("u.id = ?", a.UserID).Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return a, owner, false, nil
	}
	if err != nil {
		return a, owner, false, fmt.Errorf("find address %d: %w", id, err)
	}
	return a, u.Person, true, nil
}

func verifiedElsewhere(ctx context.Context, db bun.IDB, email string, than int64) (bool, error) {
	found, err := db.NewSelect().Model((*addressRow)(nil)).
		Where("ea.email = ? AND ea.verified AND ea.user_id <> ?", email, than).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look for another owner of an address: %w", err)
	}
	return found, nil
}

func hasVerified(ctx context.Context, db bun.IDB, user int64, email string) (bool, error) {
	found, err := db.NewSelect().Model((*addressRow)(nil)).
		Where("ea.user_id = ? AND ea.email = ? AND ea.verified", user, email).Exists(ctx)
	if err != nil {
		return false, fmt.Errorf("look up a verified address of user %d: %w", user, err)
	}
	return found, nil
}

// prove marks an address as its owner's. Somebody without a primary address gets this one, and the address that they had
// until then is told.
func (s *Service) prove(ctx context.Context, tx bun.Tx, a addressRow, from Origin) error {
	before, err := userByID(ctx, tx, a.UserID)
	if err != nil {
		return err
	}
	const mark = `
		UPDATE email_addresses SET verified = true, "primary" = "primary" OR NOT EXISTS
			(SELECT 1 FROM email_addresses o WHERE o.user_id = ?1 AND o."primary")
		WHERE id = ?0`
	if _, err := tx.NewRaw(mark, a.ID, a.UserID).Exec(ctx); err != nil {
		return fmt.Errorf("verify address %d: %w", a.ID, err)
	}
	const copyPrimary = `
		UPDATE users u SET email = a.email FROM email_addresses a
		WHERE u.id = ? AND a.user_id = u.id AND a."primary" AND u.email <> a.email RETURNING u.email`
	var fresh []string
	if err := tx.NewRaw(copyPrimary, a.UserID).Scan(ctx, &fresh); err != nil {
		return fmt.Errorf("copy primary address of user %d: %w", a.UserID, err)
	}
	if len(fresh) == 0 {
		return nil
	}
	return s.Notice(ctx, tx, before.Person, primaryChanged(before.Email, fresh[0]), from)
}

func grantAll(ctx context.Context, tx bun.Tx, id int64) error {
	const grant = "UPDATE users SET is_active = true, is_staff = true, is_superuser = true WHERE id = ?"
	if _, err := tx.NewRaw(grant, id).Exec(ctx); err != nil {
		return fmt.Errorf("grant all rights to user %d: %w", id, err)
	}
	return nil
}

// storePassword keeps the same password in another form of its hash.
func storePassword(ctx context.Context, tx bun.Tx, id int64, hash string) error {
	if _, err := tx.NewRaw("UPDATE users SET password = ?1 WHERE id = ?0 AND password <> ?1", id, hash).Exec(ctx); err != nil {
		return fmt.Errorf("renew the password hash of user %d: %w", id, err)
	}
	return nil
}

func recordSignIn(ctx context.Context, tx bun.Tx, id int64, hash string, now time.Time) error {
	const record = "UPDATE users SET last_login = ?1, password = ?2 WHERE id = ?0"
	if _, err := tx.NewRaw(record, id, now, hash).Exec(ctx); err != nil {
		return fmt.Errorf("record sign-in of user %d: %w", id, err)
	}
	return nil
}
