package twilio

import (
	"context"
	"fmt"
	"strings"
	"time"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

const (
	// slack is how much Twilio's clock may be behind ours; its times are cut to whole seconds besides.
	slack = 2 * time.Second
	// listed is how many of the newest are looked at; a person is not called this often in one page's life.
	listed = 50
)

// A trace is a call or a text as Twilio lists it.
type trace struct{ sid, to, from, status, created, body *string }

// Find looks for a dispatch whose Send had an unknown outcome, among the newest calls (or texts) between the two numbers
// that were made at or after since. Several texts may be under way to one person at once: they are told apart by what they
// say. Its errors are about the looking, so they never wrap alerts.ErrNotSent or alerts.ErrRefused.
//
// Twilio could filter by day, but on the time it was dialled or sent, which a call that still waits in the queue does not
// have. So the list is not filtered by it: it comes newest first, and only its head matters.
func (p *Phone) Find(ctx context.Context, d paging.Dispatch, since time.Time) (sid string, found bool, err error) {
	if d.Channel != incident.Call && d.Channel != incident.Text {
		return "", false, fmt.Errorf("twilio: find: %w", errChannel(d.Channel))
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	traces, err := p.list(p.service(w), d)
	if err != nil {
		return "", false, fmt.Errorf("twilio: find %s %s: %w", d.Channel, d.To, w.tell(err, p.mask))
	}
	var newest time.Time
	best := different
	for _, t := range traces {
		like, made := t.says(d), t.made(since)
		if !t.between(p.cfg.From, d.To) || made.Before(since.Add(-slack)) || like == different {
			continue
		}
		if like > best || like == best && made.After(newest) {
			sid, found, newest, best = *t.sid, true, made, like
		}
	}
	return sid, found, nil
}

// A likeness is how much what a trace says is like a dispatch.
type likeness int

const (
	different likeness = iota
	hidden             // it cannot be seen: the account has bodies redacted
	alike
)

// says compares what a text says. A trial account puts a sentence of Twilio's before it. Of a call nothing is listed, and as
// one person is not called twice at once it is the one.
func (t trace) says(d paging.Dispatch) likeness {
	switch {
	case d.Channel == incident.Call:
		return alike
	case t.body == nil || *t.body == "":
		return hidden
	case strings.HasSuffix(strings.TrimSpace(*t.body), strings.TrimSpace(cutText(d.TextBody))):
		return alike
	}
	return different
}

func (p *Phone) list(t *api.ApiService, d paging.Dispatch) ([]trace, error) {
	var traces []trace
	if d.Channel == incident.Text {
		page, err := t.PageMessage(new(api.ListMessageParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(listed), "", "")
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			traces = append(traces, trace{m.Sid, m.To, m.From, m.Status, m.DateCreated, m.Body})
		}
		return traces, nil
	}
	page, err := t.PageCall(new(api.ListCallParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(listed), "", "")
	if err != nil {
		return nil, err
	}
	for _, c := range page.Calls {
		traces = append(traces, trace{c.Sid, c.To, c.From, c.Status, c.DateCreated, nil})
	}
	return traces, nil
}

// between reports whether it is one between these numbers. The filter of the list is not trusted to have worked: a
// stranger's call taken for ours would be an alarm that nobody gets.
func (t trace) between(from, to string) bool {
	return t.sid != nil && *t.sid != "" && t.to != nil && *t.to == to && t.from != nil && *t.from == from
}

// made returns when it was made. One without a date counts as made at since while it is under way, since it can only be
// a new one, and as ancient otherwise.
func (t trace) made(since time.Time) time.Time {
	if t.created != nil && *t.created != "" {
		made, _ := time.Parse(time.RFC1123Z, *t.created) // unreadable: ancient
		return made
	}
	if t.status != nil && underWay[*t.status] {
		return since
	}
	return time.Time{}
}

// underWay are the statuses of calls and texts that are not over.
var underWay = map[string]bool{
	"queued": true, "initiated": true, "ringing": true, "in-progress": true,
	"accepted": true, "scheduled": true, "sending": true, "sent": true,
}
