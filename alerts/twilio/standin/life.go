package standin

import (
	"net/url"
	"slices"
	"strconv"
	"time"
)

// live runs a call from its first ring to its last callback.
func (ex *Exchange) live(c *call) {
	defer c.hangUp()
	t := &statusPoster{ex: ex, c: c, manner: ex.currentManner()}
	t.post("initiated")
	ex.become(c, "ringing")
	ex.screen.ring(c.To, c.From)
	t.post("ringing")
	if waited := pause(c.line, ex.cfg.RingTime); !waited {
		ex.become(c, "canceled")
		ex.ringsOff(c, "stops ringing")
	} else if end, never := unanswered[c.behaviour]; never {
		ex.become(c, end.status)
		ex.screen.note(c.To, end.shown)
	} else {
		ex.converse(c, t)
	}
	t.post("completed")
	t.flush()
	ex.mu.Lock()
	c.Settled = true
	ex.settled()
	ex.mu.Unlock()
}

// unanswered are the ends of calls that are not answered.
var unanswered = map[Behaviour]struct{ status, shown string }{
	Busy:     {"busy", "the line is busy"},
	NoAnswer: {"no-answer", "nobody answers"},
	FailCall: {"failed", "the number cannot be reached"},
}

// converse runs the answered part of a call.
func (ex *Exchange) converse(c *call, t *statusPoster) {
	ex.become(c, "in-progress")
	t.post("answered")
	ex.detect(c)
	newTalk(ex, c).begin()
	ex.ringsOff(c, "is cut off")
	ex.become(c, "completed")
}

// ringsOff shows that a call was ended by the client, and not by the exchange closing.
func (ex *Exchange) ringsOff(c *call, how string) {
	if c.line.Err() != nil && ex.power.Err() == nil {
		ex.screen.note(c.To, how)
	}
}

// detect reports the answering party, if requested. It follows the answered event, because detection takes a while.
func (ex *Exchange) detect(c *call) {
	by := "human"
	if c.behaviour == Voicemail {
		by = "machine_start"
		ex.screen.note(c.To, "voicemail answers")
	}
	if c.detects {
		ex.mu.Lock()
		c.AnsweredBy = by
		ex.mu.Unlock()
	}
}

func (ex *Exchange) become(c *call, status string) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	c.Status = status
	switch status {
	case "ringing":
	case "in-progress":
		c.Answered = ex.cfg.TimeNow()
	default:
		c.Ended = ex.cfg.TimeNow()
	}
}

func (ex *Exchange) currentManner() Manner {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	return ex.manner
}

// A statusPoster posts a call's status callbacks, in a given manner.
type statusPoster struct {
	ex       *Exchange
	c        *call
	manner   Manner
	sequence int
	held     []url.Values
}

// post posts a call progress event, if the client requested it.
func (t *statusPoster) post(event string) {
	if t.c.statusCallback == "" || !slices.Contains(t.c.events, event) {
		return
	}
	form := t.form(event)
	if t.manner == LateCallbacks {
		t.held = append(t.held, form)
		return
	}
	t.ex.postAs(t.ex.power, t.manner, t.c.note, t.c.statusCallback, form)
}

// flush posts the deferred callbacks, newest first: late callbacks arrive in any order.
func (t *statusPoster) flush() {
	for _, form := range slices.Backward(t.held) {
		t.ex.postAs(t.ex.power, t.manner, t.c.note, t.c.statusCallback, form)
	}
}

// form returns the body of a call progress event.
func (t *statusPoster) form(event string) url.Values {
	form := t.ex.callForm(t.c)
	if event == "initiated" {
		form.Set("CallStatus", "initiated")
	}
	form.Set("CallbackSource", "call-progress-events")
	form.Set("SequenceNumber", strconv.Itoa(t.sequence))
	form.Set("Timestamp", t.ex.cfg.TimeNow().UTC().Format(time.RFC1123Z))
	t.sequence++
	if event != "completed" {
		return form
	}
	if sip, ok := sipResponses[form.Get("CallStatus")]; ok {
		form.Set("SipResponseCode", sip)
	}
	if s := form.Get("CallStatus"); s == "completed" {
		form.Set("CallDuration", t.ex.duration(t.c))
	}
	return form
}

// sipResponses are the codes that end a call, by its status.
var sipResponses = map[string]string{
	"completed": "200", "busy": "486", "no-answer": "487", "canceled": "487", "failed": "404",
}

func (ex *Exchange) duration(c *call) string {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	return c.seconds()
}

// callForm returns the fields of every request about a call.
func (ex *Exchange) callForm(c *call) url.Values {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	form := url.Values{
		"CallSid": {c.SID}, "AccountSid": {ex.cfg.AccountSID}, "ApiVersion": {apiVersion}, "Direction": {"outbound-api"},
		"From": {c.From}, "Caller": {c.From}, "To": {c.To}, "Called": {c.To}, "CallStatus": {c.Status},
	}
	if c.AnsweredBy != "" {
		form.Set("AnsweredBy", c.AnsweredBy)
	}
	return form
}

// note records a callback in the call's record. The caller holds mu.
func (c *call) note(p PostedTo) { c.Posts = append(c.Posts, p) }
