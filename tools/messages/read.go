package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// readCatalogue is stricter than the reader of the program, which takes anything: every line has to make sense.
func readCatalogue(path string) (*catalogue, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read catalogue: %w", err)
	}
	r := reader{c: &catalogue{entries: map[key]*entry{}}, e: &entry{}}
	for i, line := range strings.Split(string(src), "\n") {
		if err := r.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
	}
	if err := r.finish(); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return r.c, nil
}

// reader collects the lines of one entry. An entry ends where the comments or names of the next one begin.
type reader struct {
	c       *catalogue
	e       *entry
	named   bool    // the entry has its msgid
	into    *string // what a further quoted line continues
	started bool    // the header has been read
}

func (r *reader) line(line string) error {
	switch {
	case line == "" || strings.HasPrefix(line, "#~"):
		return nil
	case strings.HasPrefix(line, "#"):
		return r.comment(line)
	case strings.HasPrefix(line, `"`):
		return r.text(line)
	}
	keyword, rest, _ := strings.Cut(line, " ")
	if keyword == "msgctxt" || keyword == "msgid" {
		if err := r.next(); err != nil {
			return err
		}
	}
	switch {
	case keyword == "msgctxt":
		r.into = &r.e.context
	case keyword == "msgid":
		r.into, r.named = &r.e.id, true
	case keyword == "msgid_plural":
		r.into = &r.e.many
	case keyword == "msgstr" || keyword == fmt.Sprintf("msgstr[%d]", len(r.e.forms)):
		r.e.forms = append(r.e.forms, "")
		r.into = &r.e.forms[len(r.e.forms)-1]
	default:
		return fmt.Errorf("unexpected %q", keyword)
	}
	return r.text(rest)
}

func (r *reader) comment(line string) error {
	if err := r.next(); err != nil {
		return err
	}
	switch {
	case strings.HasPrefix(line, "#,"):
		r.e.fuzzy = strings.Contains(line, "fuzzy")
	case line == "#", strings.HasPrefix(line, "# "):
		r.e.comments = append(r.e.comments, line)
	}
	return nil
}

func (r *reader) text(quoted string) error {
	s, err := strconv.Unquote(quoted)
	if err != nil || r.into == nil {
		return fmt.Errorf("unexpected %s", quoted)
	}
	*r.into += s
	return nil
}

// next stores the entry once it is complete.
func (r *reader) next() error {
	if !r.named {
		return nil
	}
	if len(r.e.forms) == 0 {
		return fmt.Errorf("%s has no msgstr", r.e.key)
	}
	switch {
	case !r.started:
		if r.e.key != (key{}) {
			return errors.New("the header is missing")
		}
		r.c.comments, r.c.header, r.started = r.e.comments, r.e.forms[0], true
	case r.c.entries[r.e.key] != nil:
		return fmt.Errorf("%s stands there twice", r.e.key)
	default:
		r.c.entries[r.e.key] = r.e
	}
	r.e, r.named, r.into = &entry{}, false, nil
	return nil
}

func (r *reader) finish() error {
	if err := r.next(); err != nil {
		return err
	}
	if !r.started {
		return errors.New("the header is missing")
	}
	return nil
}
