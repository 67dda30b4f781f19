package paging

import (
	"encoding/json"
	"fmt"
	"slices"

	"valkyrie/alerts/incident"
)

// The bounds of the state. A store takes 400 KB at most (DynamoDB), and an item that it does not take would stop all paging.
const (
	maxStateBytes = 300 << 10 // of JSON
	maxIncidents  = 150       // unresolved; further ones wait in the outboxes of their journeys
	maxLiveTexts  = 60        // all-clears, and texts about incidents that do not call, at once; further ones follow these
	maxWords      = 5000      // of a page, in bytes of JSON; a provider takes 4000 characters of a call
	maxLetter     = 12_000    // of an e-mail
	maxReasonText = 500       // of the provider
)

// takesIncident reports whether there is room for another incident.
func (r *NotificationState) takesIncident() bool { return r.takesIncidents(1) }

// takesIncidents reports whether there is room for so many others.
func (r *NotificationState) takesIncidents(more int) bool {
	n := 0
	for _, i := range r.Incidents {
		if i.State != incident.Resolved {
			n++
		}
	}
	return n+more <= maxIncidents
}

// liveTexts counts the texts of a purpose that are planned or in progress.
func (r *NotificationState) liveTexts(why incident.Purpose) int {
	n := 0
	for _, p := range r.Pages {
		if p.Purpose == why && p.Channel == incident.Text && p.Live() {
			n++
		}
	}
	return n
}

// fit bounds the size of the state by leaving out what matters least, one degree after another, until it is small enough:
// texts of ended pages, evidence, outages in the middle, long errors, and then the ended pages of a person as one.
func (r *NotificationState) fit() {
	degrees := []func(){
		func() { r.clearWords(keepWords); r.reduceIncidents(0) },
		func() { r.clearWords(1); r.reduceIncidents(1) },
		func() { r.clearWords(0); r.reduceIncidents(2) },
		r.mergeEndedPages,
		r.dropEndedPages,
	}
	for _, reduce := range degrees {
		if r.estimate() <= maxStateBytes/6 || r.size() <= maxStateBytes { // a character takes six bytes of JSON at most
			return
		}
		reduce()
	}
}

// estimate returns about the bytes of the state's texts and fields, at little cost.
func (r *NotificationState) estimate() int {
	const fields = 500
	n := 0
	for _, i := range r.Incidents {
		n += fields + len(i.Title) + len(i.Step) + len(i.Error) + len(i.Reason) + len(i.Closing) + 150*len(i.Evidence)
		for _, o := range i.Outages {
			n += fields/2 + len(o.Step) + len(o.Error)
		}
	}
	for _, p := range r.Pages {
		n += fields + len(p.Words) + len(p.Why)
		for _, id := range p.Incidents {
			n += len(id)
		}
	}
	return n
}

func (r *NotificationState) size() int {
	text, err := json.Marshal(r)
	if err != nil {
		return maxStateBytes + 1
	}
	return len(text)
}

// clearWords removes the texts of ended pages but for the first and last few.
func (r *NotificationState) clearWords(keep int) {
	var ended []int
	for i, p := range r.Pages {
		if !p.Live() && p.Purpose != incident.Notice {
			ended = append(ended, i)
		}
	}
	for n, i := range ended {
		if n >= keep && n < len(ended)-keep {
			r.Pages[i].Words = ""
		}
	}
}

func (r *NotificationState) reduceIncidents(degree int) {
	for i := range r.Incidents {
		r.Incidents[i] = r.Incidents[i].Reduced(degree)
	}
	for i := range r.Pages {
		r.Pages[i].Why = incident.Clip(r.Pages[i].Why, maxReasonText/(degree+1)/2)
	}
}

// mergeEndedPages makes one page of the ended pages to a person over a channel with the same result.
func (r *NotificationState) mergeEndedPages() {
	at := map[string]int{}
	var pages []incident.Page
	for _, p := range r.Pages {
		key := fmt.Sprint(p.Person, p.Channel, p.Purpose, p.State, p.Result, p.SID == "", p.Via)
		first, ok := at[key]
		switch {
		case p.Live() || p.Purpose == incident.Notice || !p.GivenUpAt.IsZero():
			pages = append(pages, p)
		case !ok:
			at[key] = len(pages)
			pages = append(pages, p)
		default:
			one := &pages[first]
			one.Times, one.EndedAt, one.PlannedAt = one.Count()+p.Count(), p.EndedAt, p.PlannedAt
			one.Incidents = slices.Clone(one.Incidents)
			for _, id := range p.Incidents {
				if !slices.Contains(one.Incidents, id) {
					one.Incidents = append(one.Incidents, id)
				}
			}
		}
	}
	r.Pages = pages
}

// dropEndedPages drops ended pages, oldest first.
func (r *NotificationState) dropEndedPages() {
	for r.size() > maxStateBytes {
		i := slices.IndexFunc(r.Pages, func(p incident.Page) bool { return !p.Live() })
		if i < 0 {
			return
		}
		r.Pages = slices.Delete(r.Pages, i, i+1)
	}
}
