//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"
)

const (
	visitors = 16 // at once, for pages
	clerks   = 10 // at once, in the administration
	entrants = 50 // at once, who sign in
	starts   = 5
)

func get(path, cookie string) request {
	return request{method: http.MethodGet, path: path, cookie: cookie}
}

func same(r request, n int) []request {
	all := make([]request, n)
	for i := range all {
		all[i] = r
	}
	return all
}

// signIn gives the cookie of a session that begins at the front door.
func signIn(addr, email, client string) (string, error) {
	answer, _, err := once(addr, request{
		method: http.MethodPost, path: "/en/accounts/login/", client: client, form: url.Values{"login": {email}, "password": {secret}},
	})
	if err != nil {
		return "", err
	}
	for _, c := range answer.Cookies() {
		if c.Name == "__Secure-sessionid" && c.Value != "" {
			return c.Name + "=" + c.Value, nil
		}
	}
	return "", fmt.Errorf("%s is not let in: %s", email, answer.Status)
}

// address is that of the person with a number.
func (h *house) address(ctx context.Context, number int) (email string, err error) {
	err = h.db.NewRaw("SELECT email FROM users WHERE username = ?", fmt.Sprintf("person%d", number)).Scan(ctx, &email)
	return email, err
}

// signedIn gives the cookie of the person with a number.
func (h *house) signedIn(ctx context.Context, addr string, number int) (string, error) {
	email, err := h.address(ctx, number)
	if err != nil {
		return "", err
	}
	return signIn(addr, email, fmt.Sprintf("203.0.113.%d", number%250+1))
}

// pages compares what visitors and members see with bare pages of the same size.
func (h *house) pages(ctx context.Context, r *report) error {
	web, addr, err := h.web(ctx)
	if err != nil {
		return err
	}
	defer web.stop()
	bare, bareAddr, err := h.bare(ctx)
	if err != nil {
		return err
	}
	defer bare.stop()
	if err := h.furnish(ctx); err != nil {
		return err
	}
	member, err := h.signedIn(ctx, addr, 77)
	if err != nil {
		return err
	}
	busy, err := h.signedIn(ctx, addr, busyMember)
	if err != nil {
		return err
	}
	for _, page := range []struct {
		name, path, cookie string
		queries            int
		aim                float64 // share of the bare page, in per cent
	}{
		{"home page, anonymous", "/en/", "", 1, 70},
		{"home page, signed in", "/en/", member, 2, 0},
		{"dashboard of a member", "/en/users/person77/", member, 5, 50},
		{"dashboard, 20 memberships and 10 organisations", fmt.Sprintf("/en/users/person%d/", busyMember), busy, 5, 0},
		{"organisation with 500 members", "/en/organisations/" + bigOrganisation + "/", busy, 5, 0},
	} {
		answer, size, err := once(addr, get(page.path, page.cookie))
		if err != nil || answer.StatusCode != http.StatusOK {
			return errors.Join(err, fmt.Errorf("%s does not answer with a page", page.path))
		}
		line := pageLine{name: page.name, queries: page.queries, size: size, aim: page.aim}
		for range h.rounds {
			ours, err := h.profiled(page.name, func() (taken, error) {
				return storm(ctx, addr, same(get(page.path, page.cookie), visitors), h.lasting)
			})
			if err != nil {
				return err
			}
			theirs, err := storm(ctx, bareAddr, same(get(fmt.Sprintf("/%d/%d", page.queries, size), ""), visitors), h.lasting)
			if err != nil {
				return err
			}
			line.rounds = append(line.rounds, pageRound{ours, theirs})
		}
		r.pages = append(r.pages, line)
	}
	now, most := web.memory()
	r.add("web, memory after the load of pages", "MiB", 80, true, now)
	r.add("web, most memory under the load of pages", "MiB", 80, true, most)
	return nil
}

// staff is how long the lists of a big association take.
func (h *house) staff(ctx context.Context, r *report) error {
	web, addr, err := h.web(ctx)
	if err != nil {
		return err
	}
	defer web.stop()
	cookies := make([]string, clerks)
	for i := range cookies {
		if cookies[i], err = signIn(addr, "admin@ams.com", ""); err != nil {
			return err
		}
	}
	const people, invoices, memberships = "/admin/users/user/", "/admin/billing/invoice/", "/admin/memberships/individualmembership/"
	for _, list := range []struct {
		name, path string
		aim        time.Duration
	}{
		{"people", people, 40 * time.Millisecond},
		{"people, search finds one", people + "?q=person7777", 40 * time.Millisecond},
		{"people, search finds a hundred", people + "?q=person777", 40 * time.Millisecond},
		{"people, search finds 11,000", people + "?q=person7", 40 * time.Millisecond},
		{"people, search finds all", people + "?q=tama", 40 * time.Millisecond},
		{"people, filter", people + "?is_staff=1", 40 * time.Millisecond},
		{"people, page 900", people + "?p=900", 40 * time.Millisecond},
		{"invoices", invoices, 40 * time.Millisecond},
		{"invoices of one person", invoices + "?q=person7777", 40 * time.Millisecond},
		{"memberships, active", memberships + "?status=active", 40 * time.Millisecond},
		{"form of a person", people + "100/change/", 0},
	} {
		line := waitLine{name: list.name, aim: list.aim}
		requests := make([]request, clerks)
		for i, c := range cookies {
			requests[i] = get(list.path, c)
		}
		for range h.rounds {
			t, err := h.profiled("staff "+list.name, func() (taken, error) { return storm(ctx, addr, requests, h.lasting/2) })
			if err != nil {
				return err
			}
			line.rounds = append(line.rounds, t)
		}
		r.waits = append(r.waits, line)
	}
	now, most := web.memory()
	r.add("web, memory after the load of staff", "MiB", 80, true, now)
	r.add("web, most memory under the load of staff", "MiB", 80, true, most)
	return nil
}

