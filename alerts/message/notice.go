package message

import (
	"fmt"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// MaintenanceEnded announces that a maintenance is over, and what is still wrong.
func MaintenanceEnded(w incident.ActiveMaintenance, who oncall.Person, bad []incident.Incident, now time.Time) string {
	const longest = 150 // characters of the journeys' names; more would leave room for nothing else
	head := "VALKYRIE: the maintenance is over."
	if of := phrase.List(w.Journeys); of != "" && len(of) <= longest {
		head = fmt.Sprintf("VALKYRIE: the maintenance of %s is over.", of)
	}
	return noticeText(head, "Still: ", who, bad, now)
}

// MuteEnded announces that a mute is over, and what is wrong now.
func MuteEnded(m incident.Mute, who oncall.Person, bad []incident.Incident, now time.Time) string {
	head := fmt.Sprintf("VALKYRIE: %s is no longer muted.", m.Subject())
	if len(bad) == 0 {
		return FitSMS(head+" Nothing is wrong with it.", "")
	}
	return noticeText(head, "", who, bad, now)
}

// noticeText says after head what is wrong, a sentence about each, or, where there is no room for that, their names.
func noticeText(head, before string, who oncall.Person, bad []incident.Incident, now time.Time) string {
	if text, ok := spelledOut(head, before, bad, voice{zone: who.Zone.Location(), now: now}, handles(bad)); ok {
		return FitSMS(text, handles(bad))
	}
	return named([]string{fmt.Sprintf("%s %d things are wrong:", head, len(bad))}, bad, handles)
}

// ends are what is said when an incident of a kind is over, of what customers do, and before that.
var ends = map[incident.Kind][2]string{
	incident.Down:         {"It works again: %s.", "It was down"},
	incident.Flapping:     {"It fails no more: %s.", "It came and went"},
	incident.Silent:       {"Runs come again, so somebody is watching: %s.", "None came"},
	incident.Degraded:     {"It is fast again: %s.", "It was slow"},
	incident.LatencyTrend: {"It does not get slower any more: %s.", "It did"},
	incident.Counts:       {"The numbers fit again: %s.", "They did not"},
	incident.Heartbeat:    {"The batch is done: %s.", "It was in trouble"},
	incident.ProbeFault:   {"Valkyrie can tell again: %s.", "It could not"},
}

// AllClear is the notice that the first of what it is about is over.
func (t Content) AllClear() string {
	i, v := t.About[0], t.voice(false)
	said := ends[i.Kind]
	over := fmt.Sprintf(said[0], i.DisplayTitle())
	if i.ResolvedBy != "" {
		over = fmt.Sprintf("%s says that it is over: %s.", i.ResolvedBy, i.DisplayTitle())
	}
	over = "VALKYRIE: all clear. " + over
	if len(i.Outages) > 1 {
		over += " " + sentence(incident.SummarizeOutages(i.Outages, v.clock))
	} else {
		over += fmt.Sprintf(" %s from %s to %s (%s).", said[1], v.clock(i.Since), v.clock(i.ResolvedAt), phrase.Duration(i.ResolvedAt.Sub(i.Since)))
	}
	if i.AckedBy != "" {
		over += fmt.Sprintf(" %s had acknowledged.", i.AckedBy)
	}
	return FitSMS(over, handles(t.About))
}
