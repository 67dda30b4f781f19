package alerts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Rehearsal is what is remembered of drills: the one that is under way, and which was planned last. A drill goes through
// the same pages as an alarm: each in the chain is called once, until somebody presses the key. It is kept among the
// incidents with a kind of its own, and is none of any journey.
type Rehearsal struct {
	ID   string    `json:"id,omitempty"` // of the one under way; empty: none
	To   string    `json:"to,omitempty"` // who is called first; empty: as the chain has it
	Slot time.Time `json:"slot,omitzero"`
}

// drillJourney stands where an incident has its journey.
const drillJourney = "on-call"

// drill begins the drill that is due, and takes the one under way on: to the next person, or to its end.
func (r *Route) drill(at hour) {
	r.scheduleDrill(at)
	for i := range r.Incidents { // one that came from another table
		if stray := &r.Incidents[i]; stray.Kind == Drilled && stray.State != Resolved && stray.ID != r.Rehearsal.ID {
			stray.State, stray.ResolvedAt, stray.Closing, stray.Rev = Resolved, at.now, "broken off", stray.Rev+1
		}
	}
	inc := r.incident(r.Rehearsal.ID)
	if inc == nil || inc.State == Resolved {
		r.Rehearsal.ID, r.Rehearsal.To = "", ""
		return
	}
	if r.wakes(at) {
		r.endDrill("broken off: something is really wrong", "", at.now)
		return
	}
	if slices.ContainsFunc(r.Pages, func(p Page) bool { return p.Purpose == Drill && p.Live() }) {
		return
	}
	who, ok := r.nextInDrill(at)
	if !ok {
		r.failDrill(at)
		return
	}
	r.add(Call, Drill, who, []string{inc.ID}, at.now)
}

// wakes reports whether there is a reason to call somebody.
func (r *Route) wakes(at hour) bool {
	return slices.ContainsFunc(r.Incidents, func(i Incident) bool { return r.tells(i, Wake, at) })
}

// nextInDrill is the first who was not called yet: the one it is for, and then the chain from there on, once round.
func (r *Route) nextInDrill(at hour) (Person, bool) {
	var order []Person
	chain := at.onCall.Chain(at.now)
	first := max(0, slices.IndexFunc(chain, func(t Turned) bool { return t.Person.Name == r.Rehearsal.To }))
	if to, ok := at.onCall.person(r.Rehearsal.To); ok {
		order = append(order, to)
	}
	for i := range chain {
		order = append(order, chain[(first+i)%len(chain)].Person)
	}
	for _, who := range order {
		called := slices.ContainsFunc(r.Pages, func(p Page) bool {
			return p.Person == who.Name && p.Purpose == Drill && slices.Contains(p.Incidents, r.Rehearsal.ID)
		})
		if !called {
			return who, true
		}
	}
	return Person{}, false
}

func (r *Route) startDrill(id, to string, slot time.Time) {
	r.Rehearsal.ID, r.Rehearsal.To = id, to
	r.Incidents = append(r.Incidents, Incident{
		ID: id, Journey: drillJourney, Kind: Drilled, State: Open, Since: slot, Opened: slot, Last: slot, Runs: 1, Reason: "a drill: does somebody pick up?",
	})
}

// endDrill ends the drill under way.
func (r *Route) endDrill(closing, by string, now time.Time) {
	if inc := r.incident(r.Rehearsal.ID); inc != nil {
		inc.State, inc.ResolvedAt, inc.Closing = Resolved, now, closing
		if by != "" {
			inc.AckedBy, inc.AckedAt = by, now
		}
		inc.Rev++
	}
	r.Rehearsal.ID, r.Rehearsal.To = "", ""
}

// failDrill ends a drill in which nobody pressed the key, which somebody should know before the night comes in which it
// matters.
func (r *Route) failDrill(at hour) {
	var tried []string
	for _, p := range r.Pages {
		if p.Purpose == Drill && slices.Contains(p.Incidents, r.Rehearsal.ID) {
			tried = append(tried, fmt.Sprintf("%s: %s", p.Person, p.Result))
		}
	}
	closing := "nobody has acknowledged. " + strings.Join(tried, ", ")
	r.endDrill(closing, "", at.now)
	if chain := at.onCall.Chain(at.now); len(chain) > 0 {
		who := chain[0].Person
		p := r.add(Text, Notice, who, nil, at.now)
		p.Waking, p.Words = true, fitText("VALKYRIE: the drill has failed: "+closing, "")
	}
}

// drilling reports whether a drill's call that is being ended may still be on the line.
func (r *Route) drilling(now time.Time) bool {
	const ends = 5 * time.Second
	return slices.ContainsFunc(r.Pages, func(p Page) bool {
		return p.Purpose == Drill && p.State == Accepted && now.Before(p.HangUpAt.Add(ends))
	})
}

// drillSpeech is what a drill's call says.
var drillSpeech = []string{"This is Valkyrie.", "This is a drill. Nothing is wrong.", "It finds out whether you can be woken."}

// pressInDrill does what a key says in a drill's call; 9 leaves it to the next person, as any other end does.
func (r *Route) pressInDrill(p *Page, key string, now time.Time) {
	if key == AckKey && slices.Contains(p.Incidents, r.Rehearsal.ID) {
		r.endDrill(fmt.Sprintf("%s has acknowledged", p.Person), p.Person, now)
	}
}

// ErrNoDrill is returned by PutDrill when there can be none now. It says why.
var ErrNoDrill = errors.New("no drill now")

// PutDrill begins a drill in the store, and returns the id of its incident; a pager makes the calls. to is who is called
// first; empty: whoever is on call.
func PutDrill(ctx context.Context, store Items, o OnCall, to string, now time.Time) (id string, err error) {
	if _, ok := o.person(to); to != "" && !ok {
		return "", fmt.Errorf("there is nobody called %q among the people on call", to)
	}
	var refused error
	err = change(ctx, store, routeKey, func(r *Route) bool {
		refused = nil
		switch {
		case r.Rehearsal.ID != "":
			refused = fmt.Errorf("%w: one is under way since %s", ErrNoDrill, strings.TrimPrefix(r.Rehearsal.ID, drillPrefix))
		case r.wakes(hour{o.With(r.Overrides), now}):
			refused = fmt.Errorf("%w: something is really wrong, see valkyrie incidents", ErrNoDrill)
		default:
			id = drillID(now)
			r.startDrill(id, to, now)
		}
		return refused == nil
	})
	return id, errors.Join(refused, err)
}

// EndDrill ends a drill in the store, if it is still under way.
func EndDrill(ctx context.Context, store Items, id, closing string, now time.Time) error {
	return change(ctx, store, routeKey, func(r *Route) bool {
		if r.Rehearsal.ID != id {
			return false
		}
		r.endDrill(closing, "", now)
		return true
	})
}

const drillPrefix = "drill/"

func drillID(at time.Time) string { return drillPrefix + at.UTC().Format(time.RFC3339) }
