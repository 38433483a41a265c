// Package clock is the application's time: an injected now, and civil dates in the association's zone.
package clock

import (
	"sync"
	"time"
)

// ZoneName is where the association lives: "today" and every shown time are meant there.
const ZoneName = "Pacific/Auckland"

// Clock tells the instant that business rules call now. Queues and time limits use the machine's clock instead.
type Clock interface{ Now() time.Time }

type offset struct{ by time.Duration }

func (o offset) Now() time.Time { return time.Now().Add(o.by).UTC() }

type fixed struct{ at time.Time }

func (f fixed) Now() time.Time { return f.at }

// System is the machine's clock.
func System() Clock { return offset{} }

// StartingAt is a clock that says at now and runs on from there.
func StartingAt(at time.Time) Clock { return offset{by: time.Until(at)} }

// Fixed stands still, for tests.
func Fixed(at time.Time) Clock { return fixed{at: at.UTC()} }

// Zone is the association's time zone.
func Zone() *time.Location { return zone() }

// zone reads the zone files once: every shown date asks for it.
var zone = sync.OnceValue(func() *time.Location {
	loc, err := time.LoadLocation(ZoneName)
	if err != nil { // the zone files are compiled into the binary
		return time.FixedZone(ZoneName, 12*60*60)
	}
	return loc
})
