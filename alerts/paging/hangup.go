package paging

import (
	"context"
	"slices"
	"time"

	"valkyrie/alerts/incident"
)

// A Hanger is a [Phone] that can end its calls.
type Hanger interface {
	// HangUp ends a call that rings, waits or is going on. Ending one that is over is no error. It ends when ctx does.
	HangUp(ctx context.Context, sid string) error
}

// hangUpAgain is after how long a call that should have ended, and of whose end nothing was heard, is hung up again.
const hangUpAgain = 10 * time.Second

// hangUps are the commands that end the calls which nobody needs any more, as somebody else has taken on, or muted, what
// they are about, or it is over.
func (r *NotificationState) hangUps(at evalContext) []Command {
	var commands []Command
	for i := range r.Pages {
		p := &r.Pages[i]
		asked := !p.HangUpAt.IsZero() && at.now.Before(p.HangUpAt.Add(hangUpAgain))
		if p.Channel != incident.Call || p.Via != incident.Primary || p.State != incident.Accepted || p.SID == "" || asked || !r.idle(*p, at) {
			continue
		}
		p.HangUpAt = at.now
		commands = append(commands, Command{"hang up", *p})
	}
	return commands
}

// idle reports whether a call goes on for nothing. Who has just done something about it hears what came of that; and who
// has picked up hears to the end what is over.
func (r *NotificationState) idle(p incident.Page, at evalContext) bool {
	if slices.Contains([]string{AckKey, MuteKey, PassKey}, p.Key) || p.Purpose != incident.Alarm && p.Purpose != incident.Drill {
		return false
	}
	over := !slices.ContainsFunc(p.Incidents, func(id string) bool { i := r.incident(id); return i != nil && i.State != incident.Resolved })
	needed := slices.ContainsFunc(p.Incidents, func(id string) bool { return !r.answered(id, at) })
	return !needed && (!over || p.AnsweredAt.IsZero() || p.Purpose == incident.Drill)
}

// hangUp ends a call. A failure is only logged: as long as the call is not over it is tried again.
func (p *Pager) hangUp(ctx context.Context, page incident.Page) {
	phone, ok := p.Phone.(Hanger)
	if !ok {
		return
	}
	if err := phone.HangUp(ctx, page.SID); err != nil {
		p.Log.Warn("a call that nobody needs any more could not be ended", "page", page.ID, "person", page.Person, "err", err)
		return
	}
	p.Log.Info("call ended, as nobody needs it any more", "page", page.ID, "person", page.Person)
}
