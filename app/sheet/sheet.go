// Package sheet writes tables for spreadsheet programs: comma-separated values, row by row, without anything that such a
// program would carry out as a formula.
package sheet

import (
	"bufio"
	"io"
	"strings"
)

// Writer writes one table and holds a few kilobytes of it at most. Package encoding/csv is none for this: it changes line
// breaks inside cells.
type Writer struct{ out *bufio.Writer }

// New writes to w. The first row is the heads of the columns.
func New(w io.Writer) *Writer { return &Writer{bufio.NewWriter(w)} }

// Row writes one line, each cell guarded.
func (w *Writer) Row(cells ...string) error {
	for i, cell := range cells {
		if i > 0 {
			w.out.WriteByte(',') // the buffer remembers its first error
		}
		w.out.WriteString(quoted(Guard(cell)))
	}
	_, err := w.out.WriteString("\r\n")
	return err
}

// Flush hands over what is still held. A table without it lacks its end.
func (w *Writer) Flush() error { return w.out.Flush() }

// Guard puts an apostrophe before a cell that a spreadsheet program would take for a formula. Telephone numbers and
// amounts stay as they are.
func Guard(cell string) string {
	if cell == "" || !strings.ContainsRune("=+-@\t\r", rune(cell[0])) || !strings.ContainsFunc(cell, noFigure) {
		return cell
	}
	return "'" + cell
}

// noFigure tells what amounts and telephone numbers do not consist of.
func noFigure(r rune) bool { return !strings.ContainsRune("0123456789 +-().", r) }

func quoted(cell string) string {
	if !strings.ContainsAny(cell, ",\"\r\n") {
		return cell
	}
	return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
}
