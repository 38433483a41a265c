package privacy

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ams/app/account"
	"ams/app/fault"
	"ams/app/lang"
	"ams/jobs"
	"ams/storage"
)

const (
	// FileLife is how long somebody can fetch the file of their data.
	FileLife = 7 * 24 * time.Hour
	// runLimit is how long making it may take at a time, and runs how often it is tried.
	runLimit = 10 * time.Minute
	runs     = 5
	// stuckAfter is when all runs are over, so that a file may be asked for anew.
	stuckAfter = 2 * time.Hour
)

type fileRow struct {
	bun.BaseModel `bun:"table:data_exports,alias:f"`

	ID          int64 `bun:",pk,autoincrement"`
	UserID      int64
	Key         string `bun:"object_key"` // named before the object is stored
	RequestedAt time.Time
	ReadyAt     *time.Time
}

// stuck tells that the job has given up.
func (f fileRow) stuck(now time.Time) bool { return !now.Before(f.RequestedAt.Add(stuckAfter)) }

func fileRows(ctx context.Context, db bun.IDB, where string, args ...any) (all []fileRow, err error) {
	if err = db.NewSelect().Model(&all).Where(where, args...).Order("f.id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("list files of people's data: %w", err)
	}
	return all, nil
}

// Export is the job that makes the file of a person's data.
type Export struct{ Person int64 }

// Kind names the job in the queue.
func (Export) Kind() string { return "accounts.export_data" }

// Key lets one wait for each person.
func (e Export) Key() string { return strconv.FormatInt(e.Person, 10) }

// Jobs registers the job.
func (s *Service) Jobs(r *jobs.Registry) {
	jobs.Handle(r, s.export, jobs.Timeout(runLimit), jobs.Attempts(runs), jobs.Backoff(time.Minute, 10*time.Minute))
}

// RequestFile asks for a file of a person's data. While one is being made nothing more is done.
func (s *Service) RequestFile(ctx context.Context, person int64) error {
	if !s.HasFiles() {
		return fault.Unavailable(lang.M("Files cannot be prepared here at the moment."), errors.New("no private bucket is configured"))
	}
	now := s.clock.Now()
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, person); err != nil { // two clicks at once wait here
			return err
		}
		waiting, err := fileRows(ctx, tx, "f.user_id = ? AND f.ready_at IS NULL", person)
		if err != nil {
			return err
		}
		f := fileRow{UserID: person, RequestedAt: now}
		switch {
		case len(waiting) == 0:
			_, err = tx.NewInsert().Model(&f).Exec(ctx)
		case waiting[0].stuck(now):
			f = waiting[0]
			f.RequestedAt = now
			_, err = tx.NewUpdate().Model(&f).Column("requested_at").WherePK().Exec(ctx)
		default:
			return nil
		}
		if err != nil {
			return fmt.Errorf("note that person %d wants a file: %w", person, err)
		}
		return s.queue.Add(ctx, tx, Export{Person: person})
	})
}

// File is a fresh signed address of somebody's file.
func (s *Service) File(ctx context.Context, person int64) (string, error) {
	all, err := fileRows(ctx, s.db, "f.user_id = ? AND f.ready_at > ?", person, s.clock.Now().Add(-FileLife))
	if err != nil {
		return "", err
	}
	if len(all) == 0 || !s.HasFiles() {
		return "", fault.NotFound(lang.M("There is no file of your data at the moment. Ask for a new one."))
	}
	return s.cfg.Buckets.Private.Link(all[len(all)-1].Key, "my-data.zip")
}

// export makes a file. It may run twice and at the same time as itself: whoever finds the row under another key than
// their own, or gone, has their object deleted.
func (s *Service) export(ctx context.Context, job Export) error {
	if !s.HasFiles() {
		return jobs.Permanent(errors.New("no private bucket is configured"))
	}
	f, who, err := s.begin(ctx, job.Person)
	if err != nil || f.ID == 0 {
		return err
	}
	if err := s.store(ctx, f.Key, who); err != nil {
		return err
	}
	return s.finish(ctx, f)
}

