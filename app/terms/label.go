package terms

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var numbered = regexp.MustCompile(`^[vV]?([0-9]{1,9}(?:\.[0-9]{1,9})*)$`)

// Misleading finds an active sibling whose label order contradicts the date order, and names the one that will count.
// ok is false where there is none, or where labels are no numbers.
func (v *Version) Misleading() (other, counts string, ok bool) {
	mine, known := numbersOf(v.Label)
	if !known || v.From == nil || !v.Active {
		return "", "", false
	}
	for _, s := range v.Siblings {
		theirs, known := numbersOf(s.Label)
		if !known || !contradicts(compare(mine, theirs), *v.From, s.From) {
			continue
		}
		if v.From.After(s.From) {
			return s.Label, v.Label, true
		}
		return s.Label, s.Label, true
	}
	return "", "", false
}

// contradicts tells whether the order of two labels is not that of their dates.
func contradicts(labels int, mine, theirs time.Time) bool {
	return labels > 0 && mine.Before(theirs) || labels < 0 && mine.After(theirs)
}

func numbersOf(label string) (all []int, ok bool) {
	found := numbered.FindStringSubmatch(label)
	if found == nil {
		return nil, false
	}
	for part := range strings.SplitSeq(found[1], ".") {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, false
		}
		all = append(all, n)
	}
	return all, true
}

// compare reads 1.5 as less than 1.10, and 2 as 2.0.
func compare(a, b []int) int {
	at := func(all []int, i int) int {
		if i < len(all) {
			return all[i]
		}
		return 0
	}
	for i := range max(len(a), len(b)) {
		if d := at(a, i) - at(b, i); d != 0 {
			return d
		}
	}
	return 0
}
