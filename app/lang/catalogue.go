package lang

import (
	"embed"
	"fmt"

	"github.com/leonelquinteros/gotext"
)

//go:embed catalogues/*.po
var files embed.FS

// Catalogues are the texts of the interface in all languages that exist. They never change after Load.
type Catalogues struct{ translators map[Locale]*Translator }

// Load reads the catalogues that are compiled into the program.
func Load() (*Catalogues, error) {
	c := &Catalogues{translators: map[Locale]*Translator{}}
	for _, l := range Available() {
		src, err := files.ReadFile("catalogues/" + string(l) + ".po")
		if err != nil {
			return nil, fmt.Errorf("load catalogue: %w", err)
		}
		t, err := newTranslator(l, src)
		if err != nil {
			return nil, err
		}
		c.translators[l] = t
	}
	return c, nil
}

// Translator speaks a language; English stands in for one that does not exist.
func (c *Catalogues) Translator(l Locale) *Translator {
	if t, ok := c.translators[l]; ok {
		return t
	}
	return c.translators[Default]
}

// newTranslator asks for a complete header, because the parser takes any text for an empty catalogue.
func newTranslator(l Locale, src []byte) (*Translator, error) {
	po := gotext.NewPo()
	po.Parse(src)
	if po.Language != string(l) || po.PluralForms == "" {
		return nil, fmt.Errorf("load catalogue %s: its header names language %q and plural forms %q",
			l, po.Language, po.PluralForms)
	}
	return &Translator{locale: l, texts: po}, nil
}