// begin names the object that is about to be stored. What an earlier run may have stored is deleted. The row has no ID
// when nobody waits for a file any longer.
func (s *Service) begin(ctx context.Context, person int64) (f fileRow, who account.Person, err error) {
	random := make([]byte, 16)
	_, _ = rand.Read(random) // never fails
	err = s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, person); err != nil {
			return gone(err)
		}
		waiting, err := fileRows(ctx, tx, "f.user_id = ? AND f.ready_at IS NULL", person)
		if err != nil || len(waiting) == 0 {
			return err
		}
		if who, err = account.ByID(ctx, tx, person); err != nil {
			return err
		}
		f = waiting[0]
		if err := s.discard(ctx, tx, f); err != nil {
			return err
		}
		f.Key = fmt.Sprintf("exports/%s/%s.zip", who.UUID, hex.EncodeToString(random))
		if _, err := tx.NewUpdate().Model(&f).Column("object_key").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("name the file of person %d: %w", person, err)
		}
		return nil
	})
	return f, who, err
}

// gone drops the error that somebody was deleted or erased meanwhile.
func gone(err error) error {
	if k := fault.KindOf(err); k == fault.Missing || k == fault.Clash {
		return nil
	}
	return err
}

// store makes the archive and puts it into the bucket. It lies on the disk meanwhile, so that the bucket may take its time,
// and without a name, so that a run that is killed leaves nothing of it.
func (s *Service) store(ctx context.Context, key string, who account.Person) error {
	file, err := os.CreateTemp("", "ams-data-*.zip")
	if err != nil {
		return fmt.Errorf("make room for an archive: %w", err)
	}
	defer file.Close()
	if err := os.Remove(file.Name()); err != nil {
		return fmt.Errorf("take the name from an archive: %w", err)
	}
	if err := s.write(ctx, file, who); err != nil {
		return err
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("read an archive from its beginning: %w", err)
	}
	_, err = s.cfg.Buckets.Private.Put(ctx, storage.Object{Key: key, Type: "application/zip", Size: size, Body: file})
	return err
}

// finish offers the file and tells its owner. A person who was erased meanwhile gets none.
func (s *Service) finish(ctx context.Context, f fileRow) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		if err := account.Lock(ctx, tx, f.UserID); err != nil {
			if gone(err) != nil {
				return err
			}
			return s.discard(ctx, tx, f)
		}
		const offer = "UPDATE data_exports SET ready_at = ?0 WHERE id = ?1 AND object_key = ?2 AND ready_at IS NULL"
		done, err := tx.NewRaw(offer, s.clock.Now(), f.ID, f.Key).Exec(ctx)
		if err != nil {
			return fmt.Errorf("offer the file of person %d: %w", f.UserID, err)
		}
		if n, err := done.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, s.discard(ctx, tx, f))
		}
		if err := s.drop(ctx, tx, "user_id = ? AND id <> ?", f.UserID, f.ID); err != nil {
			return err
		}
		who, err := account.ByID(ctx, tx, f.UserID)
		if err != nil {
			return err
		}
		return s.sendReady(ctx, tx, who)
	})
}

// discard has an object deleted: at once, and once more when a run that may still be storing it must be over.
func (s *Service) discard(ctx context.Context, tx bun.Tx, f fileRow) error {
	if f.Key == "" {
		return nil
	}
	object := storage.Delete{Private: true, Object: f.Key}
	if err := s.queue.Add(ctx, tx, object); err != nil || f.ReadyAt != nil {
		return err
	}
	return s.queue.Add(ctx, tx, object, jobs.In(runLimit+time.Minute))
}

// drop takes rows away and has their objects deleted.
func (s *Service) drop(ctx context.Context, tx bun.Tx, where string, args ...any) error {
	var rows []fileRow
	if _, err := tx.NewDelete().Model(&rows).Where(where, args...).Returning("*").Exec(ctx); err != nil {
		return fmt.Errorf("forget files of people's data: %w", err)
	}
	for _, f := range rows {
		if err := s.discard(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

// Purge forgets the files that nobody can fetch any longer, and those that never came about.
func (s *Service) Purge(ctx context.Context) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return s.drop(ctx, tx, "coalesce(ready_at, requested_at) <= ?", s.clock.Now().Add(-FileLife))
	})
}
