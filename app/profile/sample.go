package profile

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"
)

// Sample makes a group about pets with one question of each type, or brings it up to date. Answers stay.
func (s *Service) Sample(ctx context.Context) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		group, err := sampleGroup(ctx, tx)
		if err != nil {
			return err
		}
		for i, q := range sampleQuestions() {
			q.GroupID, q.Order, q.Active, q.Counts = group, 10*(i+1), true, true
			if err := q.valid(); err != nil {
				return fmt.Errorf("sample question %s: %w", q.Key, err)
			}
			_, err := tx.NewInsert().Model(&q).On("CONFLICT ON CONSTRAINT profile_fields_key_unique DO UPDATE").
				Set("group_id = EXCLUDED.group_id, field_type = EXCLUDED.field_type, label_translations = EXCLUDED.label_translations").
				Set("help_text_translations = EXCLUDED.help_text_translations, options = EXCLUDED.options").
				Set(`min_value = EXCLUDED.min_value, max_value = EXCLUDED.max_value, "order" = EXCLUDED."order", is_active = true`).Exec(ctx)
			if err != nil {
				return fmt.Errorf("store sample question %s: %w", q.Key, err)
			}
		}
		return nil
	})
}

// sampleGroup is the group of the samples, known by its English name.
func sampleGroup(ctx context.Context, tx bun.Tx) (id int64, err error) {
	g := Group{
		Name: Texts{"en": "Pets", "mi": "Mōkai"}, Order: 10, Active: true,
		Description: Texts{
			"en": "Tell us about the animals that you live with.", "mi": "Kōrerotia mai ngā kararehe e noho tahi ana me koe.",
		},
	}
	const update = `
		UPDATE profile_field_groups SET name_translations = ?0, description_translations = ?1, is_active = true
		WHERE id = (SELECT min(id) FROM profile_field_groups WHERE name_translations ->> 'en' = ?2) RETURNING id`
	var ids []int64
	if err := tx.NewRaw(update, g.Name, g.Description, g.Name["en"]).Scan(ctx, &ids); err != nil {
		return 0, fmt.Errorf("update the group of the sample questions: %w", err)
	}
	if len(ids) > 0 {
		return ids[0], nil
	}
	if _, err := tx.NewInsert().Model(&g).Returning("id").Exec(ctx); err != nil {
		return 0, fmt.Errorf("store the group of the sample questions: %w", err)
	}
	return g.ID, nil
}

func sampleQuestions() []Question {
	least, most := 0, 30
	choice := func(value, en, mi string) Choice { return Choice{Value: value, Label: Texts{"en": en, "mi": mi}} }
	return []Question{
		{
			Key: "pet_name", Type: Text, LabelTexts: Texts{"en": "Name of your oldest pet", "mi": "Te ingoa o tō mōkai pakeke rawa"},
			HelpTexts: Texts{"en": "The one that has lived with you longest.", "mi": "Te mea kua roa rawa e noho tahi ana me koe."},
		},
		{
			Key: "pet_story", Type: TextArea, LabelTexts: Texts{"en": "How did you meet?", "mi": "I pēhea kōrua i tūtaki ai?"},
		},
		{
			Key: "pet_kinds", Type: Checkbox, LabelTexts: Texts{"en": "What animals do you have?", "mi": "He aha ngā kararehe kei a koe?"},
			HelpTexts: Texts{"en": "Tick all that apply.", "mi": "Tohua ngā mea katoa e hāngai ana."},
			Options: Options{[]Choice{
				choice("dog", "Dog", "Kurī"), choice("cat", "Cat", "Ngeru"), choice("bird", "Bird", "Manu"), choice("fish", "Fish", "Ika"),
			}},
		},
		{
			Key: "pet_home", Type: Radio, LabelTexts: Texts{"en": "Where do they sleep?", "mi": "Kei hea rātou moe ai?"},
			Options: Options{[]Choice{choice("inside", "Inside", "I roto"), choice("outside", "Outside", "I waho"), choice("both", "Both", "Ngā wāhi e rua")}},
		},
		{
			Key: "pet_birthday", Type: Day, LabelTexts: Texts{"en": "Birthday of your oldest pet", "mi": "Te rā whānau o tō mōkai pakeke rawa"},
		},
		{
			Key: "pet_since", Type: Month, LabelTexts: Texts{"en": "With animals since", "mi": "Kua whai kararehe mai i"},
		},
		{
			Key: "pet_count", Type: Number, LabelTexts: Texts{"en": "How many animals do you have?", "mi": "E hia ō kararehe?"}, Min: &least, Max: &most,
		},
		{
			Key: "pet_food", Type: Select, LabelTexts: Texts{"en": "Where do you buy their food?", "mi": "I hea koe hoko ai i ā rātou kai?"},
			Options: Options{[]Choice{
				choice("market", "At the supermarket", "I te hokomaha"), choice("shop", "At a pet shop", "I te toa mōkai"),
				choice("vet", "At the vet's", "I te rata kararehe"), choice("online", "On the internet", "I te ipurangi"),
			}},
		},
	}
}
