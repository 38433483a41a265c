package password

import (
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// Bounds of what is read from a stored hash: whoever can write one must not be able to stop the process with it. Each
// lets through what Django has ever written by default, and costs a few seconds at most.
const (
	maxEncoded    = 512
	maxMemory     = 256 * 1024 // KiB
	maxArgonTime  = 16
	maxArgonLanes = 16
	maxArgonWork  = 1024 * 1024 // KiB × passes
	maxIterations = 5_000_000
	maxBcryptCost = 15
	maxScryptWork = 8 * 1024 * 1024 // N × r × p
	maxSalt       = 128
)

// stored is a hash read from the database.
type stored struct {
	method             string      // for staff
	saltText, hashText string      // ASCII, as stored
	memory             uint32      // KiB that verifying takes
	argon              argonParams // zero for the other formats
	sizes              [2]int      // bytes of salt and hash of argon2id
	fits               func(plain string) (bool, error)
}

// parse reads the five formats. Nothing is computed.
func parse(encoded string) (stored, error) {
	if len(encoded) > maxEncoded || !ascii(encoded) {
		return stored{}, ErrUnreadable
	}
	name, rest, _ := strings.Cut(encoded, "$")
	switch name {
	case "argon2":
		return parseArgon(rest)
	case "pbkdf2_sha256":
		return parsePBKDF2(name, rest, sha256.New, sha256.Size)
	case "pbkdf2_sha1":
		return parsePBKDF2(name, rest, sha1.New, sha1.Size)
	case "bcrypt_sha256":
		return parseBcrypt(rest)
	case "scrypt":
		return parseScrypt(rest)
	}
	return stored{}, ErrUnreadable
}

// parseArgon reads argon2id$v=19$m=19456,t=2,p=1$salt$hash; salt and hash in base64 without padding.
func parseArgon(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 5 || part[0] != "argon2id" || part[1] != "v="+strconv.Itoa(argon2.Version) {
		return stored{}, ErrUnreadable
	}
	p, err := parseArgonParams(part[2])
	if err != nil {
		return stored{}, err
	}
	b64 := base64.RawStdEncoding.Strict()
	salt, err1 := b64.DecodeString(part[3])
	want, err2 := b64.DecodeString(part[4])
	if err1 != nil || err2 != nil || len(salt) < 8 || len(salt) > maxSalt || len(want) < 16 || len(want) > 64 {
		return stored{}, ErrUnreadable
	}
	return stored{
		method: "argon2id " + p.String(), saltText: part[3], hashText: part[4],
		memory: p.memory, argon: p, sizes: [2]int{len(salt), len(want)},
		fits: func(plain string) (bool, error) {
			got := argon2.IDKey([]byte(plain), salt, p.time, p.memory, p.threads, uint32(len(want)))
			return subtle.ConstantTimeCompare(got, want) == 1, nil
		},
	}, nil
}

func parseArgonParams(text string) (argonParams, error) {
	part := strings.Split(text, ",")
	if len(part) != 3 {
		return argonParams{}, ErrUnreadable
	}
	var n [3]uint64
	for i, prefix := range []string{"m=", "t=", "p="} {
		digits, found := strings.CutPrefix(part[i], prefix)
		if !found {
			return argonParams{}, ErrUnreadable
		}
		var err error
		if n[i], err = number(digits); err != nil {
			return argonParams{}, err
		}
	}
	m, t, p := n[0], n[1], n[2]
	switch {
	case t < 1 || p < 1 || m < 8*min(p, maxArgonLanes):
		return argonParams{}, ErrUnreadable
	case m > maxMemory || t > maxArgonTime || p > maxArgonLanes || m*t > maxArgonWork:
		return argonParams{}, ErrTooCostly
	}
	return argonParams{memory: uint32(m), time: uint32(t), threads: uint8(p)}, nil
}

// parsePBKDF2 reads iterations$salt$hash; the salt is used as it stands there, the hash is padded base64.
func parsePBKDF2(name, rest string, digest func() hash.Hash, size int) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 3 {
		return stored{}, ErrUnreadable
	}
	rounds, err := number(part[0])
	if err != nil {
		return stored{}, err
	}
	want, err := sumOf(part[1], part[2], size)
	if err != nil || rounds < 1 {
		return stored{}, ErrUnreadable
	}
	if rounds > maxIterations {
		return stored{}, ErrTooCostly
	}
	return stored{
		method: fmt.Sprintf("%s %d", name, rounds), saltText: part[1], hashText: part[2],
		fits: func(plain string) (bool, error) {
			got, err := pbkdf2.Key(digest, plain, []byte(part[1]), int(rounds), size)
			return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
		},
	}, nil
}

