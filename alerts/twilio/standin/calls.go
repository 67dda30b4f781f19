package standin

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
)

// A call is one leg from the exchange to a phone. Its record is guarded by the exchange's mu; the rest never changes.
type call struct {
	CallRecord
	behaviour      Behaviour
	statusCallback string
	fallback       string
	events         []string // requested status callbacks
	detects        bool     // machine detection was asked for
	line           context.Context
	hangUp         context.CancelFunc
}

func (ex *Exchange) createCall(w http.ResponseWriter, r *http.Request) {
	if f, bad := checkCall(r.PostForm); bad {
		ex.writeFault(w, f)
		return
	}
	ex.mu.Lock()
	to := r.PostForm.Get("To")
	ex.creates[to]++
	b := ex.plans.take(aCall, to)
	var created any
	if b.places() {
		c := ex.newCall(r.PostForm, ex.plans.afterwards(aCall, b))
		ex.calls = append(ex.calls, c)
		created = ex.callJSON(c)
		ex.begin(func() { ex.live(c) })
	}
	ex.mu.Unlock()
	ex.answer(w, r, b, created)
}

func (ex *Exchange) newCall(form url.Values, b Behaviour) *call {
	line, hangUp := context.WithCancel(ex.power)
	c := &call{
		CallRecord: CallRecord{
			SID: newSID("CA"), To: form.Get("To"), From: form.Get("From"), Attempt: ex.creates[form.Get("To")],
			Status: "queued", TwiML: form.Get("Twiml"), Created: ex.cfg.TimeNow(),
		},
		behaviour: b, statusCallback: form.Get("StatusCallback"), fallback: form.Get("FallbackUrl"), events: form["StatusCallbackEvent"],
		detects: form.Get("MachineDetection") != "", line: line, hangUp: hangUp,
	}
	if len(c.events) == 0 {
		c.events = []string{"completed"}
	}
	return c
}

// newSID makes an id as Twilio does: two letters and 32 hexadecimal digits.
func newSID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + hex.EncodeToString(b[:])
}

func (ex *Exchange) fetchCall(w http.ResponseWriter, r *http.Request) {
	ex.withCall(w, r, func(*call) {})
}

// updateCall ends a call, the only update that is supported. A call that is over stays as it is.
func (ex *Exchange) updateCall(w http.ResponseWriter, r *http.Request) {
	status := r.PostForm.Get("Status")
	if status != "completed" && status != "canceled" {
		ex.writeFault(w, apiError{http.StatusBadRequest, 20001, "Status must be completed or canceled"})
		return
	}
	ex.withCall(w, r, func(c *call) { c.hangUp() })
}

func (ex *Exchange) withCall(w http.ResponseWriter, r *http.Request, do func(*call)) {
	ex.mu.Lock()
	sid := trimJSON(r.PathValue("sid"))
	i := slices.IndexFunc(ex.calls, func(c *call) bool { return c.SID == sid })
	if i < 0 {
		ex.mu.Unlock()
		ex.writeFault(w, notFound(r.URL.Path))
		return
	}
	do(ex.calls[i])
	answer := ex.callJSON(ex.calls[i])
	ex.mu.Unlock()
	ex.writeJSON(w, http.StatusOK, answer)
}

func (ex *Exchange) listCalls(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ex.mu.Lock()
	var found []map[string]any
	for _, c := range slices.Backward(ex.calls) {
		if matches(q, "To", c.To) && matches(q, "From", c.From) && matches(q, "Status", c.Status) &&
			onDays(q, "StartTime", c.startTime()) {
			found = append(found, ex.callJSON(c))
		}
	}
	ex.mu.Unlock()
	ex.writeList(w, r, "calls", found)
}
