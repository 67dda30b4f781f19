package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/phrase"
	"valkyrie/functions/valkyrie/cli"
)

// WriteIncident writes an incident as text: its reason, every page, the acknowledgement, the end and the evidence. marks are
// the releases of the site, one of which it may have begun after.
func WriteIncident(w io.Writer, r incident.Record, marks []incident.Release) {
	const day, clock = "2006-01-02 15:04:05", "15:04:05"
	fmt.Fprintf(w, "%s  #%s  %s is %s: %s\n", r.Opened.Format(day), r.Short(), r.Journey, r.Kind, r.State)
	fmt.Fprintf(w, "  %s%s\n", r.Reason, cli.Prefixed("; it ", message.Began(r.Incident, marks)))
	if r.Error != "" {
		fmt.Fprintf(w, "  %s%s\n", cli.Prefixed("step \"", cli.Prefixed(r.Step, "\": ")), r.Error)
	}
	for _, page := range r.Pages {
		fmt.Fprintf(w, "  %s  %s %s to %s: %s%s%s%s%s\n", page.PlannedAt.Format(clock), page.Purpose, page.Channel, page.Person, page.State, cli.Prefixed(", ", page.Result), cli.Prefixed(", pressed ", page.Key), pageTimes(page), failure(page))
	}
	if !r.AckedAt.IsZero() {
		fmt.Fprintf(w, "  %s  acknowledged by %s\n", r.AckedAt.Format(clock), r.AckedBy)
	}
	if r.State == incident.Resolved {
		ending := string(r.EndedBy())
		if r.Kind == incident.Drilled {
			ending = ""
		}
		fmt.Fprintf(w, "  %s  %s\n", r.ResolvedAt.Format(clock), strings.TrimPrefix(ending+cli.Prefixed(": ", r.Closing), ": "))
	}
	for _, e := range r.Evidence {
		fmt.Fprintf(w, "  %-10s  %s%s\n", e.Kind, e.Path, cli.Prefixed("missing: ", e.Missing))
	}
}

// failure returns why a page did not arrive, or was sent late: the provider's reason.
func failure(p incident.Page) string {
	if p.Result == incident.Human || p.Result == incident.Delivered {
		return ""
	}
	return cli.Prefixed("; ", phrase.Shorten(p.Why))
}

// pageTimes returns how long a page took: from the slot of the deciding run until it rang or was sent, and from then to the
// key. It also names the failover channel, when that delivered the page.
func pageTimes(p incident.Page) string {
	times := ""
	if p.Times > 1 {
		return fmt.Sprintf("; %d like it until %s", p.Times, p.EndedAt.Format("2 Jan 15:04:05"))
	}
	if ring, ok := p.TimeToAccept(); ok && p.Purpose != incident.AllClear {
		times = fmt.Sprintf("; %s after the slot", ring.Round(time.Second))
	}
	if key, ok := p.TimeToKey(); ok {
		times += fmt.Sprintf(", key %s later", key.Round(time.Second))
	}
	if p.Via == incident.Failover {
		times += "; by the second channel"
	}
	return times
}