// parseBcrypt reads $2b$12$ and 53 characters: bcrypt over the lower-case hex SHA-256 of the password, so that long
// passwords count in full.
func parseBcrypt(rest string) (stored, error) {
	if len(rest) != 60 || rest[:2] != "$2" || !strings.Contains("aby", rest[2:3]) || rest[3] != '$' || rest[6] != '$' {
		return stored{}, ErrUnreadable
	}
	cost, err := number(rest[4:6])
	if err != nil || cost < uint64(bcrypt.MinCost) {
		return stored{}, ErrUnreadable
	}
	if cost > maxBcryptCost {
		return stored{}, ErrTooCostly
	}
	return stored{
		method: fmt.Sprintf("bcrypt_sha256 %d", cost), saltText: rest[7:29], hashText: rest[29:],
		fits: func(plain string) (bool, error) {
			sum := sha256.Sum256([]byte(plain))
			err := bcrypt.CompareHashAndPassword([]byte(rest), []byte(hex.EncodeToString(sum[:])))
			if errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
				return false, nil
			}
			if err != nil { // not base64
				return false, ErrUnreadable
			}
			return true, nil
		},
	}, nil
}

// parseScrypt reads N$salt$r$p$hash; the salt is used as it stands there, the hash is padded base64 of 64 bytes.
func parseScrypt(rest string) (stored, error) {
	part := strings.Split(rest, "$")
	if len(part) != 5 {
		return stored{}, ErrUnreadable
	}
	var n [3]uint64
	for i, at := range []int{0, 2, 3} {
		var err error
		if n[i], err = number(part[at]); err != nil {
			return stored{}, err
		}
	}
	want, err := sumOf(part[1], part[4], 64)
	cost, r, p := n[0], n[1], n[2]
	if err != nil || cost < 2 || cost&(cost-1) != 0 || r < 1 || p < 1 {
		return stored{}, ErrUnreadable
	}
	if cost > maxScryptWork || r > 64 || p > 64 || cost*r*p > maxScryptWork || cost*r/8 > maxMemory {
		return stored{}, ErrTooCostly
	}
	return stored{
		method: fmt.Sprintf("scrypt N=%d,r=%d,p=%d", cost, r, p), saltText: part[1], hashText: part[4],
		memory: uint32((cost*r + p*r) / 8), // 128 bytes for each of them
		fits: func(plain string) (bool, error) {
			got, err := scrypt.Key([]byte(plain), []byte(part[1]), int(cost), int(r), int(p), 64)
			return err == nil && subtle.ConstantTimeCompare(got, want) == 1, err
		},
	}, nil
}

// sumOf checks a salt that is used as it stands and decodes the hash beside it, which has a fixed size.
func sumOf(salt, text string, size int) ([]byte, error) {
	sum, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(sum) != size || salt == "" || len(salt) > maxSalt {
		return nil, ErrUnreadable
	}
	return sum, nil
}

// number reads digits; one too large for the type is too costly rather than damaged.
func number(digits string) (uint64, error) {
	n, err := strconv.ParseUint(digits, 10, 32)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return 0, ErrTooCostly
	case err != nil:
		return 0, ErrUnreadable
	}
	return n, nil
}

// ascii refuses line breaks, too, which the decoders of base64 would ignore.
func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
