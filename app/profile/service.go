package profile

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/clock"
	"ams/app/fault"
	"ams/app/lang"
)

// Service asks the questions and keeps the answers.
type Service struct {
	db    *bun.DB
	clock clock.Clock
}

// New takes a database and the time.
func New(db *bun.DB, c clock.Clock) *Service { return &Service{db: db, clock: c} }

// Asked is a question put to somebody, with what they have answered so far.
type Asked struct {
	Question
	Stored     string // "" for no answer
	AnsweredAt *time.Time
	Locked     bool // shown to this person, but only staff can answer
	Off        bool // not asked at present
}

// Answered tells whether there is an answer that is not empty.
func (a *Asked) Answered() bool { return len(a.Question.Values(a.Stored)) > 0 }

// Section is a group with its questions.
type Section struct {
	Group       int64
	Title, Help lang.Text
	Questions   []Asked
}

// Open tells whether the person can answer any of them.
func (s Section) Open() bool {
	return slices.ContainsFunc(s.Questions, func(a Asked) bool { return !a.Locked })
}

// Sheet is questions put to one person.
type Sheet struct {
	Sections []Section
}

// All are the questions of every section.
func (s Sheet) All() (all []Asked) {
	for _, section := range s.Sections {
		all = append(all, section.Questions...)
	}
	return all
}

// Sheet is everything that somebody is asked at present. Questions that only staff answer are locked for everybody else.
func (s *Service) Sheet(ctx context.Context, p account.Person) (Sheet, error) {
	sheet, err := ask(ctx, s.db, p.ID, isLive)
	for _, section := range sheet.Sections {
		for i := range section.Questions {
			section.Questions[i].Locked = section.Questions[i].ReadOnly && !p.Staff && !p.Superuser
		}
	}
	return sheet, err
}

// Open are the questions that somebody has to answer before they can be a member and has not answered. What only staff
// can answer is not among them.
func Open(ctx context.Context, db bun.IDB, person int64) ([]Asked, error) {
	sheet, err := ask(ctx, db, person, isLive+" AND f.is_required_for_membership AND NOT f.is_read_only")
	var open []Asked
	for _, a := range sheet.All() {
		if !a.Answered() {
			open = append(open, a)
		}
	}
	return open, err
}

// Completion is how much of what counts somebody has answered.
type Completion struct{ Total, Answered int }

// Remaining is how many answers are missing.
func (c Completion) Remaining() int { return c.Total - c.Answered }

// Percent is rounded down; a profile without questions is complete.
func (c Completion) Percent() int {
	if c.Total == 0 {
		return 100
	}
	return 100 * c.Answered / c.Total
}

// Completion counts the live questions that staff recommend to answer. Every visit to one's own page asks for it.
func (s *Service) Completion(ctx context.Context, person int64) (c Completion, err error) {
	counting, err := counted(ctx, s.db, person)
	for _, a := range counting {
		c.Total++
		if a.Answered() {
			c.Answered++
		}
	}
	return c, err
}

// Answers are what somebody has answered to a sheet, ready to be stored.
type Answers struct {
	given map[int64]string
	gone  []int64 // questions that were left empty
}

// Listed is the name under which a form sends the ids of the questions that it asks, with commas between them. Boxes that
// are not ticked send nothing: without the list they could not be told from a question that was switched on since.
const Listed = "asked-questions"

// List is the value of Listed for a form that asks these questions.
func List(asked []Asked) string {
	ids := make([]string, 0, len(asked))
	for _, q := range asked {
		ids = append(ids, strconv.FormatInt(q.ID, 10))
	}
	return strings.Join(ids, ",")
}

// AskedBy tells whether the form that sent this had the question; one without a list had all.
func (a *Asked) AskedBy(typed map[string][]string) bool {
	lists := typed[Listed]
	return len(lists) == 0 || slices.Contains(strings.Split(strings.Join(lists, ","), ","), strconv.FormatInt(a.ID, 10))
}

// Read makes answers of what a form sent under the names prefix + key, and finds everything that is wrong with them.
// Locked questions are not looked at, nor are those that the form did not ask. An answer stays of which the form could show
// only a part, and that part came back.
func Read(asked []Asked, typed map[string][]string, prefix string) (Answers, fault.Fields) {
	a, problems := Answers{given: map[int64]string{}}, fault.Fields{}
	for _, q := range asked {
		if q.Locked || !q.AskedBy(typed) {
			continue
		}
		stored, wrong := q.Parse(typed[prefix+q.Key])
		switch {
		case !wrong.Empty():
			problems.Add(prefix+q.Key, wrong)
		case q.Hides(typed[prefix+q.Key]):
		case stored == "":
			a.gone = append(a.gone, q.ID)
		default:
			a.given[q.ID] = stored
		}
	}
	return a, problems
}

// Demand is Read for questions that have to be answered.
func Demand(asked []Asked, typed map[string][]string, prefix string) (Answers, fault.Fields) {
	a, problems := Read(asked, typed, prefix)
	for _, q := range asked {
		name := prefix + q.Key
		if _, given := a.given[q.ID]; !given && len(problems.Of(name)) == 0 {
			problems.Add(name, lang.M("Answer “%s”.", q.Label()))
		}
	}
	return a, problems
}

// Store keeps answers. The caller holds the person's row, so that two forms of one person follow each other.
func (s *Service) Store(ctx context.Context, tx bun.Tx, person int64, a Answers) error {
	if err := remove(ctx, tx, person, a.gone); err != nil {
		return err
	}
	return store(ctx, tx, person, a.given, s.clock.Now())
}

// Storing is Store for a use case that knows nothing of questions.
func (s *Service) Storing(person int64, a Answers) func(context.Context, bun.Tx) error {
	return func(ctx context.Context, tx bun.Tx) error { return s.Store(ctx, tx, person, a) }
}

// Said is what somebody has answered to one question.
type Said struct {
	Label lang.Text
	Text  string
}

// Said is what somebody has answered to the live questions, in the language of the translator, for staff who may look at
// people; for everybody else nothing.
func (s *Service) Said(ctx context.Context, tr *lang.Translator, by access.Holder, owner int64) (all []Said, err error) {
	if !by.May("users.view_user") && !by.May("users.change_user") {
		return nil, nil
	}
	sheet, err := ask(ctx, s.db, owner, isLive)
	for _, a := range sheet.All() {
		if texts := a.Question.Texts(tr, a.Stored); len(texts) > 0 {
			all = append(all, Said{a.Label(), strings.Join(texts, ", ")})
		}
	}
	return all, err
}

// Broken translates the rules of the schema about questions.
func Broken(constraint string) (key string, text lang.Message) {
	switch constraint {
	case "profile_fields_key_unique":
		return "field_key", lang.M("Another question has this key already. Choose another one.")
	case "profile_fields_group":
		return "group", lang.M("This group has been deleted meanwhile. Choose another one.")
	}
	return "", lang.Message{}
}
