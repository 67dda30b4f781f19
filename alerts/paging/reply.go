package paging

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A Reply is a text from a person to our number: ack, ack 3f, resolve 3f, mute 1h, mute 3f 1h, status. It is an Event.
type Reply struct {
	From string // phone number, E.164
	Body string
	SID  string // the provider's id
}

const replyHelp = "Reply ack, ack 3f, resolve 3f, mute 1h, mute 3f 1h or status; 3f is the beginning of a handle such as #3f2a."

// Reply applies a text and returns the answer. A text from an unknown number changes nothing and gets no answer.
func (p *Pager) Reply(ctx context.Context, rep Reply) (string, error) {
	before, _, err := p.fold(ctx, rep)
	if err != nil {
		return "", err
	}
	return before.clone().reply(rep, evalContext{p.OnCall.With(before.Overrides), p.now()}), nil
}

// runTextCommand runs a person's command and returns the answer.
func (r *NotificationState) runTextCommand(body string, who oncall.Person, at evalContext) (string, effect) {
	cmd, ok := parseTextCommand(body)
	if isStopWord(body) {
		return stopAnswer, unclear
	}
	if !ok || !slices.Contains(textVerbs, cmd.verb) {
		return replyHelp, unclear
	}
	if cmd.verb == "status" {
		return r.describeStatus(who, at), asked
	}
	if cmd.question && !slices.ContainsFunc(r.unresolved(""), cmd.isTitled) {
		return "A question changes nothing. " + replyHelp, unclear
	}
	if cmd.short != nil && slices.ContainsFunc(r.unresolved(""), func(i incident.Incident) bool { return strings.HasPrefix(i.Short(), cmd.short.about[0]) }) {
		cmd = *cmd.short
	}
	about, problem := r.findIncidents(cmd)
	switch {
	case problem != "":
		return message.FitSMS(problem, ""), unmatched
	case cmd.verb == "ack":
		return r.ackByText(about, who, at)
	case cmd.verb == "resolve":
		return r.resolveByHand(about, who, at)
	}
	return r.muteByText(about, cmd.duration, who, at)
}

func (r *NotificationState) ackByText(about []incident.Incident, who oncall.Person, at evalContext) (string, effect) {
	about = slices.DeleteFunc(about, func(i incident.Incident) bool { return !i.AcknowledgeableBy(who.Name) })
	if len(about) == 0 {
		return "There is nothing to acknowledge.", asked
	}
	r.acknowledge(incidentIDs(about), who.Name, at.now)
	return message.FitSMS(fmt.Sprintf("Thank you, %s. Yours: %s.", who.Name, summarize(about)), ""), changed
}

// muteByText mutes the journeys of incidents, except those that another person has muted for longer.
func (r *NotificationState) muteByText(about []incident.Incident, duration time.Duration, who oncall.Person, at evalContext) (string, effect) {
	if len(about) == 0 {
		return "Nothing is wrong, so nothing was muted.", asked
	}
	var muted []incident.Incident
	var kept []incident.Mute
	for _, i := range about {
		longer, added := r.addMute(incident.Mute{Journey: i.Journey, Until: at.now.Add(duration), By: who.Name}, at.now)
		if added {
			muted = append(muted, i)
		} else if !slices.ContainsFunc(kept, longer.Equal) {
			kept = append(kept, longer)
		}
	}
	var said []string
	if len(muted) > 0 {
		said = append(said, fmt.Sprintf("Muted until %s: %s. If it is still bad then, you are told again.", message.LocalTime(who, at.now.Add(duration), at.now), summarize(muted)))
	}
	for _, m := range kept {
		said = append(said, fmt.Sprintf("%s is muted until %s already%s; that stays.", m.Subject(), message.LocalTime(who, m.Until, at.now), mutedBy(m)))
	}
	if len(muted) == 0 {
		return message.FitSMS(strings.Join(said, " "), ""), asked
	}
	return message.FitSMS(strings.Join(said, " "), ""), changed
}

