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
	Ended   time.Time `json:"ended,omitzero"` // end of the last failure; absent: it lasts
	Changed time.Time `json:"changed"`        // when it began, came back, or was found to be over
	Regions []string  `json:"regions"`        // that saw it
	Outages int       `json:"outages"`        // number of outages; at least 1
	DownS   int64     `json:"lasted_s"`       // total duration so far, seconds

	Ending incident.Ending `json:"ending,omitempty"` // absent: it lasts

	StillFails []string `json:"still_fails,omitempty"` // regions that failed when it ended, while enough others worked

	windows []window
	lasts   bool // an outage lasts
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
	title = phrase.TitleOr(title, journey)
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
	out := PublicIncident{ID: i.ID, Journey: i.Journey, State: felt.state, Began: i.Since.UTC(), Regions: i.Regions, Changed: i.Since.UTC()}
	for _, w := range i.Periods(now) {
		out.windows = append(out.windows, window{w.From, w.Until})
	}
	last := out.windows[len(out.windows)-1]
	out.Changed = incident.Latest(out.Changed, last.from.UTC())
	out.lasts = i.State != incident.Resolved && (i.Kind == incident.Down || i.Kind == incident.Flapping && i.IsDownNow())
	if i.State == incident.Resolved {
		out.Ended, out.Ending, out.Changed = last.until.UTC(), i.EndedBy(), i.ResolvedAt.UTC()
		out.StillFails = i.StillFails
	}
	if out.Regions == nil {
		out.Regions = []string{}
	}
	out.What, _ = Impact(i.Kind, i.Journey, i.Title, i.State == incident.Resolved)
	out.Outages = len(out.windows)
	out.DownS = int64(i.Lasted(now).Seconds())
	return out, true
}
