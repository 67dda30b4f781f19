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

// A providerModel models Twilio: its answers and its calls.
type providerModel struct {
	mu           sync.Mutex      // a program may have several requests in progress
	requests     []*request      // in the order of their claims
	mood         string          // its answers for a while
	failoverMood string          // likewise, of the failover channel
	deaf         bool            // its list is unavailable
	missed       map[string]bool // pages searched for while the list was unavailable, as the failover channel's always is
	wrong        []string        // violations
}

// A request is one claim of a page, with the provider's response.
type request struct {
	page   incident.Page
	answer answer
	fate   fate
	manner manner
	lag    time.Duration // until it is listed
	stays  bool          // the first hang-up fails

	claimed time.Time
	asked   bool      // the provider received it
	placed  time.Time // zero: nothing was placed
	sid     string
	reports []due     // still to come
	hung    time.Time // when we hung it up
}

// An answer is the provider's response to a create request, and whether it places the page.
type answer string

const (
	created       answer = "201"
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

// moods are the answers that a provider gives for a while.
var moods = map[string][]answer{
	"fine": {created},
	"mixed": {
		created, created, created, created, created, noSID, refused, tooMany, unreachable, serverError, errorAfter,
		timeoutBefore, timeoutAfter, killedBefore, killedAsking,
	},
	"doubtful": {noSID, serverError, errorAfter, timeoutBefore, timeoutAfter, killedAsking, killedAsking},
	"closed":   {refused, refused, shut, tooMany, unreachable, serverError},
	"gone":     {shut, tooMany, unreachable, unreachable, serverError, timeoutBefore}, // it accepts nothing at all
}

func (a answer) places() bool {
	return a == created || a == noSID || a == errorAfter || a == timeoutAfter || a == killedAsking
}

// doubtful reports whether the program cannot know the outcome.
func (a answer) doubtful() bool {
	return a != created && a != refused && a != shut && a != tooMany && a != unreachable
}

// talks is the longest call, from placing to end. It is less than the pager waits for a call without reports.
const talks = 100 * time.Second

// A line is a program's paging.Phone: to Twilio, or to the failover channel. Several requests may be in progress at
// once, so the response to each is drawn when it is claimed.
type line struct {
	*program
	via incident.Provider
}

// Send sends a create request.
func (l line) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p := l.program
	c := &p.w.provider
	c.mu.Lock()
	defer c.mu.Unlock()
	r := c.claimed(d.PageID)
	if r == nil {
		c.complain("page %s was sent without a claim", d.PageID)
		return "", paging.ErrRefused
	}
	r.asked = true
	if r.page.Via != l.via {
		c.complain("page %s goes by provider %q, and was decided for %q", d.PageID, l.via, r.page.Via)
	}
	said, decided := d.TextBody, r.page.Words
	if said == "" {
		said, decided = strings.Join(append(d.Speech, d.Details...), "\n"), strings.ReplaceAll(decided, "\n\n", "\n")
	}
	if said != decided || d.To != r.page.To {
		c.complain("page %s says %q to %s, and not what was decided: %q to %s", d.PageID, said, d.To, r.page.Words, r.page.To)
	}
	if r.answer.places() {
		p.w.place(r)
	}
	if *stories {
		p.w.Logf("%v machine %d sends %s: %s, %s, %s", p.w.now.Format("15:04:05"), p.machine, d.PageID, r.answer, r.fate, r.manner)
	}
	switch r.answer {
	case created:
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

// claimed returns the latest unsent request of a page: a program that claimed it earlier may have ended, or be
// suspended.
func (c *providerModel) claimed(id string) *request {
	for _, r := range slices.Backward(c.requests) {
		if r.page.ID == id && !r.asked {
			return r
		}
	}
	return nil
}

// place rings a person, or delivers a text.
func (w *simulation) place(r *request) {
	c := &w.provider
	before := 0
	for _, o := range c.requests {
		switch {
		case o.placed.IsZero():
		case o.page.ID == r.page.ID:
			before++
		case o.page.Purpose == incident.Drill && r.page.Purpose == incident.Alarm: // see drills
		case o.page.Channel == incident.Call && r.page.Channel == incident.Call && o.page.To == r.page.To && w.now.Before(o.placed.Add(talks)) && w.steady && !c.missed[o.page.ID] && !w.switched[o.page.ID] && w.ends(o).After(w.now):
			c.complain("%s is called by page %s during the call of page %s", r.page.Person, r.page.ID, o.page.ID)
		}
	}
	r.placed, r.sid = w.now, fmt.Sprintf("%s-%d", r.page.ID, before+1)
	if r.page.Via == incident.Primary { // the failover channel has no callbacks
		r.reports = w.reports(r)
	}
}

// Find searches the list like the real phone: newest first, from a little before since, and texts by their body. The
// failover channel has none.
func (l line) Find(_ context.Context, d paging.Dispatch, since time.Time) (sid string, found bool, err error) {
	const slack = 2 * time.Second
	p := l.program
	c := &p.w.provider
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

// complain records a violation where the history cannot be ended. The caller holds mu.
func (c *providerModel) complain(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// placings checks how often each page was placed: once, and once more only if its outcome could not be determined,
// which is always possible while the list is available and the clocks are right. A page that the first provider may
// have placed fails over nevertheless when its outcome stays unknown, and returns to the first if the failover channel
// does not accept it.
func (w *simulation) placings() {
	placed, doubts, back := map[string]int{}, map[string]int{}, map[string]int{}
	for _, r := range w.provider.requests {
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
		if !w.switched[id] && back[id] == 0 && w.steady && !w.provider.missed[id] {
			most = 1
		}
		if placed[id] > most {
			w.Fatalf("page %s, a %s, was placed %d times; %d is right", id, r.page.Channel, placed[id], most)
		}
	}
}
