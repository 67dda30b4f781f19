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
	// clockSlack is the most that Twilio's clock may be behind this machine's; its times are also cut to whole seconds.
	clockSlack = 2 * time.Second
	// clocksAgree is the difference from which on the times of a list are compared by Twilio's clock.
	clocksAgree = 10 * time.Second
	// maxListed is the number of newest entries that are searched, more than are sent to a person during the life of one page.
	maxListed = 50
)

// A listEntry is a call or a text in a list by Twilio. Fields that Twilio left out are nil.
type listEntry struct{ sid, to, from, status, created, body *string }

// Find resolves a Send whose outcome is unknown, so that the page is not sent twice. It searches the newest calls (or texts)
// between the two numbers, created at or after since, and returns the id of the one that matches. Texts are matched by their
// body, because several to one person may be in progress. An error is about the search only, so it never wraps
// paging.ErrNotSent or paging.ErrRefused.
//
// On a number that deployments share, no call is identified, as the other's call to the same person looks like ours.
//
// The list is not filtered by time: Twilio filters by the time of dialling or sending, which a queued call does not have. The
// list is sorted newest first, so its first maxListed entries suffice.
func (p *Client) Find(ctx context.Context, d paging.Dispatch, since time.Time) (sid string, found bool, err error) {
	if d.Channel != incident.Call && d.Channel != incident.Text {
		return "", false, fmt.Errorf("twilio: find: %w", errChannel(d.Channel))
	}
	if p.cfg.Shared && d.Channel == incident.Call {
		return "", false, nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	entries, err := p.list(p.service(w), d)
	if err != nil {
		return "", false, fmt.Errorf("twilio: find %s %s: %w", d.Channel, d.To, w.describe(err, p.mask))
	}
	since = since.Add(-w.ahead) // by the clock of the list
	var newest time.Time
	best := different
	for _, e := range entries {
		like, made := e.matchBody(d), e.createdAt(since)
		if !e.between(p.cfg.From, d.To) || made.Before(since.Add(-clockSlack)) || like == different {
			continue
		}
		if like > best || like == best && made.After(newest) {
			sid, found, newest, best = *e.sid, true, made, like
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
func (e listEntry) matchBody(d paging.Dispatch) match {
	switch {
	case d.Channel == incident.Call:
		return same
	case e.body == nil || *e.body == "":
		return bodyHidden
	case strings.HasSuffix(strings.TrimSpace(*e.body), strings.TrimSpace(cutText(d.TextBody))):
		return same
	}
	return different
}

func (p *Client) list(service *api.ApiService, d paging.Dispatch) ([]listEntry, error) {
	var entries []listEntry
	if d.Channel == incident.Text {
		page, err := service.PageMessage(new(api.ListMessageParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(maxListed), "", "")
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			entries = append(entries, listEntry{m.Sid, m.To, m.From, m.Status, m.DateCreated, m.Body})
		}
		return entries, nil
	}
	page, err := service.PageCall(new(api.ListCallParams).SetTo(d.To).SetFrom(p.cfg.From).SetPageSize(maxListed), "", "")
	if err != nil {
		return nil, err
	}
	for _, c := range page.Calls {
		entries = append(entries, listEntry{c.Sid, c.To, c.From, c.Status, c.DateCreated, nil})
	}
	return entries, nil
}

// between reports whether the entry is between these two numbers. Twilio already filters by them, but this checks again: to
// mistake another person's call for this page would lose an alarm.
func (e listEntry) between(from, to string) bool {
	return e.sid != nil && *e.sid != "" && e.to != nil && *e.to == to && e.from != nil && *e.from == from
}

// createdAt returns the time of creation. An entry without a date counts as created at since while in progress, because
// it can only be new, and as ancient otherwise.
func (e listEntry) createdAt(since time.Time) time.Time {
	if e.created != nil && *e.created != "" {
		made, _ := time.Parse(time.RFC1123Z, *e.created) // unreadable: ancient
		return made
	}
	if e.status != nil && inProgress[*e.status] {
		return since
	}
	return time.Time{}
}

// inProgress are the statuses of calls and texts that are not over.
var inProgress = map[string]bool{
	"queued": true, "initiated": true, "ringing": true, "in-progress": true,
	"accepted": true, "scheduled": true, "sending": true, "sent": true,
}
