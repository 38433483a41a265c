package terms

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"ams/app/access"
	"ams/app/account"
	"ams/app/lang"
)

// Samples makes the legal texts of the sample data, in force from now on and accepted by these people. What is there
// already stays.
func (s *Service) Samples(ctx context.Context, people []account.Person) error {
	return s.db.RunInTx(ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		for _, t := range sampleTerms() {
			if err := s.sample(ctx, tx, t, people); err != nil {
				return fmt.Errorf("sample term %s: %w", t.Key, err)
			}
		}
		return nil
	})
}

// sampleTerm is a term and what its first version says.
type sampleTerm struct {
	Term
	content lang.Text
}

const (
	sampleLabel   = "1.0"
	sampleAddress = "127.0.0.1"
)

func (s *Service) sample(ctx context.Context, tx bun.Tx, t sampleTerm, people []account.Person) error {
	by := access.Holder{Superuser: true}
	var ids []int64
	if err := tx.NewRaw(`SELECT id FROM terms WHERE key = ?`, t.Key).Scan(ctx, &ids); err != nil {
		return fmt.Errorf("look for it: %w", err)
	}
	if len(ids) == 0 {
		if err := s.CreateTerm(ctx, tx, by, &t.Term); err != nil {
			return err
		}
		ids = []int64{t.ID}
	}
	var versions []int64
	if err := tx.NewRaw(`SELECT id FROM term_versions WHERE term_id = ? AND version = ?`, ids[0], sampleLabel).Scan(ctx, &versions); err != nil {
		return fmt.Errorf("look for its version: %w", err)
	}
	now := s.clock.Now()
	if len(versions) == 0 {
		v := &Version{TermID: ids[0], Label: sampleLabel, Content: t.content, Active: true, From: &now}
		if err := s.CreateVersion(ctx, tx, by, v); err != nil {
			return err
		}
		versions = []int64{v.ID}
	}
	for _, p := range people {
		a := &Acceptance{UserID: p.ID, VersionID: versions[0], AcceptedAt: now, Address: sampleAddress, Source: ByWeb}
		if err := insertAcceptance(ctx, tx, a); err != nil {
			return err
		}
	}
	return nil
}

func sampleTerms() []sampleTerm {
	return []sampleTerm{
		{
			Term: Term{
				Key: "privacy-policy", Name: lang.Text{EN: "Privacy policy", MI: "Kaupapahere matatapu"},
				Description: "What we know about people, and what we do with it.",
			},
			content: lang.Text{
				EN: `<p>This policy says what we know about you, what we use it for and what you can ask of us.</p>
<h2>What we collect</h2>
<p>We keep only what a membership needs:</p>
<ul><li>your name and e-mail address,</li><li>your memberships and invoices,</li><li>what you tell us in your profile.</li></ul>
<h2>What we use it for</h2>
<p>We look after your membership and write to you about it. We <strong>never sell</strong> what we know about you.</p>
<h2>What you can ask for</h2>
<p>You can ask to see what we keep, to have it corrected and to have it erased. Write to <a href="mailto:privacy@example.org">privacy@example.org</a>.</p>`,
				MI: `<p>E kī ana tēnei kaupapahere he aha ā mātou mōhiohio mōu, he aha te take, he aha hoki tāu e tono mai ai.</p>
<h2>Ngā mea ka kohia</h2>
<p>Ko ngā mea anake e hiahiatia ana mō te mematanga:</p>
<ul><li>tō ingoa me tō wāhitau īmēra,</li><li>ō mematanga me ō nama,</li><li>ngā kōrero kei tō pūkete.</li></ul>
<h2>Te take</h2>
<p>Ka tiakina tō mematanga, ka tuhi atu hoki mātou mō taua mea. <strong>Kāore e hokona atu</strong> ō mōhiohio.</p>
<h2>Ngā mea ka taea e koe te tono</h2>
<p>Ka taea e koe te tono kia kite, kia whakatikahia, kia mukua rānei ō mōhiohio. Tuhi mai ki <a href="mailto:privacy@example.org">privacy@example.org</a>.</p>`,
			},
		},
		{
			Term: Term{
				Key: "terms-of-service", Name: lang.Text{EN: "Terms of service", MI: "Ngā tikanga whakamahi"},
				Description: "How members use the site.",
			},
			content: lang.Text{
				EN: `<p>These terms apply to everybody who has an account here.</p>
<h2>Your account</h2>
<p>Keep your password to yourself, and tell us when somebody else may know it.</p>
<h2>Being good to each other</h2>
<ol><li>Treat other members with respect.</li><li>Share only what is yours to share.</li><li>Use the resources for teaching and learning, not for sale.</li></ol>`,
				MI: `<p>E pā ana ēnei tikanga ki te hunga katoa he pūkete ā rātou ki konei.</p>
<h2>Tō pūkete</h2>
<p>Kaua tō kupuhipa e tukuna ki tētahi atu, ā, whakamōhiotia mai mēnā kua mōhiotia e tētahi atu.</p>
<h2>Te manaaki i tētahi ki tētahi</h2>
<ol><li>Kia whai whakaaro ki ētahi atu mema.</li><li>Tohaina ngā mea nāu anake.</li><li>Whakamahia ngā rauemi mō te ako me te whakaako, kaua mō te hoko.</li></ol>`,
			},
		},
	}
}
