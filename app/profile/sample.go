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
			q.GroupID, q.Order, q.Active, q.Counts = group, i, true, true
			if err := q.complete(); err != nil {
				return fmt.Errorf("sample question %s: %w", q.Key, err)
			}
			_, err := tx.NewInsert().Model(&q).On("CONFLICT ON CONSTRAINT profile_fields_key_unique DO UPDATE").
				Set("group_id = EXCLUDED.group_id, field_type = EXCLUDED.field_type, label_translations = EXCLUDED.label_translations").
				Set("help_text_translations = EXCLUDED.help_text_translations, options = EXCLUDED.options").
				Set(`min_value = EXCLUDED.min_value, max_value = EXCLUDED.max_value, "order" = EXCLUDED."order", is_active = true`).
				Set("counts_toward_completion = true, is_read_only = false, is_required_for_membership = false").Exec(ctx)
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
			Key: "pet_description", Type: TextArea, LabelTexts: Texts{"en": "Describe your pet", "mi": "Whakaahuahia tō mōkai"},
		},
		{
			Key: "pet_activities", Type: Checkbox, LabelTexts: Texts{"en": "What do you do together?", "mi": "He aha ngā mahi e mahia tahitia ana e kōrua?"},
			HelpTexts: Texts{"en": "Tick all that apply.", "mi": "Tohua ngā mea katoa e hāngai ana."},
			Options: Options{[]Choice{
				choice("walks", "Walks", "Hīkoi"), choice("games", "Games", "Tākaro"), choice("swimming", "Swimming", "Kauhoe"),
				choice("training", "Training", "Whakangungu"), choice("naps", "Naps", "Moe"),
			}},
		},
		{
			Key: "pet_type", Type: Radio, LabelTexts: Texts{"en": "Kind of animal", "mi": "Te momo kararehe"},
			Options: Options{[]Choice{
				choice("dog", "Dog", "Kurī"), choice("cat", "Cat", "Ngeru"), choice("bird", "Bird", "Manu"), choice("fish", "Fish", "Ika"),
				choice("rabbit", "Rabbit", "Rāpeti"), choice("other", "Another one", "Tētahi atu"),
			}},
		},
		{
			Key: "pet_birthday", Type: Day, LabelTexts: Texts{"en": "Birthday of your oldest pet", "mi": "Te rā whānau o tō mōkai pakeke rawa"},
		},
		{
			Key: "pet_adoption_month", Type: Month, LabelTexts: Texts{"en": "Month in which you adopted your pet", "mi": "Te marama i whāngaihia ai tō mōkai"},
		},
		{
			Key: "pet_age", Type: Number, LabelTexts: Texts{"en": "Age of your pet in years", "mi": "Te pakeke o tō mōkai, i ngā tau"}, Min: &least, Max: &most,
		},
		{
			Key: "pet_size", Type: Select, LabelTexts: Texts{"en": "Size of your pet", "mi": "Te rahi o tō mōkai"},
			Options: Options{[]Choice{
				choice("small", "Fits into a hand", "E ō ana ki te ringa"), choice("medium", "Fits onto a lap", "E ō ana ki runga i te hope"),
				choice("large", "Reaches the knee", "Ka tae ki te turi"), choice("huge", "Larger still", "He rahi kē atu"),
			}},
		},
	}
}
