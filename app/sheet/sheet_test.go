package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ams/app/sheet"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                        "",
		"Māori":                   "Māori",
		"a=b":                     "a=b",
		"=1+1":                    "'=1+1",
		"=HYPERLINK(\"x\")":       "'=HYPERLINK(\"x\")",
		"+64 (21) 123-456":        "+64 (21) 123-456",
		"-12.50":                  "-12.50",
		"-":                       "-",
		"+cmd|' /C calc'!A0":      "'+cmd|' /C calc'!A0",
		"-1+a":                    "'-1+a",
		"@SUM(1)":                 "'@SUM(1)",
		"\t=1":                    "'\t=1",
		"\t1":                     "'\t1",
		"\r=1":                    "'\r=1",
		" =1":                     " =1",
		"'=1":                     "'=1",
		"+٣":                      "'+٣", // digits, but none that a number is made of
		strings.Repeat("=", 1000): "'" + strings.Repeat("=", 1000),
	} {
		if got := sheet.Guard(in); got != want {
			t.Errorf("Guard(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestRow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := sheet.New(&out)
	for _, row := range [][]string{{"Name", "Note"}, {"Hēmi, \"Jim\"", "two\nlines"}, {"plain", " spaced "}, {"", ""}, {"=1", "c\rr"}} {
		if err := w.Row(row...); err != nil {
			t.Fatalf("Row(%q) = %v", row, err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatalf("Flush() = %v", err)
	}
	want := "Name,Note\r\n\"Hēmi, \"\"Jim\"\"\",\"two\nlines\"\r\nplain, spaced \r\n,\r\n'=1,\"c\rr\"\r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("the table (-want +got):\n%s", diff)
	}
}

// What is written is what is read, apart from the apostrophe.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	cell := rapid.StringMatching(`[a-zā=+@,"'\n -]{0,12}`)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, 2, 2), 1, 5).Draw(t, "rows")
		var out bytes.Buffer
		w := sheet.New(&out)
		for _, row := range rows {
			if err := w.Row(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		got, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatalf("read %q = %v", out.String(), err)
		}
		for _, row := range rows {
			for i := range row {
				row[i] = sheet.Guard(row[i])
			}
		}
		if diff := cmp.Diff(rows, got); diff != "" {
			t.Fatalf("the table (-want +got):\n%s", diff)
		}
	})
}

// broken takes so many bytes and then no more.
type broken struct{ left int }

func (b *broken) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the line is cut")
	}
	return len(p), nil
}

func TestRowTellsThatNobodyReads(t *testing.T) {
	t.Parallel()
	w := sheet.New(&broken{left: 10_000})
	rows := 0
	for ; w.Row("a cell of forty characters, more or less.") == nil; rows++ {
		if rows > 1000 {
			t.Fatal("Row() never fails, although nothing is written any longer")
		}
	}
	if err := w.Flush(); err == nil {
		t.Error("Flush() = nil, want the error of the writer")
	}
}
