package app_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ams/app/database/dbtest"
)

// Another run makes the sample questions what they were, without making any of them anew: answers belong to them.
func TestSampleQuestionsAgain(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	local := localEnv("DATABASE_URL", dbtest.DSN(t), "AMS_ENABLED_LANGUAGES", "en,mi", "AMS_DEV_DIR", t.TempDir())
	sample := func() {
		t.Helper()
		if code, out, errs := run(t, local, "", "create_sample_profile_questions"); code != 0 {
			t.Fatalf("ams create_sample_profile_questions = %d, want 0\n%s%s", code, out, errs)
		}
	}
	stored := func() (got []string) { // but for the counter that every update raises
		t.Helper()
		const all = `SELECT unnest(ARRAY[to_jsonb(g) - 'version', to_jsonb(f) - 'version'])::text
			FROM profile_fields f JOIN profile_field_groups g ON g.id = f.group_id ORDER BY f.id`
		if err := db.NewRaw(all).Scan(t.Context(), &got); err != nil {
			t.Fatal(err)
		}
		return got
	}
	sample()
	want := stored()
	for _, change := range []string{
		`UPDATE profile_fields SET label_translations = '{"en": "Another label"}' WHERE field_key = 'pet_name'`,
		`UPDATE profile_fields SET help_text_translations = '{"en": "Another help"}' WHERE field_key = 'pet_name'`,
		`UPDATE profile_fields SET field_type = 'TEXT' WHERE field_key = 'pet_description'`,
		`UPDATE profile_fields SET options = '{"choices": []}' WHERE field_key = 'pet_activities'`,
		`UPDATE profile_fields SET min_value = 7, max_value = 8 WHERE field_key = 'pet_age'`,
		"UPDATE profile_fields SET is_read_only = true, is_required_for_membership = true, counts_toward_completion = false WHERE field_key = 'pet_size'",
		`UPDATE profile_fields SET "order" = 99, is_active = false WHERE field_key = 'pet_type'`,
		`UPDATE profile_field_groups SET description_translations = '{"en": "Another description"}', is_active = false`,
	} {
		if _, err := db.Exec(change); err != nil {
			t.Fatal(err)
		}
		if slices.Equal(stored(), want) {
			t.Fatalf("%s changed nothing", change)
		}
		sample()
		if diff := cmp.Diff(want, stored()); diff != "" {
			t.Fatalf("the questions after %s and another run (-want +got):\n%s", change, diff)
		}
	}
}
