package proof

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A fate is the course of a call, or a text, that was placed.
type fate string

const (
	acks      fate = "presses 4"
	mutes     fate = "presses 6"
	passes    fate = "presses 9"
	listens   fate = "presses nothing"
	machine   fate = "voicemail"
	busy      fate = "busy"
	noAnswer  fate = "no answer"
	fails404  fate = "fails"
	delivered fate = "is delivered"
	vanishes  fate = "is not delivered"
	blocked   fate = "is not delivered, and never will be"
)

var (
	callFates = []fate{acks, acks, mutes, passes, listens, machine, busy, noAnswer, noAnswer, fails404}
	textFates = []fate{delivered, delivered, delivered, delivered, vanishes, blocked}
)

// A manner is how callbacks arrive.
type manner string

const (
	inOrder  manner = "in order"
	newest   manner = "the newest first"
	doubled  manner = "each twice"
	never    manner = "never"
	onlyLast manner = "only the last"
)

var manners = []manner{inOrder, inOrder, newest, newest, doubled, never, onlyLast}

// A due is a callback in the future. It may be late, and is never early.
type due struct {
	at     time.Time
	report paging.Report
	tried  bool
}

// ends returns the end of the call for the person.
func (w *simulation) ends(r *request) time.Time {
	if !r.hung.IsZero() {
		return r.hung
	}
	switch r.fate {
	case busy, fails404:
		return r.placed.Add(5 * time.Second)
	case acks, mutes, passes:
		return r.placed.Add(40 * time.Second)
	}
	return r.placed.Add(talks)
}

// reports returns the callbacks of a placed request, in order of arrival.
func (w *simulation) reports(r *request) []due {
	about := func(result, key string) paging.Report {
		return paging.Report{PageID: r.page.ID, SID: r.sid, Result: result, Key: key}
	}
	var all []due
	add := func(at time.Time, rep paging.Report) { all = append(all, due{at: at, report: rep}) }
	switch r.fate {
	case acks, mutes, passes:
		add(r.placed.Add(10*time.Second), about("", ""))
		add(r.placed.Add(30*time.Second), about("", strings.TrimPrefix(string(r.fate), "presses ")))
		add(w.ends(r), about(incident.Human, ""))
	case listens:
		add(r.placed.Add(10*time.Second), about("", ""))
		add(w.ends(r), about(incident.Human, ""))
	case machine:
		add(r.placed.Add(20*time.Second), about("", ""))
		add(w.ends(r), about(incident.Machine, ""))
	case busy:
		add(w.ends(r), about(incident.Busy, ""))
	case noAnswer:
		add(w.ends(r), about(incident.NoAnswer, ""))
	case fails404:
		add(w.ends(r), about(incident.FailedCall, ""))
	case delivered:
		add(r.placed.Add(time.Second), about("", ""))
		add(r.placed.Add(2*time.Second), about(incident.Delivered, ""))
	case vanishes:
		add(r.placed.Add(2*time.Second), about(incident.Undelivered, ""))
	case blocked:
		never := about(incident.Undelivered, "")
		never.Final = true
		add(r.placed.Add(2*time.Second), never)
	}
	switch r.manner {
	case newest:
		slices.Reverse(all)
	case doubled:
		for i := len(all) - 1; i >= 0; i-- {
			all = slices.Insert(all, i, all[i])
		}
	case never:
		all = nil
	case onlyLast:
		all = all[len(all)-1:]
	}
	return all
}

// callback delivers one of the next callbacks, and waits until it is due. A failed one is delivered once more, as
// Twilio does.
func (w *simulation) callback() {
	var open []*request
	for _, r := range w.provider.requests {
		if len(r.reports) > 0 {
			open = append(open, r)
		}
	}
	if len(open) == 0 {
		return
	}
	r := open[rapid.IntRange(0, len(open)-1).Draw(w.T, "whose callback")]
	d := r.reports[0]
	r.reports = r.reports[1:]
	if w.now.Before(d.at) {
		w.now = d.at
	}
	w.counts.callbacks++
	if !w.report(d.report) && !d.tried {
		d.tried = true
		r.reports = slices.Insert(r.reports, 0, d)
	}
}

// report lets a pager apply a report, and checks that the person hears the truth.
func (w *simulation) report(rep paging.Report) bool {
	return w.run(w.anyone(), func(p *program) error {
		p.acks = rep.Key == paging.AckKey
		before, again := w.counts.events, w.pressed(rep)
		answer, err := p.pager().Report(ctx, rep)
		if err == nil && rep.Key != "" {
			w.applied = append(w.applied, applied{report: rep})
		}
		alone := before == w.counts.events
		if said := strings.Join(answer.Say, " "); err == nil && alone && !again && strings.Contains(said, "It is yours.") {
			w.isTheirs(rep.PageID, said)
		}
		return err
	})
}

// pressed reports whether the key of a report was applied before: a repeated report has no listener.
func (w *simulation) pressed(rep paging.Report) bool {
	return rep.Key != "" && slices.ContainsFunc(w.route.Pages, func(p incident.Page) bool { return p.ID == rep.PageID && p.Key == rep.Key })
}

// isTheirs checks that every unresolved incident of a page is acknowledged by the person who heard it.
func (w *simulation) isTheirs(id, said string) {
	for _, p := range w.route.Pages {
		if p.ID != id {
			continue
		}
		for _, i := range w.route.Incidents {
			mine := i.State == incident.Acknowledged && i.AckedBy == p.Person
			if slices.Contains(p.Incidents, i.ID) && i.State != incident.Resolved && !mine {
				w.Fatalf("%s hears %q, but %s is %s by %q", p.Person, said, i.ID, i.State, i.AckedBy)
			}
		}
	}
}

// reply sends a text to our number, and checks that the answer is true.
func (w *simulation) reply(from, words string) {
	w.run(w.anyone(), func(p *program) error {
		p.acks = strings.HasPrefix(words, "ack")
		before := w.counts.events
		rep := paging.Reply{From: from, Body: words, SID: fmt.Sprintf("SM%d", w.counts.programs)}
		answer, err := p.pager().Reply(ctx, rep)
		if err == nil {
			w.applied = append(w.applied, applied{reply: rep})
			w.chatters(from, words, answer)
		}
		if err != nil || before != w.counts.events { // or others have acted meanwhile
			return err
		}
		for _, i := range w.route.Incidents {
			if strings.HasPrefix(answer, "Thank you") && strings.Contains(answer, "#"+i.Short()) && i.Unacknowledged() {
				w.Fatalf("%q was answered %q, but %s is %s", words, answer, i.ID, i.State)
			}
		}
		return nil
	})
}
