package journey

import (
	"fmt"
	"slices"
	"time"
)

// An Outcome is the verdict on a step or on a whole run.
type Outcome string

// The outcomes, from good to bad.
const (
	Passed Outcome = "passed"
	Slow   Outcome = "slow"    // correct, but over its Slow budget
	Failed Outcome = "failed"  // the site's fault: an expectation was not met within its limit
	Broken Outcome = "broken"  // the probe's fault: Chrome did not start, a secret is missing
	NotRun Outcome = "not-run" // steps only: an earlier step had ended the run
)

// Good reports whether the customer succeeded, even if slowly.
func (o Outcome) Good() bool { return o == Passed || o == Slow }

// A Run is one execution of a journey, for one slot, from one region.
//
// Its JSON form is a contract with scripts that read `valkyrie run --format json`: every key below is always present.
type Run struct {
	ID         string       `json:"id"` // UUIDv7, so ids sort by time
	Journey    string       `json:"journey"`
	Region     string       `json:"region"`
	Slot       time.Time    `json:"slot"`     // when the run was due; (journey, region, slot) identifies it
	EveryMS    int64        `json:"every_ms"` // interval of its slots, milliseconds; 0: no next run is expected
	Started    time.Time    `json:"started"`  // when it really began
	Outcome    Outcome      `json:"outcome"`
	DurationMS int64        `json:"duration_ms"` // sum of the steps' customer waits, milliseconds
	Steps      []StepResult `json:"steps"`       // cleanup steps come last and carry "cleanup": true
	Counts     []Count      `json:"counts"`      // recorded by T.Count
	Error      string       `json:"error"`       // empty when the run is good
	Evidence   []Evidence   `json:"evidence"`
	// CleanupError is the first cleanup step that failed, with its error; it does not change the outcome. Absent
	// when all worked.
	CleanupError string     `json:"cleanup_error,omitempty"`
	Site         string     `json:"site"`
	Tries        int        `json:"tries"`       // number of tries; over 1 and good: it passed on a retry
	FirstError   string     `json:"first_error"` // error of the first of several tries
	FirstStep    StepResult `json:"-"`           // its failed step; empty if it broke before its first one. Not stored
	// How late the probe's timers fired, at most and at the 95th percentile, milliseconds: how starved of CPU it was.
	// A run that was starved measures itself as much as the site.
	StarvedMS    int64     `json:"starved_ms"`
	StarvedP95MS int64     `json:"starved_p95_ms"`
	Chrome       string    `json:"chrome"`   // product and version, such as "HeadlessChrome/153.0.7890.0"; empty when none ran
	Problems     []Problem `json:"problems"` // in order, at most MaxProblems
	Vitals       []Vitals  `json:"vitals"`   // of each document, in order
	// Certificates are those of the hosts that the run reached by TLS, the first to expire first, at most 20. Absent
	// when there were none.
	Certificates []Certificate `json:"certificates,omitempty"`
}

// A StepResult is the result of one step.
type StepResult struct {
	Name       string    `json:"name"`
	Outcome    Outcome   `json:"outcome"`
	Started    time.Time `json:"started"`     // zero for a step that was not run
	DurationMS int64     `json:"duration_ms"` // the customer's wait, milliseconds
	SlowMS     int64     `json:"slow_ms"`     // budget: over it the step is slow; 0: none
	LimitMS    int64     `json:"limit_ms"`    // deadline: over it the step has failed
	Error      string    `json:"error"`
	Cleanup    bool      `json:"cleanup,omitempty"` // a cleanup step never changes the run's outcome
	Waterfall  Waterfall `json:"waterfall"`         // where its time went
	Why        string    `json:"why"`               // of a slow step, in a few words: "mostly waiting for the first byte of GET /catalogue"
}

