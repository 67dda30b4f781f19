package har

import (
	"fmt"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/security"

	"valkyrie/probes/browser/neterror"
	"valkyrie/probes/journey"
)

// problems collects the problems until a step takes them. The Recorder's lock guards it.
type problems struct {
	site  string
	count int // in the whole run
	fresh []journey.Problem
}

// classify adds the exchange's problem, if it has one. The caller holds r.mu.
func (r *Recorder) classify(x *exchange) {
	name := x.name(r.problems.site)
	switch {
	case x.blocked == string(network.BlockedReasonMixedContent):
		r.addProblem(x, journey.ProblemMixed, name+" was blocked: it is http inside of an https page")
	case x.blocked != "":
		r.addProblem(x, journey.ProblemBlocked, fmt.Sprintf("%s was blocked: %s", name, x.blocked))
	case x.status >= 400:
		r.addProblem(x, journey.ProblemHTTP, fmt.Sprintf("%s answered %d", name, x.status))
	case x.canceled || x.failure == "net::ERR_ABORTED":
		if !r.expected(x) {
			r.addProblem(x, journey.ProblemAborted, name+" was broken off")
		}
	case x.failure != "":
		r.addProblem(x, journey.ProblemNetwork, fmt.Sprintf("%s failed: %s", name, neterror.Describe(x.failure)))
	case x.request.MixedContentType == security.MixedContentTypeOptionallyBlockable:
		r.addProblem(x, journey.ProblemMixed, name+" is http inside of an https page")
	}
}

// reclassify replaces the problem of a failed exchange whose raw status arrived after its failure.
func (r *Recorder) reclassify(x *exchange) {
	if i := slices.Index(r.problems.fresh, x.problem); i >= 0 {
		r.problems.fresh = slices.Delete(r.problems.fresh, i, i+1)
		r.problems.count--
		r.classify(x)
	}
}

// expected reports whether the exchange was aborted because the tab navigated away, because it became a download, or
// because the page needed only its status and never read the rest.
func (r *Recorder) expected(x *exchange) bool {
	return x.response != nil || x.kind == network.ResourceTypeDocument || x.page < r.latestPage(x.tab)
}

func (r *Recorder) addProblem(x *exchange, kind, what string) {
	x.problem = r.keepProblem(journey.Problem{Step: r.step, Kind: kind, URL: x.request.URL, What: what})
}

// AddException adds a script's uncaught exception.
func (r *Recorder) AddException(address, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, _, _ := strings.Cut(text, "\n")
	r.keepProblem(journey.Problem{Step: r.step, Kind: journey.ProblemException, URL: address, What: "script error " + strings.TrimPrefix(line, "Uncaught ")})
}

// keepProblem adds a problem unless it is known or concerns the icon, which browsers request unasked. It returns the problem
// as kept.
func (r *Recorder) keepProblem(p journey.Problem) journey.Problem {
	if strings.HasSuffix(p.URL, "/favicon.ico") || r.problems.count >= journey.MaxProblems {
		return p
	}
	p.FirstParty = FirstParty(r.problems.site, p.URL)
	if !slices.Contains(r.problems.fresh, p) {
		r.problems.count++
		r.problems.fresh = append(r.problems.fresh, p)
	}
	return p
}

// NewProblems returns the problems since its last call.
func (r *Recorder) NewProblems() []journey.Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := r.problems.fresh
	r.problems.fresh = nil
	return fresh
}
