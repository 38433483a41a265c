package sheet_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ams/app/sheet"
)

func TestGuard(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Māori": "Māori", "a=1": "a=1", "12": "12", "'=1": "'=1",
		"=HYPERLINK(1)": "'=HYPERLINK(1)", "+cmd|x": "'+cmd|x", "-x": "'-x", "@SUM(A1)": "'@SUM(A1)", "\t1": "'\t1", "\r1": "'\r1",
		"=1": "'=1", // an equals sign is no part of an amount
		"+64 (21) 123-456.7": "+64 (21) 123-456.7", "-12.50": "-12.50", "-": "-", "+": "+", "-1,5": "'-1,5",
		"-١": "'-١", // digits of another script
	} {
		if got := sheet.Guard(cell); got != want {
			t.Errorf("Guard(%q) = %q, want %q", cell, got, want)
		}
	}
}

func TestRow(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := sheet.New(&out)
	for _, row := range [][]string{{"Email", "Notes"}, {"a@example.org", `says "kia ora", twice`}, {"", "two\r\nlines"}, {"=1+1", " x "}} {
		if err := w.Row(row...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "Email,Notes\r\na@example.org,\"says \"\"kia ora\"\", twice\"\r\n,\"two\r\nlines\"\r\n'=1+1, x \r\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
}

// figures are what may begin like a formula.
var figures = regexp.MustCompile(`^[0-9 +().-]*$`)

// Whatever people type comes back, and no cell begins a formula.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	letters := rapid.SampledFrom([]string{"=", "+", "-", "@", "\t", "\r", "\n", "\r\n", ",", `"`, ";", "'", " ", "1", "(", ".", "a", "ā", "\x00", "世"})
	cell := rapid.Custom(func(t *rapid.T) string { return strings.Join(rapid.SliceOfN(letters, 0, 6).Draw(t, "cell"), "") })
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 4).Draw(t, "width") // a line with one empty cell is a blank line to every reader
		rows := rapid.SliceOfN(rapid.SliceOfN(cell, width, width), 1, 4).Draw(t, "rows")
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
		read, err := csv.NewReader(&out).ReadAll()
		if err != nil || len(read) != len(rows) {
			t.Fatalf("%q read as %q, %v", rows, read, err)
		}
		for i, row := range rows {
			for j, want := range row {
				got := read[i][j]
				if strings.ContainsAny(got[:min(1, len(got))], "=+-@\t\r") && !figures.MatchString(got) {
					t.Fatalf("%q became %q, which a spreadsheet carries out", want, got)
				}
				// The reader of the standard library makes one line feed of both characters.
				want = strings.ReplaceAll(want, "\r\n", "\n")
				if got != want && got != "'"+want {
					t.Fatalf("%q came back as %q", want, got)
				}
			}
		}
	})
}

// full takes so many bytes.
type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errors.New("nobody reads any longer")
	}
	return len(p), nil
}

// A table that nobody reads any longer ends.
func TestRowStops(t *testing.T) {
	t.Parallel()
	w := sheet.New(&full{left: 20_000})
	for range 10_000 {
		if w.Row("some@example.org", "text") != nil {
			return
		}
	}
	t.Error("200 kB went into 20 kB without an error")
}
