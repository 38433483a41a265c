package account

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"ams/app/fault"
	"ams/app/lang"
	"ams/app/picture"
	"ams/jobs"
	"ams/storage"
)

const (
	// MaxPicture is the largest file that is taken for a profile picture, in bytes.
	MaxPicture = 5 << 20
	// thumbnailSide is the width and height of the small one, in pixels.
	thumbnailSide = 800
	// picturesAtOnce is how many are worked on at a time in one process, because each may take hundreds of megabytes.
	picturesAtOnce = 1
	// thumbnailsAtOnce is how many the job makes in one run.
	thumbnailsAtOnce = 50
	forgetLimit      = 10 * time.Second
)

// Upload is a file that a person chose; the zero Upload is none.
type Upload struct {
	Chosen bool   // an empty file is one as well
	Data   []byte // at most MaxPicture and one byte of it
	Size   int64  // of the whole file
}

// images are the keys under which a picture lies in the public bucket.
type images struct{ picture, thumbnail string }

func (i images) any() bool { return i.picture != "" }

// HasPictures tells whether there is a bucket for pictures. Outside production there may be none.
func (s *Service) HasPictures() bool { return s.cfg.Pictures != nil }

// develop proves that an uploaded file is a picture; what is wrong with it becomes a problem of the form.
func (s *Service) develop(ctx context.Context, p Profile, problems *fault.Fields) (picture.Print, error) {
	const field = "profile_picture"
	switch {
	case !p.Picture.Chosen:
		return picture.Print{}, nil
	case !s.HasPictures():
		problems.Add("", lang.M("Pictures cannot be stored here at the moment."))
		return picture.Print{}, nil
	case p.NoPicture:
		problems.Add(field, lang.M("Choose a new picture or remove the present one, not both."))
		return picture.Print{}, nil
	case p.Picture.Size > MaxPicture:
		problems.Add(field, lang.M("The picture can have at most %s MB; this file has %s MB. Choose a smaller one.",
			strconv.Itoa(MaxPicture>>20), fmt.Sprintf("%.1f", float64(p.Picture.Size)/(1<<20))))
		return picture.Print{}, nil
	}
	shown, err := s.lab.Develop(ctx, p.Picture.Data, thumbnailSide)
	switch {
	case errors.Is(err, picture.ErrUnreadable):
		problems.Add(field, lang.M("Upload a valid image: this file is no JPEG, PNG, GIF or WebP picture that can be read."))
		return picture.Print{}, nil
	case errors.Is(err, picture.ErrTooLarge):
		problems.Add(field, lang.M("The picture can have at most 50 megapixels. Choose a smaller one."))
		return picture.Print{}, nil
	case errors.Is(err, picture.ErrTooDetailed):
		problems.Add(field, lang.M("The picture is too detailed to be worked on here. Save it smaller, for example with 4000 × 3000 pixels, and choose it again."))
		return picture.Print{}, nil
	}
	return shown, err
}

// keep stores a picture, if there is one. A store that does not answer refuses the field, so that nothing else is lost.
func (s *Service) keep(ctx context.Context, who Person, p picture.Print, problems *fault.Fields) (kept images, err error) {
	if p.Original == nil {
		return images{}, nil
	}
	key := fmt.Sprintf("profile_pictures/%s/%d.%s", who.UUID, s.clock.Now().Unix(), p.Extension)
	kept.picture, err = s.putImage(ctx, key, p.Type, p.Original)
	if err == nil {
		kept.thumbnail, err = s.keepThumbnail(ctx, kept.picture, p.Thumbnail)
	}
	if err != nil {
		s.forget(ctx, kept)
		if errors.Is(ctx.Err(), context.Canceled) { // whoever sent it has left
			return images{}, err
		}
		slog.ErrorContext(ctx, "store a profile picture", "person", who.ID, "error", err)
		problems.Add("profile_picture", lang.M("The picture could not be stored just now. Try again in a moment."))
		return images{}, nil
	}
	return kept, nil
}

func (s *Service) putImage(ctx context.Context, key, contentType string, data []byte) (string, error) {
	return s.cfg.Pictures.Put(ctx, storage.Object{Key: key, Type: contentType, Size: int64(len(data)), Body: bytes.NewReader(data)})
}

