package proof

import (
	"fmt"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// A request of a person, which was applied: a key, or a text. Anyone with a copy of a signed one may send it again later.
type applied struct {
	report paging.Report
	reply  paging.Reply // its SID is empty for a key
}

// replay sends a request again that was applied before, and checks that it does nothing: no mute, no acknowledgement, and no call.
func (w *simulation) replay() {
	if len(w.applied) == 0 {
		return
	}
	a := w.applied[rapid.IntRange(0, len(w.applied)-1).Draw(w.T, "which request")]
	w.run(w.anyone(), func(p *program) error {
		before, others := w.route, w.counts.events
		var err error
		if a.reply.SID != "" {
			_, err = p.pager().Reply(ctx, a.reply)
		} else {
			_, err = p.pager().Report(ctx, a.report)
		}
		if err == nil && others == w.counts.events {
			w.nothingDone(a, before)
		}
		return err
	})
}

// nothingDone checks the state after a request that was sent again. Other work may have been due, such as the end of a mute.
func (w *simulation) nothingDone(a applied, before paging.NotificationState) {
	what := fmt.Sprintf("%+v, sent again,", a)
	for _, m := range w.route.Mutes {
		if !slices.ContainsFunc(before.Mutes, m.Equal) {
			w.Fatalf("%s muted %s until %v", what, m.Subject(), m.Until)
		}
	}
	for _, i := range w.route.Incidents {
		j := slices.IndexFunc(before.Incidents, func(o incident.Incident) bool { return o.ID == i.ID })
		if j >= 0 && i.AckedAt.After(before.Incidents[j].AckedAt) {
			w.Fatalf("%s acknowledged %s for %s", what, i.ID, i.AckedBy)
		}
	}
	if a.report.Key == paging.PassKey && len(w.route.Pages) == len(before.Pages) && w.route.Escalation.Next != before.Escalation.Next && w.route.Escalation.Next != 0 {
		w.Fatalf("%s passed the escalation on from %+v to %+v", what, before.Escalation, w.route.Escalation)
	}
}

// keepsMutes checks that no mute is shortened by another person.
func (w *simulation) keepsMutes(p *program, next paging.NotificationState) {
	for _, m := range w.route.Mutes {
		for _, n := range next.Mutes {
			if n.Journey == m.Journey && n.By != m.By && n.Until.Before(m.Until) && p.saidLast().Before(n.Until) {
				w.Fatalf("the mute of %s by %s until %v was shortened by %s to %v", m.Subject(), m.By, m.Until, n.By, n.Until)
			}
		}
	}
}

// chatters checks that texts which are no commands are answered once an hour at most.
func (w *simulation) chatters(from, words, answer string) {
	if answer == "" || !strings.HasPrefix(answer, "Reply ack") || !w.steady {
		return
	}
	if last, ok := w.chatted[from]; ok && w.now.Sub(last).Minutes() < 59 {
		w.Fatalf("%q from %s was answered %v after the last answer", words, from, w.now.Sub(last))
	}
	w.chatted[from] = w.now
}