// entry lets many people sign in at the same moment, and others sign up, whose letters the worker sends.
func (h *house) entry(ctx context.Context, r *report) error {
	web, addr, err := h.web(ctx)
	if err != nil {
		return err
	}
	defer web.stop()
	worker, err := h.start(filepath.Join(h.dir, "worker.log"), h.settings("5000"), h.binary, "worker")
	if err != nil {
		return err
	}
	defer worker.stop()
	emails := make([]string, entrants)
	for i := range emails {
		if emails[i], err = h.address(ctx, i+1); err != nil {
			return err
		}
	}
	var rates []float64
	for range h.rounds {
		took, err := together(func(i int) error {
			_, err := signIn(addr, emails[i], fmt.Sprintf("203.0.113.%d", i+1))
			return err
		})
		if err != nil {
			return err
		}
		rates = append(rates, entrants/took.Seconds())
	}
	r.add(fmt.Sprintf("sign-ins a second, %d at once", entrants), "", 0, false, rates...)
	if err := h.signUps(ctx, r, addr); err != nil {
		return err
	}
	now, most := web.memory()
	r.add("web, memory after the sign-ins", "MiB", 80, true, now)
	r.add("web, most memory under the sign-ins", "MiB", 80, true, most)
	now, most = worker.memory()
	r.add("worker, memory after its letters", "MiB", 60, true, now)
	r.add("worker, most memory", "MiB", 60, true, most)
	return nil
}

// together does the same for every entrant at the same moment.
func together(act func(i int) error) (time.Duration, error) {
	failures := make([]error, entrants)
	var all sync.WaitGroup
	begun := time.Now()
	for i := range entrants {
		all.Go(func() { failures[i] = act(i) })
	}
	all.Wait()
	return time.Since(begun), errors.Join(failures...)
}

func (h *house) signUps(ctx context.Context, r *report, addr string) error {
	var latest []float64
	for round := range h.rounds {
		before := h.mails.taken.Load()
		_, err := together(func(i int) error {
			name := fmt.Sprintf("newcomer%dof%d", i, round)
			answer, _, err := once(addr, request{
				method: http.MethodPost, path: "/en/accounts/signup/", client: fmt.Sprintf("203.0.113.%d", i+1), form: url.Values{
					"email": {name + "@example.com"}, "password1": {secret}, "password2": {secret},
					"first_name": {"Mere"}, "last_name": {"Kahu"}, "username": {name},
				},
			})
			if err == nil && answer.StatusCode != http.StatusSeeOther {
				err = fmt.Errorf("signing up = %s", answer.Status)
			}
			return err
		})
		if err != nil {
			return err
		}
		answered := time.Now()
		for h.mails.taken.Load() < before+entrants {
			if time.Since(answered) > patience || ctx.Err() != nil {
				return errors.New("letters are missing")
			}
			time.Sleep(time.Millisecond)
		}
		latest = append(latest, time.Since(answered).Seconds()*1000)
	}
	r.add(fmt.Sprintf("last letter of %d sign-ups, after the last answer", entrants), "ms", 1000, true, latest...)
	return nil
}

// queue is how fast jobs go that do nothing.
func (h *house) queue(ctx context.Context, r *report) error {
	for _, runners := range []int{1, 4} {
		var rates []float64
		for range h.rounds {
			rate, err := h.drained(ctx, runners)
			if err != nil {
				return err
			}
			rates = append(rates, rate)
		}
		name := fmt.Sprintf("jobs a second, %d waiting, %d at a time", waiting, runners)
		r.add(name, "", 1000, false, rates...)
	}
	return nil
}

// starts is how soon the web server answers, and how big it is.
func (h *house) starts(ctx context.Context, r *report) error {
	var alive, home []float64
	for range starts {
		begun := time.Now()
		p, addr, err := h.web(ctx)
		if err != nil {
			return err
		}
		alive = append(alive, time.Since(begun).Seconds()*1000)
		err = p.answers(ctx, addr, get("/en/", ""))
		home = append(home, time.Since(begun).Seconds()*1000)
		p.stop()
		if err != nil {
			return err
		}
	}
	r.add("from start to the first 200", "ms", 300, true, alive...)
	r.add("from start to the home page", "ms", 0, true, home...)
	info, err := os.Stat(h.binary)
	if err != nil {
		return err
	}
	r.add("binary", "MiB", 0, true, float64(info.Size())/(1<<20))
	return nil
}
