package field

import (
	"context"
	"net/url"
	"strings"
	"time"

	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
	"ams/views"
)

// DateField asks for a day.
type DateField[M any] struct {
	common[*DateField[M], M]
	at func(*M) *clock.Date
}

// Date asks for a day.
func Date[M any](key string, label lang.Message, at func(*M) *clock.Date) *DateField[M] {
	f := &DateField[M]{at: at}
	f.init(f, key, label)
	return f
}

// Read takes YYYY-MM-DD, as browsers send it, and dd/mm/yyyy, as people write it.
func (f *DateField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	text := strings.TrimSpace(answer.Get(f.meta.Key))
	if text == "" {
		*f.at(m) = clock.Date{}
		f.missing(p, f.meta.Key)
		return nil
	}
	day, ok := readDay(text)
	if !ok {
		p.Add(f.meta.Key, badDay(f.meta.Label))
		return nil
	}
	*f.at(m) = day
	return nil
}

func badDay(label lang.Message) lang.Message {
	return lang.M("Enter a day such as 31/03/2027 for “%s”.", label)
}

func readDay(text string) (clock.Date, bool) {
	if at, err := time.Parse("2/1/2006", text); err == nil {
		text = at.Format(time.DateOnly)
	}
	day, err := clock.ParseDate(text)
	return day, err == nil && day.Year >= 1900 && day.Year < 3000
}

// Inputs is one control.
func (f *DateField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	return []views.Field{f.finish(tr, views.DateField(f.meta.Key, tr.Say(f.meta.Label), f.shown(typed, f.meta.Key, f.Raw(m))))}, nil
}

// Raw is YYYY-MM-DD.
func (f *DateField[M]) Raw(m *M) string { return f.at(m).String() }

// Record is YYYY-MM-DD.
func (f *DateField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is the day in words.
func (f *DateField[M]) Word(tr *lang.Translator, recorded string) string {
	day, err := clock.ParseDate(recorded)
	if err != nil {
		return recorded
	}
	return tr.Date(day)
}

// DateTimeField asks for an instant: a day and a time of day in the association's zone.
type DateTimeField[M any] struct {
	common[*DateTimeField[M], M]
	at func(*M) **time.Time
}

// DateTime asks for an instant; nil is none.
func DateTime[M any](key string, label lang.Message, at func(*M) **time.Time) *DateTimeField[M] {
	f := &DateTimeField[M]{at: at}
	f.init(f, key, label)
	return f
}

const clockForm = "15:04"

// Read takes the day from the input _0 and the time from _1. What the inputs cannot show, seconds, is kept.
func (f *DateTimeField[M]) Read(_ context.Context, answer url.Values, m *M, p *fault.Fields) error {
	first, second := f.meta.Key+"_0", f.meta.Key+"_1"
	dayText, timeText := strings.TrimSpace(answer.Get(first)), strings.TrimSpace(answer.Get(second))
	if dayText == "" && timeText == "" {
		*f.at(m) = nil
		f.missing(p, first)
		return nil
	}
	day, dayOK := readDay(dayText)
	if !dayOK {
		p.Add(first, badDay(f.meta.Label))
	}
	at, err := time.Parse(clockForm, timeText)
	if err != nil {
		p.Add(second, lang.M("Enter a time such as 17:30 for “%s”.", f.meta.Label))
	}
	if !dayOK || err != nil {
		return nil
	}
	if d, c := f.parts(m); d == day.String() && c == at.Format(clockForm) {
		return nil
	}
	then := time.Date(day.Year, day.Month, day.Day, at.Hour(), at.Minute(), 0, 0, clock.Zone()).UTC()
	*f.at(m) = &then
	return nil
}

func (f *DateTimeField[M]) parts(m *M) (day, at string) {
	stored := *f.at(m)
	if stored == nil {
		return "", ""
	}
	return clock.DateOf(*stored).String(), stored.In(clock.Zone()).Format(clockForm)
}

// Inputs are two controls.
func (f *DateTimeField[M]) Inputs(_ context.Context, tr *lang.Translator, m *M, typed url.Values) ([]views.Field, error) {
	day, at := f.parts(m)
	first, second := f.meta.Key+"_0", f.meta.Key+"_1"
	label := tr.Say(f.meta.Label)
	d := f.finish(tr, views.DateField(first, tr.Say(lang.M("%s: day", label)), f.shown(typed, first, day)))
	t := views.TextField(second, tr.Say(lang.M("%s: time", label)), f.shown(typed, second, at))
	t.Input.Type, t.Input.Width, t.Optional = "time", views.Width10, f.meta.Optional
	return []views.Field{d, t}, nil
}

// Raw is the instant in UTC.
func (f *DateTimeField[M]) Raw(m *M) string {
	if stored := *f.at(m); stored != nil {
		return stored.UTC().Format(time.RFC3339)
	}
	return ""
}

// Record is the instant in UTC.
func (f *DateTimeField[M]) Record(_ context.Context, m *M) (string, error) { return f.Raw(m), nil }

// Word is the instant in words.
func (f *DateTimeField[M]) Word(tr *lang.Translator, recorded string) string {
	at, err := time.Parse(time.RFC3339, recorded)
	if err != nil {
		return recorded
	}
	return tr.Moment(at)
}
