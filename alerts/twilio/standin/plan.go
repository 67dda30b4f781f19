package standin

import "slices"

// A medium is a call or a text.
type medium string

const (
	aCall medium = "call"
	aText medium = "text"
)

// plans holds the behaviours of future calls and texts.
type plans struct {
	next []plan    // in order
	call Behaviour // for a call that no plan fits
	text Behaviour // for a text that no plan fits
}

type plan struct {
	to string // empty: any number
	Behaviour
}

// Behave queues behaviours for the next calls and texts to a number, or to any number when to is empty. A behaviour of
// calls waits for a call, one of texts for a text; a fault of the API applies to whichever comes first. Parse
// behaviours from outside with ParseBehaviour.
func (ex *Exchange) Behave(to string, bs ...Behaviour) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	for _, b := range bs {
		ex.plans.next = append(ex.plans.next, plan{to, b})
	}
}

// Default sets the behaviour of calls (or texts, if it is a behaviour of texts) without a queued one. Initially a call
// is answered and 4 is pressed, and a text is delivered. A fault of the API applies to both, until Default is called
// again.
func (ex *Exchange) Default(b Behaviour) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	if !b.isText() {
		ex.plans.call = b
	}
	if !b.isCall() {
		ex.plans.text = b
	}
}

// take removes and returns the first plan that fits, else the default.
func (p *plans) take(k medium, to string) Behaviour {
	i := slices.IndexFunc(p.next, func(n plan) bool {
		return (n.to == "" || n.to == to) && (n.isAPI() || n.isCall() == (k == aCall))
	})
	if i >= 0 {
		b := p.next[i].Behaviour
		p.next = slices.Delete(p.next, i, i+1)
		return b
	}
	if k == aCall {
		return p.call
	}
	return p.text
}

// afterwards returns the behaviour of a call or text that was placed despite a fault.
func (p *plans) afterwards(k medium, b Behaviour) Behaviour {
	switch {
	case !b.isAPI():
		return b
	case k == aText && p.text.isText():
		return p.text
	case k == aText:
		return Deliver
	case p.call.isCall():
		return p.call
	}
	return Press("4")
}
