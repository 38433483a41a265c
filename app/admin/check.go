package admin

import (
	"errors"
	"fmt"
	"reflect"
)

// Check finds what the compiler cannot: tables without id and version, names used twice. Ask once all is declared.
func (a *Admin) Check() error {
	var faults []error
	seen, letters := map[string]bool{}, map[string]string{startLetter: "the start"}
	for _, e := range a.entities {
		key, letter := e.face().key(), e.face().letter
		if other := letters[letter]; letter != "" && other != "" {
			faults = append(faults, fmt.Errorf("%s and %s have the letter %s", other, key, letter))
		}
		letters[letter] = key
		if seen[key] {
			faults = append(faults, fmt.Errorf("%s is declared twice", key))
		}
		seen[key] = true
		if err := e.check(); err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", key, err))
		}
	}
	return errors.Join(faults...)
}

func (b *bound[M]) check() error {
	for _, column := range []string{"id", b.counter()} {
		f, ok := b.meta().FieldMap[column]
		if !ok || f.StructField.Type.Kind() != reflect.Int64 {
			return fmt.Errorf("the model needs an int64 for the column %s", column)
		}
	}
	keys := map[string]bool{}
	for _, f := range b.fields(b.r.Sections) {
		if keys[f.Meta().Key] {
			return fmt.Errorf("two fields are called %s", f.Meta().Key)
		}
		keys[f.Meta().Key] = true
	}
	if len(b.r.Columns) == 0 || b.r.Title == nil {
		return errors.New("a list needs columns, a record a title")
	}
	return nil
}
