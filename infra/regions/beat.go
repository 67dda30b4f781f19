package regions

import (
	"time"

	"valkyrie/alerts/incident"
)

// A beat is the heartbeat of the home's pager: it means that the pager can page. The times after At name what worked last, by the
// home's clock; a pager that does not report its rounds leaves them out.
type beat struct {
	At time.Time `json:"at"` // the last round in which everything worked

	Phone time.Time `json:"phone,omitzero"` // the provider's secrets could be read, and it took pages or had none to take
	Pages time.Time `json:"pages,omitzero"` // the notification state could be read and written
}

// A Round is the result of a round of the home's pager; nil errors: it worked.
type Round struct {
	Phone error // of opening the phone, or why it takes no page
	Pages error // of reading and writing the notification state
}

// after returns the heartbeat after a round.
func (b beat) after(r Round, now time.Time) beat {
	now = now.UTC()
	if r.Phone == nil {
		b.Phone = now
	}
	if r.Pages == nil {
		b.Pages = now
	}
	if r.Phone == nil && r.Pages == nil {
		b.At = now
	}
	return b
}

// stopped names the part that has not worked since the last heartbeat, for the reason of a take-over; "" if that is unknown.
func (b beat) stopped() string {
	switch {
	case b.Phone.After(b.At):
		return "; it cannot write its state"
	case b.Pages.After(b.At):
		return "; it runs, and its phone provider takes nothing from it"
	}
	return ""
}

// look notes the heartbeat that the home's table has. A home works if its heartbeat has changed since the last look; its own
// clock only places the heartbeat between that look and now, so that no clock that is wrong keeps the standby quiet or wakes it.
func (c *copied) look(b beat, now time.Time) {
	if !b.At.IsZero() && !b.At.Equal(c.BeatAt) {
		at := incident.Earliest(b.At, now)
		if at.Before(c.Looked) { // that clock is behind
			at = now
		}
		c.Beat = incident.Latest(c.Beat, at)
	}
	c.BeatAt, c.Looked, c.Missed = b.At, now, time.Time{}
}
