package jobs

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// How a run ends.
const (
	done    = "done"
	retried = "retried"
	putOff  = "put_off" // the handler asked for it: not an attempt
	stopped = "stopped" // the worker stops: not an attempt either
	covered = "covered" // to be put back, but another one waits for the same key by now
	dead    = "dead"
)

// verdict is what becomes of a job after a run.
type verdict struct {
	outcome string
	pause   time.Duration // before the next run
}

// counts says whether the run was a failed attempt.
func (v verdict) counts() bool { return v.outcome == retried || v.outcome == dead }

// judge decides after a run that began at start; failed and since are the job's attempts before it.
func (k *kind) judge(err error, failed int, since, start time.Time) verdict {
	if err == nil {
		return verdict{outcome: done}
	}
	if _, ok := errors.AsType[permanentError](err); ok {
		return verdict{outcome: dead}
	}
	later, chosen := errors.AsType[laterError](err)
	if chosen && !later.counts {
		return verdict{outcome: putOff, pause: later.in}
	}
	failed++
	if since.IsZero() {
		since = start
	}
	if k.attempts > 0 && failed >= k.attempts || k.lasting > 0 && time.Since(since) >= k.lasting {
		return verdict{outcome: dead}
	}
	if chosen {
		return verdict{outcome: retried, pause: later.in}
	}
	return verdict{outcome: retried, pause: k.pause(failed)}
}

// pause doubles with each failure and varies by a tenth, so that what failed together is not tried together.
func (k *kind) pause(failed int) time.Duration {
	d := k.longest
	if doublings := failed - 1; doublings < 32 && k.first<<doublings>>doublings == k.first {
		d = min(d, k.first<<doublings)
	}
	return time.Duration(float64(d) * (0.9 + 0.2*rand.Float64()))
}

// panicked is a handler's panic on its way to the dead jobs: the same code would meet it again.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (p *panicked) Unwrap() error {
	err, _ := p.value.(error)
	return err
}

const longestFailure = 500 // letters

// failure is an error's text as it may be kept and logged: short, and without the values of the arguments.
func failure(err error, args []byte) string {
	if err == nil {
		return ""
	}
	text := err.Error()
	for _, v := range values(args) {
		text = strings.ReplaceAll(text, v, "…")
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	if letters := []rune(text); len(letters) > longestFailure {
		text = string(letters[:longestFailure-1]) + "…"
	}
	return text
}

// values are the texts and the long numbers of the arguments, longest first. Shorter ones stand in errors by chance.
func values(args []byte) (found []string) {
	decoder := json.NewDecoder(bytes.NewReader(args))
	decoder.UseNumber()
	var all any
	if decoder.Decode(&all) != nil {
		return nil // undecodable has seen to it
	}
	collect(all, &found)
	slices.SortFunc(found, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	return found
}

func collect(v any, found *[]string) {
	const shortest = 4
	switch v := v.(type) {
	case map[string]any:
		for _, inner := range v {
			collect(inner, found)
		}
	case []any:
		for _, inner := range v {
			collect(inner, found)
		}
	case string:
		if len(v) >= shortest {
			*found = append(*found, v)
		}
	case json.Number:
		collect(v.String(), found)
	}
}
