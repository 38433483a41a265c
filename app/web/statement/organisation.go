package statement

import (
	"cmp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"ams/app/clock"
	"ams/app/lang"
	"ams/app/listing"
	"ams/app/membership"
	"ams/app/web"
	"ams/views"
)

const seatsColumn = 4 // of an organisation's memberships

// What memberships are sorted by.
const (
	sortOption = "option"
	sortStart  = "start"
	sortExpiry = "expiry"
)

// ParsePart reads from the address how the memberships of a page are looked at.
func ParsePart(c *web.Ctx, path string) listing.Part {
	return listing.ParsePart(c.Path(path), c.Values(), "memberships", sortOption, sortStart, sortExpiry)
}

// Page lists a page of the memberships, the newest first unless they are sorted by something. A page that is not there is
// the first. They are sorted here, because the rest of the statement needs all of them.
func (s Statement) Page(part listing.Part) views.Table {
	held := slices.Clone(s.held)
	slices.SortStableFunc(held, func(a, b membership.Held) int {
		n := s.compare(part.By().Key, a, b)
		if part.By().Descending {
			return -n
		}
		return n
	})
	if part.Offset() >= len(held) {
		part = part.OnPage(1)
	}
	t := s.table(held[part.Offset():min(part.Offset()+listing.PartSize, len(held))])
	part.Arrange(&t, s.say(lang.M("Pages of the memberships")), len(held), sortOption, "", sortStart, sortExpiry)
	return t
}

func (s Statement) compare(key string, a, b membership.Held) int {
	switch key {
	case sortOption:
		return cmp.Or(strings.Compare(s.name(a), s.name(b)), cmp.Compare(a.OptionID, b.OptionID))
	case sortStart:
		return b.Start.DaysUntil(a.Start)
	case sortExpiry:
		return b.Expiry.DaysUntil(a.Expiry)
	}
	return 0
}

// name is what an option is sorted by: capitals do not count, and macrons hardly do.
func (s Statement) name(h membership.Held) string {
	return norm.NFD.String(strings.ToLower(h.Option.Name.In(s.c.Locale())))
}

// Active is the active membership, the one stored first where there are several; false where there is none.
func (s Statement) Active() (found membership.Held, ok bool) {
	for _, h := range s.held {
		if h.Status(clock.DateOf(s.now)) == membership.Active && (!ok || h.ID < found.ID) {
			found, ok = h, true
		}
	}
	return found, ok
}

// seats says how the seats of the active membership are used.
func (s Statement) seats(m *views.Message) {
	h, found := s.Active()
	if !found {
		m.Text = s.say(lang.M("There is no active membership. Without one nobody is a member through the organisation."))
		return
	}
	m.Level = views.LevelInfo
	m.Text = s.say(lang.M("%s until %s: %s.", h.Option.Name, h.LastDay(), h.SeatSummary()))
	if h.Full() {
		m.Level = views.LevelWarning
		m.Text = s.say(lang.M("%s Who is invited can join once a seat is free.", m.Text))
	}
}
