package outages

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/twilio/standin"
)

// A Result is the outcome of a scenario.
type Result struct {
	Scenario
	Runs     int
	Felt     time.Time // first time customers felt it
	Over     time.Time // last time
	Notified time.Time // when the first call or text of the expected kind was accepted
	How      string    // "call" or "text"; empty: no notification
	Said     string    // the sentence that states the fault
	Calls    int
	Texts    int
	Wrong    []string // calls, and for a decoy texts, that were unnecessary
	Missed   []string // notifications or words that were expected and missing

	switches  map[int]bool // by fault of the plan: whether it is on
	mailed    map[int]bool // by batch
	incidents []incident.Record
	calls     []standin.CallRecord
	texts     []standin.TextRecord
}

func (r *Result) on(i int) bool { return r.switches[i] }

func (r *Result) begun(i int) bool { _, ok := r.switches[i]; return ok }

// switched records that a fault was switched on or off; customers feel most faults from then on.
func (r *Result) switched(i int, on bool, at time.Time) {
	r.switches[i] = on
	if on && r.Felt.IsZero() {
		r.Felt = at
	}
	if !on {
		r.Over = at
	}
}

// feels records the time during which customers felt it.
func (r *Result) feels(from, to time.Time) {
	if r.Felt.IsZero() {
		r.Felt = from
	}
	r.Over = to
}

// judge records the unnecessary and the missing notifications.
func (r *Result) judge() {
	r.Calls, r.Texts = len(r.calls), len(r.texts)
	if r.Decoy {
		for _, c := range r.calls {
			r.Wrong = append(r.Wrong, "a call: "+strings.Join(c.Words, " "))
		}
		for _, t := range r.texts {
			r.Wrong = append(r.Wrong, "a text: "+t.Body)
		}
		return
	}
	r.find()
	r.fails()
	r.listWrongCalls()
	switch {
	case r.How == "":
		r.Missed = append(r.Missed, "no notification was sent")
		return
	case r.Want.Within > 0 && r.Notified.Sub(r.Felt) > r.Want.Within:
		r.Missed = append(r.Missed, fmt.Sprintf("notified after %s, want at most %s", r.Notified.Sub(r.Felt).Round(time.Second), r.Want.Within))
	case r.Want.Ahead > 0 && !r.Felt.IsZero() && r.Felt.Sub(r.Notified) < r.Want.Ahead:
		r.Missed = append(r.Missed, fmt.Sprintf("notified %s ahead, want at least %s", days(r.Felt.Sub(r.Notified)), days(r.Want.Ahead)))
	case r.Want.Ahead > 0 && r.Felt.IsZero():
		r.Missed = append(r.Missed, "the outage itself did not occur: the scenario is too short")
	}
	for _, word := range r.Want.Words {
		if !strings.Contains(r.everything(), word) {
			r.Missed = append(r.Missed, fmt.Sprintf("%q was not said", word))
		}
	}
}

// find finds the first page of the scenario's incident, by the expected channel.
func (r *Result) find() {
	for _, rec := range r.incidents {
		if !slices.Contains(r.Want.Kinds, rec.Kind) || !slices.Contains(r.Want.Journeys, rec.Journey) {
			continue
		}
		for _, p := range rec.Pages {
			call := r.Want.Call && rec.Kind != incident.LatencyTrend
			if p.Purpose != incident.Alarm || !p.Sent() || call != (p.Channel == incident.Call) {
				continue
			}
			if r.How == "" || p.AcceptedAt.Before(r.Notified) {
				r.How, r.Notified, r.Said = string(p.Channel), p.AcceptedAt, rec.Reason+": "+rec.Error
			}
		}
	}
}

// fails records the impact of an incident without a switched fault: from its start as an incident that calls.
func (r *Result) fails() {
	for _, rec := range r.incidents {
		if len(r.Faults) == 0 && r.Lost == nil && (rec.Rings() || rec.Calmed) && slices.Contains(r.Want.Journeys, rec.Journey) {
			r.feels(rec.Since, rec.Last)
		}
	}
}

// listWrongCalls records the calls about other incidents, and the superfluous ones.
func (r *Result) listWrongCalls() {
	calls := 0
	for _, rec := range r.incidents {
		for _, p := range rec.Pages {
			if p.Channel != incident.Call || !p.Sent() {
				continue
			}
			calls++
			if !r.Want.Call || !slices.Contains(r.Want.Journeys, rec.Journey) {
				r.Wrong = append(r.Wrong, fmt.Sprintf("a call about %s, %s: %s", rec.Journey, rec.Kind, rec.Reason))
			}
		}
	}
	if most := max(1, r.Want.Calls); r.Want.Call && r.Calls > most {
		r.Wrong = append(r.Wrong, fmt.Sprintf("%d calls, want at most %d", r.Calls, most))
	}
}

// everything returns all texts spoken and written.
func (r *Result) everything() string {
	var all []string
	for _, c := range r.calls {
		all = append(all, c.Words...)
	}
	for _, t := range r.texts {
		all = append(all, t.Body)
	}
	for _, i := range r.incidents {
		all = append(all, i.Reason, i.Error)
	}
	return strings.Join(all, "\n")
}

func days(d time.Duration) string { return fmt.Sprintf("%.1f days", d.Hours()/24) }