// Evidence is one file that a failed run has left.
type Evidence struct {
	Kind    string `json:"kind"`              // such as "screenshot", "html", "console"
	Path    string `json:"path,omitempty"`    // where it was saved
	Missing string `json:"missing,omitempty"` // why it was not captured
	Try     int    `json:"try,omitempty"`     // the try, from 1; absent when there was only one
}

// unfinished is the kind of the evidence that stands for all of it while a run has its verdict and goes on.
const unfinished = "pending"

// Unfinished reports whether the run goes on: its evidence and its cleanup follow, with the same id. One that is stored so
// for good is of a probe that ended too early.
func (r Run) Unfinished() bool {
	return slices.ContainsFunc(r.Evidence, func(e Evidence) bool { return e.Kind == unfinished })
}

// Culprit returns the step that decided the run's outcome: the failed one, otherwise the slow one furthest over its budget.
// It returns false for a run that passed, and for one that broke before its first step.
func (r Run) Culprit() (StepResult, bool) {
	var worst StepResult
	found := false
	for _, s := range r.Steps {
		switch {
		case s.Cleanup:
		case s.Outcome == Failed || s.Outcome == Broken:
			return s, true
		case s.Outcome == Slow && (!found || s.DurationMS-s.SlowMS > worst.DurationMS-worst.SlowMS):
			worst, found = s, true
		}
	}
	return worst, found
}

// FailedCleanup returns the first cleanup step that did not pass; false: there is none.
func (r Run) FailedCleanup() (StepResult, bool) {
	for _, s := range r.Steps {
		if s.Cleanup && (s.Outcome == Failed || s.Outcome == Broken) {
			return s, true
		}
	}
	return StepResult{}, false
}

// String formats the run as one line for a log or a terminal.
func (r Run) String() string {
	s := fmt.Sprintf("%s %s in %d ms", r.Journey, r.Outcome, r.DurationMS) + r.TriesNote()
	if r.Error != "" {
		s += ": " + r.Error
	}
	return s
}

// Flaky reports whether the run is good only after a retry.
func (r Run) Flaky() bool { return r.Tries > 1 && r.Outcome.Good() }

// TriesNote formats the number of tries if there was more than one: " on second try".
func (r Run) TriesNote() string {
	switch {
	case r.Tries <= 1:
		return ""
	case r.Tries == 2:
		return " on second try"
	}
	return fmt.Sprintf(" on try %d", r.Tries)
}

// Vitals are one document's web vitals (https://web.dev/articles/vitals), as of when the tab left it or the run ended. 0:
// not observed.
type Vitals struct {
	Step   string  `json:"step"` // in which the document was opened
	URL    string  `json:"url"`
	TTFBMS int64   `json:"ttfb_ms"` // time to first byte
	FCPMS  int64   `json:"fcp_ms"`  // first contentful paint
	LCPMS  int64   `json:"lcp_ms"`  // largest contentful paint
	CLS    float64 `json:"cls"`     // cumulative layout shift: the worst burst
	INPMS  int64   `json:"inp_ms"`  // interaction to next paint, rounded to 8 ms; under 16 ms does not count
}

// A Waterfall is where a step's time went, in milliseconds. Requests overlap, so each instant counts once: for the
// document's request if it is in flight, else for the page's own requests, else for another site's; and when none is, for
// the page's scripts or for nothing.
type Waterfall struct {
	QueueMS     int64 `json:"queue_ms"` // waiting for a free connection or another request
	DNSMS       int64 `json:"dns_ms"`
	ConnectMS   int64 `json:"connect_ms"`
	TLSMS       int64 `json:"tls_ms"`
	FirstByteMS int64 `json:"first_byte_ms"` // sending the request and waiting for the response
	DownloadMS  int64 `json:"download_ms"`
	ScriptMS    int64 `json:"script_ms"` // no request in flight, and the renderer was busy: scripts, layout, painting
	IdleMS      int64 `json:"idle_ms"`   // no request in flight, and the renderer was idle: timers, and the probe's own actions
}
