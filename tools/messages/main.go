// Command messages keeps the catalogues of app/lang in step with the texts in the source:
//
//	go run ./tools/messages          adds new texts to both catalogues and takes out what is not used any more
//	go run ./tools/messages -check   changes nothing and names what is missing, not translated or wrong
//
// It reads the calls of lang.M, lang.N and lang.C in Go files and those of t, tn and tc in templates; their texts have
// to be constants. A text that is the same in both languages needs a line with its reason in same.txt.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	check := flag.Bool("check", false, "change nothing, name what is wrong")
	flag.Parse()
	run := update
	if *check {
		run = verify
	}
	if err := run(".", os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// update brings the catalogues under root up to date and tells what changed.
func update(root string, out io.Writer) error {
	found, err := extract(root)
	if err != nil {
		return err
	}
	for _, l := range languages() {
		c, err := readCatalogue(l.path(root))
		if err != nil {
			return err
		}
		added, removed := c.merge(found)
		if err := os.WriteFile(l.path(root), c.format(found), 0o644); err != nil {
			return fmt.Errorf("write catalogue: %w", err)
		}
		for _, k := range removed {
			fmt.Fprintf(out, "%s.po: removed %s\n", l.code, k)
		}
		fmt.Fprintf(out, "%s.po: %d texts, %d new, %d removed\n", l.code, len(c.entries), added, len(removed))
	}
	return nil
}

// verify compares the catalogues under root with the source. Its error names everything that is wrong.
func verify(root string, out io.Writer) error {
	found, err := extract(root)
	if err != nil {
		return err
	}
	same, err := readSame(root)
	if err != nil {
		return err
	}
	var faults []error
	for _, l := range languages() {
		c, err := readCatalogue(l.path(root))
		if err != nil {
			faults = append(faults, err)
			continue
		}
		faults = append(faults, l.check(c, found, same)...)
	}
	fmt.Fprintf(out, "%d texts, %d problems\n", len(found), len(faults))
	return errors.Join(faults...)
}
