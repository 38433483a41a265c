//go:build unix

package main

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// report is what was measured.
type report struct {
	pages  []pageLine
	waits  []waitLine
	values []value
}

// pageLine is a page beside a bare one with as many queries as it has.
type pageLine struct {
	name    string
	queries int
	size    int64
	aim     float64 // share in per cent; 0: none
	rounds  []pageRound
}

type pageRound struct{ ours, bare taken }

func (r pageRound) share() float64 { return 100 * r.ours.rate / r.bare.rate }

// waitLine is how long people wait for a list.
type waitLine struct {
	name   string
	aim    time.Duration // of 95 answers in 100; 0: none
	rounds []taken
}

// value is a single number.
type value struct {
	name, unit string
	aim        float64 // 0: none
	most       bool    // the aim is the most that it may be, not the least
	rounds     []float64
}

func (r *report) add(name, unit string, aim float64, most bool, rounds ...float64) {
	r.values = append(r.values, value{name, unit, aim, most, rounds})
}

// median is the round in the middle.
func median[T any](rounds []T, by func(T) float64) T {
	sorted := slices.SortedFunc(slices.Values(rounds), func(a, b T) int { return cmp.Compare(by(a), by(b)) })
	return sorted[len(sorted)/2]
}

// String is the report as Markdown: each line the round in the middle, then what the others gave.
func (r *report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d × %s, %s %s/%s\n", runtime.NumCPU(), processor(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if len(r.pages) > 0 {
		fmt.Fprintf(&b, "\n| page, %d at once | size | requests/s | p50 | p95 | bare page of as many queries | share | aim | rounds |\n", visitors)
		b.WriteString("|---|--:|--:|--:|--:|--:|--:|--:|---|\n")
	}
	for _, l := range r.pages {
		m := median(l.rounds, pageRound.share)
		fmt.Fprintf(&b, "| %s | %.0f kB | %.0f | %s | %s | %d: %.0f/s | %.0f %% | %s | %s |\n", l.name, float64(l.size)/1024, m.ours.rate,
			millis(m.ours.at(50)), millis(m.ours.at(95)), l.queries, m.bare.rate, m.share(),
			judged(m.share(), l.aim, false, "%"), each(l.rounds, pageRound.share))
	}
	if len(r.waits) > 0 {
		fmt.Fprintf(&b, "\n| list of staff, %d at once | requests/s | p50 | p95 | aim | rounds |\n|---|--:|--:|--:|--:|---|\n", clerks)
	}
	for _, l := range r.waits {
		slow := func(t taken) float64 { return t.at(95).Seconds() * 1000 }
		m := median(l.rounds, slow)
		fmt.Fprintf(&b, "| %s | %.0f | %s | %s | %s | %s |\n", l.name, m.rate, millis(m.at(50)), millis(m.at(95)),
			judged(slow(m), l.aim.Seconds()*1000, true, "ms"), each(l.rounds, slow))
	}
	if len(r.values) > 0 {
		b.WriteString("\n| figure | median | aim | rounds |\n|---|--:|--:|---|\n")
	}
	for _, v := range r.values {
		number := func(f float64) float64 { return f }
		m := median(v.rounds, number)
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", v.name, strings.TrimSpace(fmt.Sprintf("%.0f %s", m, v.unit)),
			judged(m, v.aim, v.most, v.unit), each(v.rounds, number))
	}
	return b.String()
}

// judged is an aim and whether it was missed.
func judged(got, aim float64, most bool, unit string) string {
	if aim == 0 {
		return ""
	}
	sign, missed := "≥", got < aim
	if most {
		sign, missed = "≤", got > aim
	}
	text := strings.TrimSpace(fmt.Sprintf("%s %.0f %s", sign, aim, unit))
	if missed {
		text += " **missed**"
	}
	return text
}

func each[T any](rounds []T, number func(T) float64) string {
	if len(rounds) < 2 {
		return ""
	}
	var all []string
	for _, r := range rounds {
		all = append(all, fmt.Sprintf("%.0f", number(r)))
	}
	return strings.Join(all, ", ")
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", d.Seconds()*1000) }

// processor is its name, where the system tells it.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for _, line := range strings.Split(string(info), "\n") {
			if name, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
				return strings.TrimSpace(value)
			}
		}
	}
	return "processors"
}
