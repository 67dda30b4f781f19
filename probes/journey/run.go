package journey

import (
	"fmt"
	"time"
)

// An Outcome is the verdict on a step or on a whole run.
type Outcome string

// The outcomes, from good to bad.
const (
	Passed Outcome = "passed"
	Slow   Outcome = "slow"    // right, but over its Slow budget
	Failed Outcome = "failed"  // the site's fault: an expectation was not met within its limit
	Broken Outcome = "broken"  // our fault: Chrome did not start, a secret is missing
	NotRun Outcome = "not-run" // steps only: an earlier step had ended the run
)

// Good reports whether a customer got what they came for, be it slowly.
func (o Outcome) Good() bool { return o == Passed || o == Slow }

// A Run is one execution of a journey, for one slot, from one region.
//
// Its JSON form is a contract with scripts that read `valkyrie run --format json`: every key below is always present.
type Run struct {
	ID         string       `json:"id"` // UUIDv7, so ids sort by time
	Journey    string       `json:"journey"`
	Region     string       `json:"region"`
	Slot       time.Time    `json:"slot"`     // the time this run was due; (journey, region, slot) names a run once
	EveryMS    int64        `json:"every_ms"` // from slot to slot, milliseconds: when the next run is due; 0: none is expected
	Started    time.Time    `json:"started"`  // when it really began
	Outcome    Outcome      `json:"outcome"`
	DurationMS int64        `json:"duration_ms"` // sum of the steps' customer waits, milliseconds
	Steps      []StepResult `json:"steps"`       // cleanup steps come last and carry "cleanup": true
	Counts     []Count      `json:"counts"`      // numbers that the steps have read; by T.Count
	Error      string       `json:"error"`       // empty when the run is good
	Evidence   []Evidence   `json:"evidence"`
	Site       string       `json:"site"`
	Tries      int          `json:"tries"`       // how many were made; over 1 and good: it passed on second try
	FirstError string       `json:"first_error"` // what went wrong in the first of several tries
	FirstStep  StepResult   `json:"-"`           // in which step of it; none if it broke before its first one. It is not stored
	// How late the probe's own clock woke it, at most and at the 95th percentile, milliseconds: how starved of CPU it was.
	// A run that was starved measures itself as much as the site.
	StarvedMS    int64     `json:"starved_ms"`
	StarvedP95MS int64     `json:"starved_p95_ms"`
	Chrome       string    `json:"chrome"`   // product and version, such as "HeadlessChrome/153.0.7890.0"; empty when none ran
	Problems     []Problem `json:"problems"` // what broke along the way, in its order, at most MaxProblems
	Vitals       []Vitals  `json:"vitals"`   // of each document that the tab showed, in their order
}

// A StepResult is what became of one step.
type StepResult struct {
	Name       string    `json:"name"`
	Outcome    Outcome   `json:"outcome"`
	Started    time.Time `json:"started"`     // zero for a step that was not run
	DurationMS int64     `json:"duration_ms"` // the customer's wait, milliseconds
	SlowMS     int64     `json:"slow_ms"`     // budget: over it the step is slow; 0 means no such budget
	LimitMS    int64     `json:"limit_ms"`    // deadline: over it the step has failed
	Error      string    `json:"error"`
	Cleanup    bool      `json:"cleanup,omitempty"` // a cleanup step never changes the run's outcome
	Waterfall  Waterfall `json:"waterfall"`         // where its time went
	Why        string    `json:"why"`               // of a slow step, in a few words: "mostly waiting for the first byte of GET /catalogue"
}

// Evidence names one thing kept of a run that failed.
type Evidence struct {
	Kind    string `json:"kind"`              // such as "screenshot", "html", "console"
	Path    string `json:"path,omitempty"`    // where it was saved
	Missing string `json:"missing,omitempty"` // why it could not be had, when it could not
	Try     int    `json:"try,omitempty"`     // of which try it is, from 1; absent when there was only one
}

// Culprit returns the step that decided the run's outcome: the failing one, else the slow one that was furthest over
// its budget. It reports false for a run that passed, and for one that broke before its first step.
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

// String is one line for a log or a terminal.
func (r Run) String() string {
	s := fmt.Sprintf("%s %s in %d ms", r.Journey, r.Outcome, r.DurationMS) + r.TriesNote()
	if r.Error != "" {
		s += ": " + r.Error
	}
	return s
}

// Flaky reports whether the run is good only because it was tried again.
func (r Run) Flaky() bool { return r.Tries > 1 && r.Outcome.Good() }

// TriesNote says so when the run took more than one try: " on second try".
func (r Run) TriesNote() string {
	switch {
	case r.Tries <= 1:
		return ""
	case r.Tries == 2:
		return " on second try"
	}
	return fmt.Sprintf(" on try %d", r.Tries)
}
