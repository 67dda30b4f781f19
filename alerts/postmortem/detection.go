package postmortem

import (
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// Detection holds the times until a person was notified. A time of an event that did not happen is absent.
type Detection struct {
	FailedAt   time.Time `json:"failed_at,omitzero"`   // slot of the first bad run
	OpenedAt   time.Time `json:"opened_at,omitzero"`   // slot of the run that opened the incident
	RangAt     time.Time `json:"rang_at,omitzero"`     // when a provider accepted the first alarm
	AnsweredAt time.Time `json:"answered_at,omitzero"` // when a person first pressed a key, or acknowledged

	FailedToRingS int64 `json:"failed_to_ring_s,omitempty"` // seconds from FailedAt to RangAt
	RingToKeyS    int64 `json:"ring_to_key_s,omitempty"`    // seconds from the answered alarm to the answer

	Pages []PageTimes `json:"pages"` // the same for each alarm
}

// PageTimes holds the times of one alarm.
type PageTimes struct {
	Page          string           `json:"page"` // id
	Person        string           `json:"person"`
	Channel       incident.Channel `json:"channel"`
	FailedAt      time.Time        `json:"failed_at"` // slot of the first bad run of its outage
	RangAt        time.Time        `json:"rang_at,omitzero"`
	KeyAt         time.Time        `json:"key_at,omitzero"`
	Key           string           `json:"key,omitempty"`
	FailedToRingS int64            `json:"failed_to_ring_s,omitempty"`
	RingToKeyS    int64            `json:"ring_to_key_s,omitempty"`
}

func detection(r incident.Record) Detection {
	d := Detection{FailedAt: r.Since, OpenedAt: r.Opened, Pages: []PageTimes{}}
	for _, p := range r.Pages {
		if p.Purpose != incident.Alarm || p.State == incident.Cancelled {
			continue
		}
		t := timesOf(r, p)
		d.Pages = append(d.Pages, t)
		if !t.RangAt.IsZero() && (d.RangAt.IsZero() || t.RangAt.Before(d.RangAt)) {
			d.RangAt = t.RangAt
			d.FailedToRingS = between(d.FailedAt, d.RangAt)
		}
		if !t.KeyAt.IsZero() && (d.AnsweredAt.IsZero() || t.KeyAt.Before(d.AnsweredAt)) {
			d.AnsweredAt, d.RingToKeyS = t.KeyAt, t.RingToKeyS
		}
	}
	if !r.AckedAt.IsZero() && (d.AnsweredAt.IsZero() || r.AckedAt.Before(d.AnsweredAt)) { // by a text, not by a key
		d.AnsweredAt, d.RingToKeyS = r.AckedAt, between(d.RangAt, r.AckedAt)
	}
	return d
}

// timesOf returns the times of an alarm. The time of an acknowledging key is the incident's; after another key the call
// soon ends, so that its end is used.
func timesOf(r incident.Record, p incident.Page) PageTimes {
	t := PageTimes{Page: p.ID, Person: p.Person, Channel: p.Channel, FailedAt: failedBefore(r, p), RangAt: p.AcceptedAt, Key: p.Key}
	switch {
	case p.Key == paging.AckKey && r.AckedBy == p.Person && !r.AckedAt.Before(p.AcceptedAt):
		t.KeyAt = r.AckedAt
	case p.Key != "":
		t.KeyAt = p.EndedAt
	}
	t.FailedToRingS, t.RingToKeyS = between(t.FailedAt, t.RangAt), between(t.RangAt, t.KeyAt)
	return t
}

// failedBefore returns the first bad slot of the outage that a page is about.
func failedBefore(r incident.Record, p incident.Page) time.Time {
	at := r.Since
	for _, s := range r.Outages {
		if !s.Since.After(p.PlannedAt) {
			at = s.Since
		}
	}
	return at
}

// between returns whole seconds, and 0 when one of the times is absent.
func between(a, b time.Time) int64 {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	return int64(b.Sub(a).Round(time.Second) / time.Second)
}
