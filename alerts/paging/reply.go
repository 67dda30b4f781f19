package paging

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A Reply is a text that somebody sent to our number: ack, ack 3f, resolve 3f, mute 1h, mute 3f 1h, status. It is an Event.
type Reply struct {
	From string // phone number, E.164
	Body string
	SID  string // the carrier's id
}

const replyHelp = "Reply ack, ack 3f, resolve 3f, mute 1h, mute 3f 1h or status; 3f is the beginning of a handle such as #3f2a."

// Reply takes in a text, and returns what to text back. A stranger's changes nothing, and gets no answer.
func (p *Pager) Reply(ctx context.Context, rep Reply) (string, error) {
	before, err := p.fold(ctx, rep)
	if err != nil {
		return "", err
	}
	return before.clone().reply(rep, evalContext{p.OnCall.With(before.Overrides), p.now()}), nil
}

// A command is what a text asks for.
type command struct {
	verb, about string
	lasts       time.Duration
}

// longestMute bounds a mute, so that none outlives the memory of it.
const longestMute = 7 * 24 * time.Hour

func readCommand(body string) (command, bool) {
	words := strings.Fields(strings.ToLower(body))
	if len(words) == 0 {
		return command{}, false
	}
	o := command{verb: words[0], lasts: muteFor}
	for _, w := range words[1:] {
		if d, ok := readLasting(w); ok {
			o.lasts = d
			continue
		}
		if o.about != "" {
			return command{}, false
		}
		o.about = strings.TrimPrefix(w, "#")
	}
	return o, true
}

// readLasting reads 90m or 2h. Days have no unit, as 3d may be the beginning of a handle; no handle has an h or an m.
func readLasting(s string) (time.Duration, bool) {
	d, err := time.ParseDuration(s)
	return min(longestMute, d), err == nil && d > 0
}

// reply does what a text asks for, and returns what to text back. Done twice it is done once.
func (r *NotificationState) reply(rep Reply, at evalContext) string {
	i := slices.IndexFunc(at.onCall.People, func(p oncall.Person) bool { return p.Phone == rep.From })
	if i < 0 {
		return ""
	}
	return r.obey(rep.Body, at.onCall.People[i], at)
}

// obey does what somebody asks for.
func (r *NotificationState) obey(body string, who oncall.Person, at evalContext) string {
	o, ok := readCommand(body)
	if !ok {
		return replyHelp
	}
	if o.verb == "status" {
		return r.status(who, at)
	}
	about, complaint := r.meant(o.about)
	switch {
	case !slices.Contains([]string{"ack", "mute", "resolve"}, o.verb):
		return replyHelp
	case complaint != "":
		return message.FitSMS(complaint, "")
	case o.verb == "ack":
		return r.ackByText(about, who, at)
	case o.verb == "resolve":
		return r.resolveByHand(about, who, at)
	}
	return r.muteByText(about, o.lasts, who, at)
}

func (r *NotificationState) ackByText(about []incident.Incident, who oncall.Person, at evalContext) string {
	about = slices.DeleteFunc(about, func(i incident.Incident) bool { return !i.AcknowledgeableBy(who.Name) })
	if len(about) == 0 {
		return "There is nothing to acknowledge."
	}
	r.acknowledge(ids(about), who.Name, at.now)
	return message.FitSMS(fmt.Sprintf("Thank you, %s. Yours: %s.", who.Name, inShort(about)), "")
}

func (r *NotificationState) muteByText(about []incident.Incident, lasts time.Duration, who oncall.Person, at evalContext) string {
	if len(about) == 0 {
		return "Nothing is wrong, so nothing was muted."
	}
	for _, i := range about {
		r.mute(incident.Mute{Journey: i.Journey, Until: at.now.Add(lasts), By: who.Name})
	}
	return message.FitSMS(fmt.Sprintf("Muted until %s: %s. If it is still bad then, you are told again.", message.LocalTime(who, at.now.Add(lasts), at.now), inShort(about)), "")
}

// meant are the incidents, not over, that a handle, the beginning of one or a journey's name means: all, if it is empty.
func (r *NotificationState) meant(about string) (meant []incident.Incident, complaint string) {
	bad := r.unresolved("")
	if about == "" {
		return bad, ""
	}
	handles := map[string]bool{}
	for _, i := range bad {
		byName := i.Journey == about
		if byName || strings.HasPrefix(i.Short(), about) {
			meant = append(meant, i)
		}
		if !byName && strings.HasPrefix(i.Short(), about) {
			handles[i.Short()] = true
		}
	}
	switch {
	case len(bad) == 0:
		return nil, "Nothing is wrong now."
	case len(meant) == 0:
		return nil, fmt.Sprintf("Nothing that is wrong now is called %s. There is: %s.", about, inShort(bad))
	case len(handles) > 1:
		return nil, fmt.Sprintf("%s may be several: %s.", about, inShort(meant))
	}
	return meant, ""
}

// status says what is wrong, what was done about it, and what is muted.
func (r *NotificationState) status(who oncall.Person, at evalContext) string {
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
	return message.FitSMS(strings.Join(said, " "), "")
}

func ids(incidents []incident.Incident) []string {
	var all []string
	for _, i := range incidents {
		all = append(all, i.ID)
	}
	return all
}

// inShort names incidents: "print-card down #3f2a, create-order degraded #91c0".
func inShort(incidents []incident.Incident) string {
	var all []string
	for _, i := range incidents {
		all = append(all, fmt.Sprintf("%s %s #%s", i.Journey, i.Kind, i.Short()))
	}
	return strings.Join(all, ", ")
}

// RunCommand does in the store what a person asks for, in the words of a Reply, and returns what to answer. What follows from
// it, such as hanging up the calls to others, a pager does.
func RunCommand(ctx context.Context, store incident.Store, o oncall.OnCall, name, body string, now time.Time) (answer string, err error) {
	who, ok := o.FindPerson(name)
	if !ok {
		return "", fmt.Errorf("there is nobody called %q among the people on call", name)
	}
	var before, after NotificationState
	err = incident.UpdateItem(ctx, store, incident.NotificationKey, func(r *NotificationState) bool {
		before, after = *r, *r.clone()
		answer = after.obey(body, who, evalContext{o.With(r.Overrides), now})
		*r = after
		return true
	})
	if err != nil {
		return "", err
	}
	return answer, note(ctx, store, before, after)
}

// handled is for how long what somebody has resolved is remembered, so that it goes on if it fails again.
const handled = 24 * time.Hour

// resolveByHand takes somebody's word that it is over. Those who were paged are told so; and if it is not, the next bad run
// opens it again.
func (r *NotificationState) resolveByHand(about []incident.Incident, who oncall.Person, at evalContext) string {
	about = slices.DeleteFunc(about, func(i incident.Incident) bool { return i.State == incident.Resolved })
	if len(about) == 0 {
		return "There is nothing to resolve."
	}
	for _, i := range about {
		inc := r.incident(i.ID)
		inc.State, inc.ResolvedAt, inc.ResolvedBy, inc.Returns = incident.Resolved, at.now, who.Name, at.now.Add(handled)
		inc.Closing = who.Name + " said that it is over"
		inc.Rev++
	}
	return message.FitSMS(fmt.Sprintf("Thank you, %s. Over: %s. If it fails again, it is told again.", who.Name, inShort(about)), "")
}
