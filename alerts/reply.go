package alerts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
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
	return before.clone().reply(rep, hour{p.OnCall.With(before.Overrides), p.now()}), nil
}

// An order is what a text asks for.
type order struct {
	verb, about string
	lasts       time.Duration
}

// longestMute bounds a mute, so that none outlives the memory of it.
const longestMute = 7 * 24 * time.Hour

func readOrder(body string) (order, bool) {
	words := strings.Fields(strings.ToLower(body))
	if len(words) == 0 {
		return order{}, false
	}
	o := order{verb: words[0], lasts: muteFor}
	for _, w := range words[1:] {
		if d, ok := readLasting(w); ok {
			o.lasts = d
			continue
		}
		if o.about != "" {
			return order{}, false
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
func (r *Route) reply(rep Reply, at hour) string {
	i := slices.IndexFunc(at.onCall.People, func(p Person) bool { return p.Phone == rep.From })
	if i < 0 {
		return ""
	}
	return r.obey(rep.Body, at.onCall.People[i], at)
}

// obey does what somebody asks for.
func (r *Route) obey(body string, who Person, at hour) string {
	o, ok := readOrder(body)
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
		return fitText(complaint, "")
	case o.verb == "ack":
		return r.ackByText(about, who, at)
	case o.verb == "resolve":
		return r.resolveByHand(about, who, at)
	}
	return r.muteByText(about, o.lasts, who, at)
}

func (r *Route) ackByText(about []Incident, who Person, at hour) string {
	about = slices.DeleteFunc(about, func(i Incident) bool { return !i.acknowledgeable(who.Name) })
	if len(about) == 0 {
		return "There is nothing to acknowledge."
	}
	r.acknowledge(ids(about), who.Name, at.now)
	return fitText(fmt.Sprintf("Thank you, %s. Yours: %s.", who.Name, inShort(about)), "")
}

func (r *Route) muteByText(about []Incident, lasts time.Duration, who Person, at hour) string {
	if len(about) == 0 {
		return "Nothing is wrong, so nothing was muted."
	}
	for _, i := range about {
		r.mute(Mute{Journey: i.Journey, Until: at.now.Add(lasts), By: who.Name})
	}
	return fitText(fmt.Sprintf("Muted until %s: %s. If it is still bad then, you are told again.", LocalTime(who, at.now.Add(lasts), at.now), inShort(about)), "")
}

// meant are the incidents, not over, that a handle, the beginning of one or a journey's name means: all, if it is empty.
func (r *Route) meant(about string) (meant []Incident, complaint string) {
	bad := r.badNow("")
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
func (r *Route) status(who Person, at hour) string {
	var said []string
	for _, i := range r.badNow("") {
		s := fmt.Sprintf("%s %s since %s, %s", i.Journey, i.Kind, LocalTime(who, i.Since, at.now), i.State)
		switch {
		case i.lapsed():
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
			said = append(said, fmt.Sprintf("%s is muted until %s.", m.what(), LocalTime(who, m.Until, at.now)))
		}
	}
	return fitText(strings.Join(said, " "), "")
}

func ids(incidents []Incident) []string {
	var all []string
	for _, i := range incidents {
		all = append(all, i.ID)
	}
	return all
}

// inShort names incidents: "print-card down #3f2a, create-order degraded #91c0".
func inShort(incidents []Incident) string {
	var all []string
	for _, i := range incidents {
		all = append(all, fmt.Sprintf("%s %s #%s", i.Journey, i.Kind, i.Short()))
	}
	return strings.Join(all, ", ")
}