// describeStatus lists the unresolved incidents with their state, and the mutes.
func (r *NotificationState) describeStatus(who oncall.Person, at evalContext) string {
	var said []string
	for _, i := range r.unresolved("") {
		s := fmt.Sprintf("%s %s since %s, %s", i.Journey, i.Kind, message.LocalTime(who, i.Since, at.now), i.State)
		switch {
		case i.AckExpired():
			s += fmt.Sprintf(", acknowledged by %s until it expired", i.AckedBy)
		case i.AckedBy != "":
			s += " by " + i.AckedBy
		}
		said = append(said, s+" #"+i.Short()+".")
	}
	if len(said) == 0 {
		said = append(said, "All is well.")
	}
	for _, m := range r.Mutes {
		if at.now.Before(m.Until) {
			said = append(said, fmt.Sprintf("%s is muted until %s.", m.Subject(), message.LocalTime(who, m.Until, at.now)))
		}
	}
	for _, p := range r.Pauses {
		if at.now.Before(p.Until) {
			said = append(said, fmt.Sprintf("%s is paused until %s.", p.Region, message.LocalTime(who, p.Until, at.now)))
		}
	}
	return message.FitSMS(strings.Join(said, " "), "")
}

func incidentIDs(incidents []incident.Incident) []string {
	var all []string
	for _, i := range incidents {
		all = append(all, i.ID)
	}
	return all
}

// summarize lists incidents: "print-card down #3f2a, create-order degraded #91c0".
func summarize(incidents []incident.Incident) string {
	var all []string
	for _, i := range incidents {
		all = append(all, fmt.Sprintf("%s %s #%s", i.Journey, i.Kind, i.Short()))
	}
	return strings.Join(all, ", ")
}

// RunCommand runs a person's command, in the words of a Reply, on the store and returns the answer. A pager carries out
// the consequences, such as hanging up calls to others. A command that names no open incident is an error.
func RunCommand(ctx context.Context, store incident.Store, o oncall.OnCall, name, body string, now time.Time) (answer string, err error) {
	who, ok := o.FindPerson(name)
	if !ok {
		return "", errNoPerson(name)
	}
	var before, after NotificationState
	var did effect
	err = incident.UpdateItem(ctx, store, incident.NotificationKey, func(r *NotificationState) bool {
		before, after = *r, *r.clone()
		answer, did = after.runTextCommand(body, who, evalContext{o.With(r.Overrides), now})
		*r = after
		return did == changed
	})
	if err == nil && (did == unmatched || did == unclear) {
		err = errors.New(answer)
	}
	if err != nil {
		return "", err
	}
	return answer, recordHistory(ctx, store, before, after)
}

// reopenWindow is the time for which a manually resolved incident is kept, so that a new failure reopens it.
const reopenWindow = 24 * time.Hour

// resolveByHand resolves incidents on a person's word and notifies the people who were paged. If the incident is not
// over, the next bad run reopens it.
func (r *NotificationState) resolveByHand(about []incident.Incident, who oncall.Person, at evalContext) (string, effect) {
	about = slices.DeleteFunc(about, func(i incident.Incident) bool { return i.State == incident.Resolved })
	if len(about) == 0 {
		return "There is nothing to resolve.", asked
	}
	for _, i := range about {
		inc := r.incident(i.ID)
		inc.State, inc.Ending, inc.ResolvedAt, inc.ResolvedBy, inc.Returns = incident.Resolved, incident.ByHand, at.now, who.Name, at.now.Add(reopenWindow)
		inc.Closing = who.Name + " said that it is over"
		inc.Rev++
	}
	again := "If it fails again, it is told again."
	if until := r.mutedUntil(about, at.now); !until.IsZero() {
		again = fmt.Sprintf("If it fails again, it is told again, but not before %s: it is muted.", message.LocalTime(who, until, at.now))
	}
	return message.FitSMS(fmt.Sprintf("Thank you, %s. Over: %s. %s", who.Name, summarize(about), again), ""), changed
}