func (s *Service) keepThumbnail(ctx context.Context, of string, data []byte) (string, error) {
	sum := sha256.Sum256(data)
	return s.putImage(ctx, "imagekit-modified/"+of+"/"+hex.EncodeToString(sum[:16])+".jpg", "image/jpeg", data)
}

// forget takes back what was stored for a row that did not come about.
func (s *Service) forget(ctx context.Context, kept images) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), forgetLimit)
	defer cancel()
	for _, key := range []string{kept.picture, kept.thumbnail} {
		if key == "" {
			continue
		}
		if err := s.cfg.Pictures.Delete(ctx, key); err != nil {
			slog.WarnContext(ctx, "take a picture back", "error", err)
		}
	}
}

// letGo has the pictures of a person deleted once the transaction that no longer names them is committed.
func (s *Service) letGo(ctx context.Context, tx bun.Tx, p Person) error {
	for _, key := range []string{p.Picture, p.Thumbnail} {
		if key == "" {
			continue
		}
		if err := s.queue.Add(ctx, tx, storage.Delete{Object: key}); err != nil {
			return err
		}
	}
	return nil
}

// MakeThumbnails is the job that makes the small pictures which are missing, as after an import.
type MakeThumbnails struct {
	Person int64 // 0: of everybody
}

// Kind names the job in the queue.
func (MakeThumbnails) Kind() string { return "accounts.make_thumbnail" }

// Key lets one wait at a time for each person, and one for everybody.
func (m MakeThumbnails) Key() string {
	if m.Person == 0 {
		return ""
	}
	return strconv.FormatInt(m.Person, 10)
}

// NeedThumbnail has somebody's small picture made, because a page wants to show it. A process asks once for a picture: one
// that cannot be made would be asked for by every page, and the hourly run comes back to it.
func (s *Service) NeedThumbnail(ctx context.Context, p Person) {
	if _, asked := s.asked.LoadOrStore(p.Picture, true); asked {
		return
	}
	err := s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		return s.queue.Add(ctx, tx, MakeThumbnails{Person: p.ID})
	})
	if err != nil {
		s.asked.Delete(p.Picture)
		slog.WarnContext(ctx, "ask for a thumbnail", "person", p.ID, "error", err)
	}
}

// Jobs registers the jobs about people.
func (s *Service) Jobs(r *jobs.Registry) {
	if s.HasPictures() {
		jobs.Handle(r, s.makeThumbnails, jobs.Every(jobs.EveryMinutes(60)), jobs.Timeout(5*time.Minute), jobs.Attempts(1))
	}
}

// makeThumbnails leaves out what cannot be read, with a line in the log, and takes another choice in its next run.
func (s *Service) makeThumbnails(ctx context.Context, job MakeThumbnails) error {
	const missing = `
		SELECT id, profile_picture FROM users
		WHERE profile_picture <> '' AND profile_thumbnail = '' AND (?0 = 0 OR id = ?0) ORDER BY random() LIMIT ?1`
	var people []Person
	if err := s.db.NewRaw(missing, job.Person, thumbnailsAtOnce).Scan(ctx, &people); err != nil {
		return fmt.Errorf("find pictures without thumbnail: %w", err)
	}
	for _, p := range people {
		if err := s.makeThumbnail(ctx, p); err != nil {
			slog.WarnContext(ctx, "make a thumbnail", "person", p.ID, "error", err)
		}
	}
	return nil
}

func (s *Service) makeThumbnail(ctx context.Context, p Person) error {
	original, err := s.cfg.Pictures.Get(ctx, p.Picture)
	if err != nil {
		return err
	}
	defer original.Close()
	data, err := s.lab.Thumbnail(ctx, original, thumbnailSide)
	if err != nil {
		return err
	}
	key, err := s.keepThumbnail(ctx, p.Picture, data)
	if err != nil {
		return err
	}
	const name = `UPDATE users SET profile_thumbnail = ?0 WHERE id = ?1 AND profile_picture = ?2 AND profile_thumbnail = ''`
	done, err := s.db.NewRaw(name, key, p.ID, p.Picture).Exec(ctx)
	if err != nil {
		return fmt.Errorf("name the thumbnail of user %d: %w", p.ID, err)
	}
	if n, err := done.RowsAffected(); err == nil && n == 0 { // another picture was chosen meanwhile
		s.forget(ctx, images{thumbnail: key})
	}
	return nil
}
