package staff

import (
	"context"
	"strings"

	"ams/app/access"
	"ams/app/admin"
	"ams/app/lang"
	"ams/app/privacy"
)

// erase leaves of a person what an association has to keep, and nothing else.
func erase(own *privacy.Service) admin.Deed[person] {
	return admin.Deed[person]{
		Name: "erase", Label: lang.M("Erase this person"), Icon: "person-x", Right: "users.delete_user", Done: lang.M("The person was erased."),
		Offer: func(by access.Holder, p *person) bool { return by.ID != p.ID },
		Typed: func(p *person) string { return p.Username }, Type: lang.M("Username of the person"), Do: own.Erase,
		Ask: func(ctx context.Context, p *person) (admin.Question, error) { return erasure(ctx, own, p) },
	}
}

// erasure says what erasing a person means.
func erasure(ctx context.Context, own *privacy.Service, p *person) (q admin.Question, err error) {
	c, err := own.Consequences(ctx, p.ID)
	if err != nil {
		return q, err
	}
	if c.OnItsWay {
		q.Refused = []lang.Message{privacy.OnItsWay()}
		return q, nil
	}
	q.Lines = []lang.Message{
		lang.M("Erasing cannot be undone. The account is closed for ever; its address is free for a new one."),
		lang.M("Name, username, password, picture, language, rights and the notes of the staff go, and so does all that is listed here. What history says of the person keeps who did it and when, and loses the values."),
		lang.M("Records of money stay as they are, here and in the accounting system, which is not touched."),
		lang.M("The person gets a last message at %s.", p.Email),
	}
	if c.Running > 0 {
		q.Lines = append(q.Lines, lang.N("%d membership that is not over is cancelled, without a message of its own.",
			"%d memberships that are not over are cancelled, without messages of their own.", c.Running, c.Running))
	}
	if len(c.Unattended) > 0 {
		q.Lines = append(q.Lines, lang.M("Nobody else is an administrator of these organisations: %s. Only staff can look after them then.", strings.Join(c.Unattended, ", ")))
	}
	for _, n := range c.Goes {
		q.Goes = append(q.Goes, admin.Amount(n))
	}
	for _, n := range c.Stays {
		q.Stays = append(q.Stays, admin.Amount(n))
	}
	return q, nil
}
