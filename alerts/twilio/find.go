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
	// clockSlack is the most that Twilio's clock may be behind ours; its times are also cut to whole seconds.
	clockSlack = 2 * time.Second
	// maxListed is the number of newest entries that are searched, more than one page's life can have for a person.
	maxListed = 50
)

// A listed is a call or a text as Twilio lists it.
type listed struct{ sid, to, from, status, created, body *string }

// Find searches for a dispatch whose Send had an unknown outcome, among the newest calls (or texts) between the two
// numbers that were made at or after since. Several texts to one person may be in progress; they are distinguished by
// their body. Its errors never wrap paging.ErrNotSent or paging.ErrRefused, because they are about the search only.
//
// Twilio could filter by day, but by the time of dialling or sending, which a queued call does not have. So the list is
// not filtered by time: it is sorted newest first, and its head is sufficient.
func (p *Client) Find(ctx context.Context, d paging.Dispatch, since time.Time) (sid string, found bool, err error) {
	if d.Channel != incident.Call && d.Channel != incident.Text {
		return "", false, fmt.Errorf("twilio: find: %w", errChannel(d.Channel))
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	traces, err := p.list(p.service(w), d)
	if err != nil {
		return "", false, fmt.Errorf("twilio: find %s %s: %w", d.Channel, d.To, w.describe(err, p.mask))
	}
	var newest time.Time
	best := different
	for _, t := range traces {
		like, made := t.matchBody(d), t.createdAt(since)
		if !t.between(p.cfg.From, d.To) || made.Before(since.Add(-clockSlack)) || like == different {
			continue
		}
		if like > best || like == best && made.After(newest) {
			sid, found, newest, best = *t.sid, true, made, like
		}
	}
	return sid, found, nil
}

// A match is the degree to which a listed text matches a dispatch.
type match int

const (
	different  match = iota
	bodyHidden       // the account has bodies redacted
	same
)

// matchBody compares the body of a text. A trial account prepends a sentence of Twilio's. Calls list no content and
// always match, because a person is not called twice at once.
func (t listed) matchBody(d paging.Dispatch) match {
	switch {
	case d.Channel == incident.Call:
		return same
	case t.body == nil || *t.body == "":
		return bodyHidden
	case strings.HasSuffix(strings.TrimSpace(*t.body), strings.TrimSpace(cutText(d.TextBody))):
		return same
	}
	return different
}

func (p *Client) list(t *api.ApiService, d paging.Dispatch) ([]listed, error) {
	var traces []listed
	if d.Channel == incident.Text {
		page, err := t.PageMessage(new(api.ListMessageParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(maxListed), "", "")
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			traces = append(traces, listed{m.Sid, m.To, m.From, m.Status, m.DateCreated, m.Body})
		}
		return traces, nil
	}
	page, err := t.PageCall(new(api.ListCallParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(maxListed), "", "")
	if err != nil {
		return nil, err
	}
	for _, c := range page.Calls {
		traces = append(traces, listed{c.Sid, c.To, c.From, c.Status, c.DateCreated, nil})
	}
	return traces, nil
}

// between reports whether it is between these two numbers. It does not rely on the list's filter: another person's call
// taken for ours would be a lost alarm.
func (t listed) between(from, to string) bool {
	return t.sid != nil && *t.sid != "" && t.to != nil && *t.to == to && t.from != nil && *t.from == from
}

// createdAt returns the time of creation. An entry without a date counts as created at since while in progress, because
// it can only be new, and as ancient otherwise.
func (t listed) createdAt(since time.Time) time.Time {
	if t.created != nil && *t.created != "" {
		made, _ := time.Parse(time.RFC1123Z, *t.created) // unreadable: ancient
		return made
	}
	if t.status != nil && inProgress[*t.status] {
		return since
	}
	return time.Time{}
}

// inProgress are the statuses of calls and texts that are not over.
var inProgress = map[string]bool{
	"queued": true, "initiated": true, "ringing": true, "in-progress": true,
	"accepted": true, "scheduled": true, "sending": true, "sent": true,
}
