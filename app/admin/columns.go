package admin

import (
	"strconv"
	"time"

	"ams/app/clock"
	"ams/app/field"
	"ams/app/lang"
	"ams/views"
)

// Column is a column of a list.
type Column[M any] struct {
	Key   string
	Label lang.Message
	Kind  views.Kind
	Sort  string // SQL; empty: the column cannot be sorted
	Join  string // SQL that Sort needs
	Cell  func(*lang.Translator, *M) views.Cell
	edit  field.Field[M]
}

// Editable lets the column be changed in the list itself, by a field of the form. All rows of a page are saved together.
func (c Column[M]) Editable(f field.Field[M]) Column[M] {
	c.edit = f
	return c
}

// Via sorts by a column of another table, which join brings in.
func (c Column[M]) Via(join string) Column[M] {
	c.Join = join
	return c
}

// Text is a column of texts.
func Text[M any](key string, label lang.Message, sort string, of func(*M) string) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindText, Sort: sort, Cell: func(_ *lang.Translator, m *M) views.Cell {
		return views.Cell{Text: of(m)}
	}}
}

// Words is a column of texts that depend on the language of the page.
func Words[M any](key string, label lang.Message, sort string, of func(*lang.Translator, *M) string) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindText, Sort: sort, Cell: func(tr *lang.Translator, m *M) views.Cell {
		return views.Cell{Text: of(tr, m)}
	}}
}

// Number is a column of whole numbers.
func Number[M any](key string, label lang.Message, sort string, of func(*M) int64) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindNumber, Sort: sort, Cell: func(_ *lang.Translator, m *M) views.Cell {
		return views.Cell{Text: strconv.FormatInt(of(m), 10)}
	}}
}

// Figure is a column of amounts and the like, set as numbers are.
func Figure[M any](key string, label lang.Message, sort string, of func(*lang.Translator, *M) string) Column[M] {
	c := Words(key, label, sort, of)
	c.Kind = views.KindNumber
	return c
}

// Yes is a column of answers to a question.
func Yes[M any](key string, label lang.Message, sort string, of func(*M) bool) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindBadge, Sort: sort, Cell: func(tr *lang.Translator, m *M) views.Cell {
		badge := views.Badge{Icon: "x-lg", Text: field.YesNo(tr, false)}
		if of(m) {
			badge = views.Badge{Icon: "check-lg", Tone: views.ToneSuccess, Text: field.YesNo(tr, true)}
		}
		return views.Cell{Badges: []views.Badge{badge}}
	}}
}

// Badges is a column of states.
func Badges[M any](key string, label lang.Message, sort string, of func(*lang.Translator, *M) []views.Badge) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindBadge, Sort: sort, Cell: func(tr *lang.Translator, m *M) views.Cell {
		return views.Cell{Badges: of(tr, m)}
	}}
}

// Day is a column of dates.
func Day[M any](key string, label lang.Message, sort string, of func(*M) clock.Date) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindDate, Sort: sort, Cell: func(tr *lang.Translator, m *M) views.Cell {
		return views.Cell{Text: tr.ShortDate(of(m))}
	}}
}

// Time is a column of instants, shown as days; the exact time is the cell's title. nil is none.
func Time[M any](key string, label lang.Message, sort string, of func(*M) *time.Time) Column[M] {
	return Column[M]{Key: key, Label: label, Kind: views.KindDate, Sort: sort, Cell: func(tr *lang.Translator, m *M) views.Cell {
		at := of(m)
		if at == nil || at.IsZero() {
			return views.Cell{}
		}
		return views.Cell{Text: tr.ShortDate(clock.DateOf(*at)), Title: tr.Moment(*at)}
	}}
}
