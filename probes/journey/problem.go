package journey

import (
	"context"
	"path"
	"strings"
)

// A Problem is a failed request or script, of the site or of a third party. It need not have affected the customer.
type Problem struct {
	Step       string `json:"step"`
	Kind       string `json:"kind"` // one of the kinds below
	URL        string `json:"url"`
	What       string `json:"what"` // such as "GET /static/cards.js answered 404"
	FirstParty bool   `json:"first_party"`
}

// The kinds of problems.
const (
	ProblemHTTP      = "http"          // answered 400 or above
	ProblemNetwork   = "network"       // no response: refused, reset, unknown host, invalid certificate
	ProblemBlocked   = "blocked"       // by the browser: content security policy, CORS
	ProblemAborted   = "aborted"       // by the page, while the customer stayed on it
	ProblemMixed     = "mixed-content" // http in an https page
	ProblemException = "exception"     // a script's uncaught exception
)

// MaxProblems is the most problems that a run records.
const MaxProblems = 100

// A Policy is the effect of problems on the step. The zero value only records them.
type Policy struct {
	FirstParty Outcome // outcome of a step with a problem of the site itself: Slow or Failed; "": unchanged
	ThirdParty Outcome // the same, for problems of others
	// Allow lists addresses or paths that never count, with * as in path.Match; "/static/*" is a folder's files.
	Allow []string
}

// outcome is the problem's effect on its step; "": none.
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

// matches reports whether pattern matches the address, with or without its query, or its path.
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

// Notes are an Observer's observations in a step.
type Notes struct {
	Problems []Problem // of this step
	Vitals   []Vitals  // of the whole run so far
	// Certificates are those of the hosts reached by TLS, in the step or so far.
	Certificates []Certificate
	Waterfall    Waterfall
	Why          string // where most of the step's time went; "" when nothing stands out
}

// An Observer is an Instrument with observations of its own. The runner calls End after each step, outside its time.
type Observer interface {
	End(ctx context.Context, res StepResult) Notes
}

// observe records the finished step's observations and returns its problems.
func (e *execution) observe(res *StepResult) []Problem {
	w, ok := e.journey.Uses.(Observer)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), observeLimit)
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
	for i := range n.Certificates {
		n.Certificates[i].Host = e.mask.Text(n.Certificates[i].Host)
	}
	e.run.AddCertificates(n.Certificates)
	for i, p := range n.Problems {
		p.URL, p.What = e.mask.Text(p.URL), e.mask.Text(p.What)
		n.Problems[i] = p
		if len(e.run.Problems) < MaxProblems {
			e.run.Problems = append(e.run.Problems, p)
		}
	}
	return n.Problems
}

// applyPolicy changes a good step's outcome by the journey's policy.
func (e *execution) applyPolicy(res *StepResult, problems []Problem) {
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
