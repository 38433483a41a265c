// Command passwords writes the list of common passwords that package password embeds, from a pinned npm package. The
// list is committed: building and running the application needs no npm.
//
//	npm ci --prefix tools/passwords && go run ./tools/passwords      write app/password/common.txt.gz and its licence
//	go run ./tools/passwords --check                                 fail when they are not what the package gives
package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	source  = "tools/passwords/node_modules/@zxcvbn-ts/language-common"
	list    = "app/password/common.txt.gz"
	licence = "app/password/common.LICENSE"

	size = 20_000
	// long is the length below which a password is refused anyway: such entries only fill up the list.
	long = 8
)

func main() {
	check := flag.Bool("check", false, "compare with the committed files instead of writing them")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "passwords:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	raw, err := os.ReadFile(source + "/src/passwords.json")
	if err != nil {
		return fmt.Errorf("run from the top of the repository, after npm ci --prefix tools/passwords: %w", err)
	}
	terms, err := os.ReadFile(source + "/LICENSE.txt")
	if err != nil {
		return err
	}
	var ranked []string
	if err := json.Unmarshal(raw, &ranked); err != nil {
		return fmt.Errorf("read the list: %w", err)
	}
	text := []byte(strings.Join(choose(ranked), "\n") + "\n")
	if check {
		return compare(text, terms)
	}
	packed, err := pack(text)
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(list, packed, 0o644), os.WriteFile(licence, terms, 0o644))
}

// choose takes every password that the length rule lets through, fills up with the most common of the others, and
// sorts by bytes, which is the order that the look-up needs.
func choose(ranked []string) []string {
	seen := map[string]bool{}
	var chosen, short []string
	for _, p := range ranked {
		p = strings.ToLower(strings.TrimSpace(p))
		if p == "" || seen[p] || strings.ContainsAny(p, "\r\n") {
			continue
		}
		seen[p] = true
		if utf8.RuneCountInString(p) >= long {
			chosen = append(chosen, p)
		} else {
			short = append(short, p)
		}
	}
	chosen = append(chosen, short[:max(0, min(len(short), size-len(chosen)))]...)
	slices.Sort(chosen)
	return chosen
}

// pack leaves name and time out of the file, so that the same list gives the same bytes.
func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

// compare looks at the content, not at the packed bytes: those may change with the compiler's library.
func compare(text, terms []byte) error {
	packed, err := os.ReadFile(list)
	if err != nil {
		return err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return fmt.Errorf("unpack %s: %w", list, err)
	}
	have, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", list, err)
	}
	if !bytes.Equal(have, text) {
		return errors.New(list + " is not up to date: go run ./tools/passwords")
	}
	haveTerms, err := os.ReadFile(licence)
	if err != nil {
		return err
	}
	if !bytes.Equal(haveTerms, terms) {
		return errors.New(licence + " is not up to date: go run ./tools/passwords")
	}
	return nil
}
