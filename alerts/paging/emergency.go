package paging

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/phrase"
)

// An Emergency pages from memory when the usual way is blocked: the store cannot be written, or work does not end. It sends
// one text, and one call once a journey fails meanwhile, until the usual way works again. It needs no store.
type Emergency struct {
	OnCall   oncall.OnCall
	Phone    Phone
	Failover Phone // nil: none
	Log      *slog.Logger
	TimeNow  func() time.Time // nil: time.Now

	mu      sync.Mutex
	lost    map[string]lostRuns // by journey's title
	since   time.Time
	texted  bool
	called  bool
	stuck   map[string]bool // work for which it has paged
	counter int
}

// lostRuns counts the latest runs of a journey that could not be stored.
type lostRuns struct{ all, failed int }

// lostBefore is the number of consecutive lost runs of a journey that page: a locked file or a short outage loses fewer.
const lostBefore = 3

// RunLost records that a run could not be stored, and pages if that lasts. failed says that the customers' task failed.
func (e *Emergency) RunLost(ctx context.Context, title string, failed bool, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	now := e.now()
	if e.lost == nil {
		e.lost, e.since = map[string]lostRuns{}, now
	}
	l := e.lost[title]
	if l.all++; failed {
		l.failed++
	} else {
		l.failed = 0
	}
	e.lost[title] = l
	var failing []string
	for name, l := range e.lost {
		if l.failed >= lostBefore-1 {
			failing = append(failing, cmp.Or(phrase.Title(name), "a journey without a title"))
		}
	}
	slices.Sort(failing)
	if l.all < lostBefore || e.texted && (e.called || len(failing) == 0) {
		return
	}
	said := []string{
		"Valkyrie cannot write its store, since " + phrase.Clock(e.since) + ".",
		"No run is stored or judged; this is from memory, and comes once.",
	}
	if len(failing) > 0 {
		said = append(said, listFailing(failing))
	}
	said = append(said, "The cause: "+strings.TrimRight(phrase.Shorten(why.Error()), ".")+".")
	call := len(failing) > 0
	if e.page(ctx, said, call) {
		e.texted, e.called = true, e.called || call
	}
}

// listFailing names the journeys that fail, as many as a listener can keep.
func listFailing(titles []string) string {
	const enough = 3
	if len(titles) == 1 {
		return "Meanwhile this fails: " + titles[0] + "."
	}
	if more := len(titles) - enough; more > 0 {
		titles = append(titles[:enough:enough], fmt.Sprintf("%d more", more))
	}
	return "Meanwhile these fail: " + phrase.List(titles) + "."
}

// RunStored records that the store works again.
func (e *Emergency) RunStored() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lost, e.texted, e.called = nil, false, false
}

// Stuck pages that work does not end, once until Ended says that it has.
func (e *Emergency) Stuck(ctx context.Context, work string, why error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stuck[work] {
		return
	}
	said := []string{
		"Valkyrie is stuck: " + work + " does not end.",
		"Outages may go unnoticed until it is restarted; this comes once.",
		"The cause: " + strings.TrimRight(phrase.Shorten(why.Error()), ".") + ".",
	}
	if e.page(ctx, said, true) {
		if e.stuck == nil {
			e.stuck = map[string]bool{}
		}
		e.stuck[work] = true
	}
}

// Ended records that work ends again.
func (e *Emergency) Ended(work string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.stuck, work)
}

func (e *Emergency) now() time.Time {
	if e.TimeNow == nil {
		return time.Now().UTC()
	}
	return e.TimeNow().UTC()
}

// page texts, and calls, the first person of the escalation for whom a provider accepts it, and reports whether one did. A
// page of unknown outcome is sent again: one too many is better than none.
func (e *Emergency) page(ctx context.Context, said []string, call bool) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*leaseDuration)
	defer cancel()
	e.counter++
	d := Dispatch{PageID: fmt.Sprintf("emergency-%d-%d", e.now().Unix(), e.counter), TextBody: message.FitSMS("VALKYRIE: "+strings.Join(said, " "), ""), Speech: append([]string{"This is Valkyrie."}, message.Aloud(said)...)}
	accepted := false
	for _, step := range e.OnCall.EscalationAt(e.now()) {
		d.To, d.Person, d.Language, d.Play = step.Person.Phone, step.Person.Name, step.Person.Language, e.OnCall.Play
		ok := e.send(ctx, d, incident.Text)
		if call {
			d.PageID += "c"
			ok = e.send(ctx, d, incident.Call) || ok
		}
		if accepted = ok; accepted {
			break
		}
	}
	e.Log.Error("paged from memory", "accepted", accepted, "text", d.TextBody)
	return accepted
}

// send sends a dispatch by the first provider, and by the failover channel if it does not accept it.
func (e *Emergency) send(ctx context.Context, d Dispatch, c incident.Channel) bool {
	if d.Channel = c; c == incident.Call {
		d.TextBody = ""
	} else {
		d.Speech, d.Play = nil, ""
	}
	for n, phone := range []Phone{e.Phone, e.Failover} { // the first provider first
		if phone == nil {
			continue
		}
		if n > 0 && c == incident.Call && (e.OnCall.Failover == nil || e.OnCall.Failover.Voice == "") {
			continue // it texts only, and the text went out
		}
		_, err := phone.Send(ctx, d)
		if err == nil {
			return true
		}
		e.Log.Error("page from memory not sent", "person", d.Person, "channel", c, "err", err)
	}
	return false
}
