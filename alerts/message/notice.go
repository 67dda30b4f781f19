package message

import (
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// MaintenanceEnded returns the notice that a maintenance window is over, with the incidents that remain.
func MaintenanceEnded(w incident.ActiveMaintenance, who oncall.Person, bad []incident.Incident, now time.Time) string {
	const longest = 150 // characters of the journeys' names; longer ones would leave no room
	head := "VALKYRIE: the maintenance is over."
	if of := phrase.List(w.Journeys); of != "" && len(of) <= longest {
		head = fmt.Sprintf("VALKYRIE: the maintenance of %s is over.", of)
	}
	return noticeText(head, "Still: ", who, bad, now)
}

// MuteEnded returns the notice that a mute is over, with the present incidents.
func MuteEnded(m incident.Mute, who oncall.Person, bad []incident.Incident, now time.Time) string {
	head := fmt.Sprintf("VALKYRIE: %s is no longer muted.", m.Subject())
	if len(bad) == 0 {
		return FitSMS(head+" Nothing is wrong with it.", "")
	}
	return noticeText(head, "", who, bad, now)
}

// noticeText appends a sentence about each incident to head, or, if that does not fit, their names.
func noticeText(head, before string, who oncall.Person, bad []incident.Incident, now time.Time) string {
	if text, ok := withSentences(head, before, bad, voice{zone: who.Zone.Location(), now: now}, handles(bad)); ok {
		return FitSMS(text, handles(bad))
	}
	return withNames([]string{fmt.Sprintf("%s %s:", head, things(len(bad)))}, bad, handles)
}

// ends holds, by kind, the sentence of an all-clear and the words for the time before it, if that is of interest.
var ends = map[incident.Kind][2]string{
	incident.Down:         {"It works again: %s.", "It was down"},
	incident.Flapping:     {"It fails no more: %s.", "It came and went"},
	incident.Silent:       {"Runs come again: %s.", "None came"},
	incident.Degraded:     {"It is fast again: %s.", "It was slow"},
	incident.LatencyTrend: {"It does not get slower any more: %s.", "It did so"},
	incident.Counts:       {"The numbers fit again: %s.", "They did not fit"},
	incident.Heartbeat:    {"The batch is done: %s.", "It was in trouble"},
	incident.Slower:       {"It no longer takes several times as long: %s.", "It did so"},
	incident.Certificate:  {"The certificate or domain is renewed: %s.", ""},
	incident.Cleanup:      {"Test data is removed again: %s.", "It was left behind"},
	incident.ProbeFault:   {"Valkyrie can check it again: %s.", "It could not"},
}

// over returns the first sentences of the notice that an incident is resolved, by its ending. Only an incident whose cause is
// gone everywhere is all clear.
func (v voice) over(i incident.Incident) string {
	title := taskOf(i)
	switch i.EndedBy() {
	case incident.GivenUp:
		return fmt.Sprintf("VALKYRIE: closed, with its state unknown: %s. %s", title, sentence(i.Closing))
	case incident.Unwatched:
		return fmt.Sprintf("VALKYRIE: closed, as it is no longer watched: %s. %s", title, sentence(i.Closing))
	case incident.ByHand:
		return fmt.Sprintf("VALKYRIE: all clear. %s says that it is over: %s.", i.ResolvedBy, title)
	}
	if len(i.StillFails) > 0 {
		return fmt.Sprintf("VALKYRIE: it works again, but still fails from %s: %s.", v.fewRegions(i.StillFails), title)
	}
	return "VALKYRIE: all clear. " + fmt.Sprintf(ends[i.Kind][0], title)
}

// AllClear returns the notice that the first incident of About is resolved.
func (t Content) AllClear() string {
	i, v := t.About[0], t.voice(false)
	said := ends[i.Kind]
	over := v.over(i)
	switch {
	case said[1] == "": // its time was that of the notice
	case len(i.Outages) > 1:
		over += " " + sentence(incident.SummarizeOutages(i.Outages, v.clock))
	default:
		span := i.Span(t.Now)
		lasted, counted := i.Lasted(t.Now), ""
		if failed := time.Duration(i.FailedMS) * time.Millisecond; i.Kind == incident.Flapping && failed > lasted {
			lasted = min(failed, span.Until.Sub(span.From)) // it also failed before and after its outage, and from several regions at once
		}
		if lasted < span.Until.Sub(span.From) {
			counted = " in all"
		}
		if i.Kind == incident.ProbeFault && i.Often {
			said[1] = "It could not now and then,"
		}
		over += fmt.Sprintf(" %s from %s to %s (%s%s).", said[1], v.clock(i.Since), v.clock(span.Until), phrase.Duration(lasted), counted)
	}
	if i.AckedBy != "" {
		over += fmt.Sprintf(" %s had acknowledged.", i.AckedBy)
	}
	return fitSMS(over, handles(t.About), taskOf(i))
}
