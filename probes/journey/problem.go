package journey

import (
	"context"
	"path"
	"strings"
)

// A Problem is something that broke along the way: a request or a script, of the site or of a third party. It need not
// have hindered the customer.
type Problem struct {
	Step       string `json:"step"`
	Kind       string `json:"kind"` // one of the kinds below
	URL        string `json:"url"`
	What       string `json:"what"` // in words: "GET /static/cards.js answered 404"
	FirstParty bool   `json:"first_party"`
}

// The kinds of problems.
const (
	ProblemHTTP      = "http"          // answered 400 or above
	ProblemNetwork   = "network"       // no answer: refused, reset, no such host, a bad certificate
	ProblemBlocked   = "blocked"       // the browser would not: content security policy, CORS
	ProblemAborted   = "aborted"       // broken off by the page, though the customer stayed on it
	ProblemMixed     = "mixed-content" // http inside of an https page
	ProblemException = "exception"     // a script's, that nobody caught
)

// MaxProblems is how many a run keeps.
const MaxProblems = 100

// A Policy says what follows from problems. The zero value records them, and that is all.
type Policy struct {
	FirstParty Outcome // what a step with a problem of the site itself becomes: Slow or Failed; "": nothing
	ThirdParty Outcome // the same, for problems of others
	// Allow lists what never counts: addresses or their paths, with * as in path.Match; "/static/*" is a folder's files.
	Allow []string
}

// outcome is what the problem makes of its step, "" for nothing.
func (p Policy) outcome(x Problem) Outcome {
	for _, pattern := range p.Allow {
		if matches(pattern, x.URL) {
			return ""
		}
	}
	if x.FirstParty {
		return p.FirstParty
	}
	return p.ThirdParty
}

// matches reports whether pattern names the address, with or without its query, or its path.
func matches(pattern, address string) bool {
	bare, _, _ := strings.Cut(address, "?")
	local := bare
	if _, rest, ok := strings.Cut(bare, "://"); ok {
		_, local, _ = strings.Cut(rest, "/")
		local = "/" + local
	}
	for _, s := range []string{address, bare, local} {
		if ok, err := path.Match(pattern, s); ok && err == nil {
			return true
		}
	}
	return false
}

// Notes are what an instrument has noticed in a step, besides what the step asked.
type Notes struct {
	Problems  []Problem // of this step
	Vitals    []Vitals  // of the whole run so far
	Waterfall Waterfall
	Why       string // where most of the step's time went, in words; "" when nothing stands out
}

// A Witness is an Instrument that notices things. The runner calls End when a step is over, outside of its time.
type Witness interface {
	End(ctx context.Context, res StepResult) Notes
}

// observe takes note of the step that is over, and returns its problems.
func (e *execution) observe(res *StepResult) []Problem {
	w, ok := e.journey.Uses.(Witness)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), noticeLimit)
	defer cancel()
	n := w.End(ctx, *res)
	res.Waterfall = n.Waterfall
	if res.Outcome == Slow {
		res.Why = e.mask.Text(n.Why)
	}
	if n.Vitals != nil {
		e.run.Vitals = n.Vitals
	}
	for i := range e.run.Vitals {
		e.run.Vitals[i].URL = e.mask.Text(e.run.Vitals[i].URL)
	}
	for i, p := range n.Problems {
		p.URL, p.What = e.mask.Text(p.URL), e.mask.Text(p.What)
		n.Problems[i] = p
		if len(e.run.Problems) < MaxProblems {
			e.run.Problems = append(e.run.Problems, p)
		}
	}
	return n.Problems
}

// punish makes of a good step what the journey's policy wants for its problems.
func (e *execution) punish(res *StepResult, problems []Problem) {
	for _, p := range problems {
		o := e.journey.Problems.outcome(p)
		switch {
		case o == Failed && res.Outcome.Good():
			res.Outcome, res.Error = Failed, p.What
		case o == Slow && res.Outcome == Passed:
			res.Outcome, res.Error = Slow, p.What
		}
	}
}
