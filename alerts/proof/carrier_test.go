package proof

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A carrier is the model of Twilio: what it answers, and whom it rings.
type carrier struct {
	mu       sync.Mutex      // a program may have several requests under way
	requests []*request      // in the order in which they were claimed
	mood     string          // what it answers for a while
	second   string          // likewise, of the second carrier
	deaf     bool            // its list cannot be had
	missed   map[string]bool // pages that were looked for while it was deaf, as the second carrier always is
	wrong    []string        // what must not have happened
}

// A request is a page that was claimed, once, with what the carrier will make of it.
type request struct {
	page   incident.Page
	answer answer
	fate   fate
	manner manner
	lag    time.Duration // until it is listed
	stays  bool          // hanging it up fails, the first time

	claimed time.Time
	asked   bool      // the carrier was asked
	placed  time.Time // zero: it placed nothing
	sid     string
	reports []due     // still to come
	hung    time.Time // when we hung it up
}

// An answer is what the carrier says when it is asked to place something, and whether it does.
type answer string

const (
	taken         answer = "201"
	noSID         answer = "201 without a sid"
	refused       answer = "4xx"
	shut          answer = "the account is closed"
	tooMany       answer = "429"
	unreachable   answer = "no connection"
	serverError   answer = "5xx"
	errorAfter    answer = "5xx, yet it was placed"
	timeoutBefore answer = "time-out, not placed"
	timeoutAfter  answer = "time-out, placed"
	killedBefore  answer = "the program ends before it has asked"
	killedAsking  answer = "the program ends when it has asked, and something was placed"
)

// moods are the answers that a carrier gives for a while.
var moods = map[string][]answer{
	"fine": {taken},
	"mixed": {
		taken, taken, taken, taken, taken, noSID, refused, tooMany, unreachable, serverError, errorAfter,
		timeoutBefore, timeoutAfter, killedBefore, killedAsking,
	},
	"doubtful": {noSID, serverError, errorAfter, timeoutBefore, timeoutAfter, killedAsking, killedAsking},
	"closed":   {refused, refused, shut, tooMany, unreachable, serverError},
	"gone":     {shut, tooMany, unreachable, unreachable, serverError, timeoutBefore}, // it takes nothing at all
}

func (a answer) places() bool {
	return a == taken || a == noSID || a == errorAfter || a == timeoutAfter || a == killedAsking
}

// doubtful reports whether the program cannot know what became of it.
func (a answer) doubtful() bool {
	return a != taken && a != refused && a != shut && a != tooMany && a != unreachable
}

// talks is how long a call may take, from its placing to its end. It is less than the pager waits for a call of which it
// hears nothing.
const talks = 100 * time.Second

// A line is an alerts.Phone of a program: to Twilio, or to the second carrier. Several requests may be under way at once, so
// what comes of each is drawn when it is claimed.
type line struct {
	*program
	via incident.Provider
}

// Send asks the carrier to place something.
func (l line) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p := l.program
	c := &p.w.carrier
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.claimed(d.PageID)
	if r == nil {
		c.complain("page %s was sent without a claim", d.PageID)
		return "", paging.ErrRefused
	}
	r.asked = true
	if r.page.Via != l.via {
		c.complain("page %s goes by carrier %q, and was decided for %q", d.PageID, l.via, r.page.Via)
	}
	if said := d.TextBody + strings.Join(d.Speech, "\n"); said != r.page.Words || d.To != r.page.To {
		c.complain("page %s says %q to %s, and not what was decided: %q to %s", d.PageID, said, d.To, r.page.Words, r.page.To)
	}
	if r.answer.places() {
		p.w.place(r)
	}
	if *stories {
		p.w.Logf("%v machine %d sends %s: %s, %s, %s", p.w.now.Format("15:04:05"), p.machine, d.PageID, r.answer, r.fate, r.manner)
	}
	switch r.answer {
	case taken:
		return r.sid, nil
	case refused:
		return "", paging.ErrRefused
	case shut:
		return "", paging.ErrProviderRejects
	case tooMany, unreachable:
		return "", paging.ErrNotSent
	case killedBefore, killedAsking:
		p.dead.Store(true)
	}
	return "", errors.New(string(r.answer))
}

// claimed is the latest request of a page that was not made yet: a program that claimed it earlier may have ended, or sleep.
func (c *carrier) claimed(id string) *request {
	for _, r := range slices.Backward(c.requests) {
		if r.page.ID == id && !r.asked {
			return r
		}
	}
	return nil
}

// place rings somebody, or brings them a text.
func (w *world) place(r *request) {
	c := &w.carrier
	before := 0
	for _, o := range c.requests {
		switch {
		case o.placed.IsZero():
		case o.page.ID == r.page.ID:
			before++
		case o.page.Channel == incident.Call && r.page.Channel == incident.Call && o.page.To == r.page.To && w.now.Before(o.placed.Add(talks)) && w.steady && !c.missed[o.page.ID] && !w.switched[o.page.ID] && w.ends(o).After(w.now):
			c.complain("%s is called by page %s during the call of page %s", r.page.Person, r.page.ID, o.page.ID)
		}
	}
	r.placed, r.sid = w.now, fmt.Sprintf("%s-%d", r.page.ID, before+1)
	if r.page.Via == incident.Primary { // nothing is heard of the second
		r.reports = w.reports(r)
	}
}

// Find looks at the list, as the real phone does: newest first, from a little before since, and of texts at what they say. The
// second carrier has none.
func (l line) Find(_ context.Context, d paging.Dispatch, since time.Time) (sid string, found bool, err error) {
	const slack = 2 * time.Second
	p := l.program
	c := &p.w.carrier
	c.mu.Lock()
	defer c.mu.Unlock()
	if l.via == incident.Failover {
		c.missed[d.PageID] = true
		return "", false, errors.New("it cannot be asked")
	}
	if c.deaf {
		c.missed[d.PageID] = true
		return "", false, errors.New("the list cannot be had")
	}
	for _, r := range slices.Backward(c.requests) {
		switch {
		case r.placed.IsZero(), r.page.Via != l.via, r.page.Channel != d.Channel, r.page.To != d.To:
		case d.Channel == incident.Text && r.page.Words != d.TextBody:
		case r.placed.Before(since.Add(-slack)), p.w.now.Before(r.placed.Add(r.lag)):
		default:
			return r.sid, true, nil
		}
	}
	return "", false, nil
}

// complain keeps what went wrong where the history cannot be ended. The caller holds mu.
func (c *carrier) complain(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// placings checks how often each page was placed: once, and once more only if its outcome could not be learned; which it always
// can while the list can be had and the clocks are right. A page that the first carrier may have placed goes to the second all
// the same when that is not known soon, and comes back to the first if the second does not take it.
func (w *world) placings() {
	placed, doubts, back := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range w.carrier.requests {
		id := r.page.ID
		if r.page.Via == incident.Failover {
			back[id]++
		}
		if !r.placed.IsZero() {
			placed[id]++
		}
		if w.doubted[id] {
			doubts[id] = 1
		}
		most := 1 + doubts[id] + back[id]
		if !w.switched[id] && back[id] == 0 && w.steady && !w.carrier.missed[id] {
			most = 1
		}
		if placed[id] > most {
			w.Fatalf("page %s, a %s, was placed %d times; %d is right", id, r.page.Channel, placed[id], most)
		}
	}
}
