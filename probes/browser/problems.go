package browser

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/security"

	"valkyrie/probes/journey"
)

// problems are those that no step was told of yet. They are kept by a recorder, under its lock.
type problems struct {
	site       string
	firstParty func(address string) bool
	told       int // over the run
	fresh      []journey.Problem
}

// begin tells the recorder which step the next requests belong to.
func (r *recorder) begin(step string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.step = step
}

// judge notes what is wrong with the exchange. The caller holds r.mu.
func (r *recorder) judge(x *exchange) {
	name := x.name(r.problems.site)
	switch {
	case x.blocked == string(network.BlockedReasonMixedContent):
		r.problem(x, journey.ProblemMixed, name+" was blocked: it is http inside of an https page")
	case x.blocked != "":
		r.problem(x, journey.ProblemBlocked, fmt.Sprintf("%s was blocked: %s", name, x.blocked))
	case x.status >= 400:
		r.problem(x, journey.ProblemHTTP, fmt.Sprintf("%s answered %d", name, x.status))
	case x.canceled || x.failure == "net::ERR_ABORTED":
		if !r.leaving(x) {
			r.problem(x, journey.ProblemAborted, name+" was broken off")
		}
	case x.failure != "":
		r.problem(x, journey.ProblemNetwork, fmt.Sprintf("%s failed: %s", name, x.failure))
	case x.request.MixedContentType == security.MixedContentTypeOptionallyBlockable:
		r.problem(x, journey.ProblemMixed, name+" is http inside of an https page")
	}
}

// leaving reports whether the exchange was broken off because the tab went elsewhere, because it became a download, or
// because the page was content with its status and never read the rest.
func (r *recorder) leaving(x *exchange) bool {
	return x.response != nil || x.kind == network.ResourceTypeDocument || x.page < r.latestPage(x.tab)
}

func (r *recorder) problem(x *exchange, kind, what string) {
	r.note(journey.Problem{Step: r.step, Kind: kind, URL: x.request.URL, What: what})
}

// exception notes a script's failure.
func (r *recorder) exception(address, text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	line, _, _ := strings.Cut(text, "\n")
	r.note(journey.Problem{Step: r.step, Kind: journey.ProblemException, URL: address, What: "script error " + strings.TrimPrefix(line, "Uncaught ")})
}

// note keeps a problem, each once, but for the icon that browsers ask for unasked.
func (r *recorder) note(p journey.Problem) {
	if strings.HasSuffix(p.URL, "/favicon.ico") || r.problems.told >= journey.MaxProblems {
		return
	}
	p.FirstParty = r.problems.firstParty(p.URL)
	for _, other := range r.problems.fresh {
		if other == p {
			return
		}
	}
	r.problems.told++
	r.problems.fresh = append(r.problems.fresh, p)
}

// news are the problems since it was last asked.
func (r *recorder) news() []journey.Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	fresh := r.problems.fresh
	r.problems.fresh = nil
	return fresh
}
