package field

import (
	"context"
	"fmt"
	"html/template"

	"ams/app/lang"
	"ams/app/richtext"
	"ams/views"
)

// Links tells where the links of some texts lead on a page in a language.
type Links func(ctx context.Context, l lang.Locale, texts ...string) (richtext.Links, error)

// Shower is a Field that shows its value by itself to whoever is not asked for it, instead of the words of history. It shows
// nothing where those words say it.
type Shower[M any] interface {
	Shown(ctx context.Context, tr *lang.Translator, m *M) ([]views.Field, error)
}

// markup is that of a text; nil is none.
type markup struct {
	kind  richtext.Kind
	links Links
}

func (k *markup) features() string {
	if k == nil {
		return ""
	}
	return k.kind.Features()
}

// rendered is a text as the site's visitors read it.
func (k *markup) rendered(ctx context.Context, l lang.Locale, text string) (template.HTML, error) {
	to, err := k.links(ctx, l, text)
	if err != nil {
		return "", fmt.Errorf("find where the links of a text lead: %w", err)
	}
	return richtext.Render(k.kind, text, to), nil
}

// Shown is the text, with its markup.
func (f *TextField[M]) Shown(ctx context.Context, tr *lang.Translator, m *M) (all []views.Field, err error) {
	if f.rich == nil {
		return nil, nil
	}
	v := Static(tr, Meta{Key: f.meta.Key, Label: f.meta.Label}, "") // its help is about writing
	v.Static.HTML, err = f.rich.rendered(ctx, tr.Locale(), *f.at(m))
	return []views.Field{v}, err
}

// Shown is a text with its markup for each language that has one, also where the language is switched off by now.
func (f *TranslatedField[M]) Shown(ctx context.Context, tr *lang.Translator, m *M) (all []views.Field, err error) {
	if f.rich == nil {
		return nil, nil
	}
	f.each(m, func(l lang.Locale, text *string) {
		if err != nil || *text == "" && !f.asks(l) {
			return
		}
		v := Static(tr, Meta{Key: f.meta.Key, Label: f.meta.Label}, "") // its help is about writing
		v.Name += "_" + string(l)
		v.ID, v.Label = views.FieldID(v.Name), tr.Say(lang.M("%s in %s", f.meta.Label, lang.Native(l)))
		v.Static.HTML, err = f.rich.rendered(ctx, l, *text)
		v.Static.Lang = string(l)
		all = append(all, v)
	})
	return all, err
}
