package status

import (
	"fmt"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/phrase"
)

// A PublicIncident is the customer-visible part of an incident: impact, time and regions.
type PublicIncident struct {
	ID      string    `json:"id"`
	Journey string    `json:"journey"`
	State   State     `json:"state"`
	What    string    `json:"what"` // in a customer's words
	Began   time.Time `json:"began"`
	Ended   time.Time `json:"ended,omitzero"` // absent: it lasts
	Regions []string  `json:"regions"`        // that saw it
	Outages int       `json:"outages"`        // number of outages; at least 1
	DownS   int64     `json:"lasted_s"`       // total duration so far, seconds

	Ending incident.Ending `json:"ending,omitempty"` // absent: it lasts

	windows []window
}

// impacts holds the impact on customers by kind, during and after an incident. Kinds that are missing have none: a probe that
// cannot run shows as time without measurements.
var impacts = map[incident.Kind]struct {
	state    State
	is, were string
}{
	incident.Down:      {Down, "Customers cannot %s", "Customers could not %s"},
	incident.Flapping:  {Down, "Again and again customers cannot %s", "Again and again customers could not %s"},
	incident.Degraded:  {Degraded, "It is slow to %s", "It was slow to %s"},
	incident.Counts:    {Degraded, "Not everything arrives when customers %s", "Not everything arrived when customers %s"},
	incident.Heartbeat: {Degraded, "Late or incomplete: %s", "Was late or incomplete: %s"},
}

// Impact returns the impact of an incident in customers' words, such as "Customers cannot print a card"; false: there is
// none.
func Impact(kind incident.Kind, journey, title string, over bool) (words string, felt bool) {
	f, felt := impacts[kind]
	if !felt {
		return "", false
	}
	if title = phrase.Title(title); title == "" {
		title = "do " + journey
	}
	if words = f.is; over {
		words = f.were
	}
	if !phrase.IsTask(title) { // such as "Checkout"
		if words = "This does not work: %s"; over {
			words = "This did not work: %s"
		}
		if kind == incident.Degraded {
			words = strings.NewReplacer("does not work", "is slow", "did not work", "was slow").Replace(words)
		}
	}
	return fmt.Sprintf(words, title), true
}

// incidentOf returns the customer-visible part of an incident; false: there is none.
func incidentOf(i incident.Incident, now time.Time) (PublicIncident, bool) {
	felt, public := impacts[i.Kind]
	if !public {
		return PublicIncident{}, false
	}
	out := PublicIncident{ID: i.ID, Journey: i.Journey, State: felt.state, Began: i.Since.UTC(), Regions: i.Regions, windows: windows(i, now)}
	if i.State == incident.Resolved {
		out.Ended, out.Ending = i.ResolvedAt.UTC(), i.EndedBy()
	}
	if out.Regions == nil {
		out.Regions = []string{}
	}
	out.What, _ = Impact(i.Kind, i.Journey, i.Title, i.State == incident.Resolved)
	out.Outages = len(out.windows)
	out.DownS = int64(union(append([]window{}, out.windows...)).Seconds())
	return out, true
}

// windows returns the times of impact: each outage of a flapping incident, without the good times between.
func windows(i incident.Incident, now time.Time) []window {
	end := now
	if i.State == incident.Resolved {
		end = i.ResolvedAt
	}
	var all []window
	for _, s := range i.Outages {
		until := s.Until
		if until.IsZero() {
			until = end
		}
		all = append(all, window{s.Since, until})
	}
	if len(all) == 0 {
		all = []window{{i.Since, end}}
	}
	return all
}
