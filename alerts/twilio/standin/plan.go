package standin

import "slices"

// A kind is what is placed: a call or a text.
type kind string

const (
	aCall kind = "call"
	aText kind = "text"
)

// plans says how the next calls and texts go.
type plans struct {
	next []plan    // in the order they were asked for
	call Behaviour // for a call that no plan fits
	text Behaviour // for a text that no plan fits
}

type plan struct {
	to string // empty: any number
	Behaviour
}

// Behave queues behaviours for the next calls and texts to a number, or to any number when to is empty. A behaviour that
// only makes sense for a call waits for a call, and so with texts; one of the API's takes whichever comes first.
// Behaviours that come from outside go through ParseBehaviour.
func (ex *Exchange) Behave(to string, bs ...Behaviour) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	for _, b := range bs {
		ex.plans.next = append(ex.plans.next, plan{to, b})
	}
}

// Default says how calls (or texts, if it is a behaviour of texts) go for which nothing is queued. At first a call is
// answered and 4 is pressed, and a text is delivered. One of the API's applies to both, until Default is called again.
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
func (p *plans) take(k kind, to string) Behaviour {
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

// afterwards is how something goes that was placed although the API misbehaved.
func (p *plans) afterwards(k kind, b Behaviour) Behaviour {
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
