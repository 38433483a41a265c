package factor

import (
	"crypto/subtle"
	"slices"
	"time"

	"ams/app/totp"
)

// set is somebody's recovery codes. An imported set may be a plain list, from which used codes are taken.
type set struct {
	codes    []string
	mask     int
	migrated bool
}

func (s *Service) setOf(r row) (set, error) {
	if r.migrated() {
		out := set{migrated: true}
		for _, sealed := range r.Data.Migrated {
			code, err := s.box.Open(sealed, place(recovery, r.UserID))
			if err != nil {
				return set{}, err
			}
			out.codes = append(out.codes, code)
		}
		return out, nil
	}
	seed, err := s.box.Open(r.Data.Seed, place(recovery, r.UserID))
	return set{codes: totp.Recovery(seed), mask: r.Data.Used}, err
}

func (s set) unused() (codes []string) {
	for i, code := range s.codes {
		if s.mask>>i&1 == 0 {
			codes = append(codes, code)
		}
	}
	return codes
}

// use marks a code as used and tells whether it was one. All codes are compared, so that the time tells nothing.
func (s *Service) use(r *row, code string, now time.Time) (bool, error) {
	all, err := s.setOf(*r)
	if err != nil {
		return false, err
	}
	at := -1
	for i, c := range all.codes {
		if subtle.ConstantTimeCompare([]byte(c), []byte(code)) == 1 && all.mask>>i&1 == 0 {
			at = i
		}
	}
	if at < 0 {
		return false, nil
	}
	if all.migrated {
		r.Data.Migrated = slices.Delete(r.Data.Migrated, at, at+1)
	} else {
		r.Data.Used |= 1 << at
	}
	r.LastUsedAt = &now
	return true, nil
}

// accept tells whether an app shows this code at the moment, and spends it: the same code counts only once.
func (s *Service) accept(r *row, code string, now time.Time) (bool, error) {
	secret, err := s.box.Open(r.Data.Secret, place(app, r.UserID))
	if err != nil {
		return false, err
	}
	want, err := totp.Code(secret, now)
	if err != nil || subtle.ConstantTimeCompare([]byte(want), []byte(code)) != 1 {
		return false, err
	}
	if r.LastUsedAt != nil && !r.LastUsedAt.Before(totp.Began(now)) {
		return false, nil
	}
	r.LastUsedAt = &now
	return true, nil
}
