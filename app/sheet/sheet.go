// Package sheet writes tables for spreadsheet programs: comma-separated values, row by row, with nothing in them that
// such a program would take for a formula.
package sheet

import (
	"bufio"
	"io"
	"strings"
)

// Writer writes one table. It holds a few kilobytes at most, however long the table is.
type Writer struct{ out *bufio.Writer }

// New writes to w. The first Row is the heads of the columns.
func New(w io.Writer) *Writer { return &Writer{bufio.NewWriter(w)} }

// Row writes one line. Every cell is guarded. encoding/csv would change the line breaks inside cells.
func (w *Writer) Row(cells ...string) error {
	for i, cell := range cells {
		if i > 0 {
			_ = w.out.WriteByte(',') // bufio remembers its first error
		}
		_, _ = w.out.WriteString(quote(Guard(cell)))
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

// Flush hands on what is left. Whoever forgets it loses the end of the table.
func (w *Writer) Flush() error { return w.out.Flush() }

// Guard puts an apostrophe before what a spreadsheet program would carry out. Telephone numbers and negative amounts
// stay as they are.
func Guard(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) || !strings.ContainsFunc(cell, notOfNumbers) {
		return cell
	}
	return "'" + cell
}

func notOfNumbers(r rune) bool { return !strings.ContainsRune("0123456789 +-().", r) }

func quote(cell string) string {
	if !strings.ContainsAny(cell, ",\"\r\n") {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}
