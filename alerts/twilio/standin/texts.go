package standin

import (
	"net/http"
	"net/url"
	"slices"
)

// A text is one message. Its record is guarded by the exchange's mu, the rest never changes.
type text struct {
	TextRecord
	behaviour      Behaviour
	statusCallback string
}

// trialWords are what Twilio puts before every text of a trial account.
const trialWords = "Sent from your Twilio trial account - "

func (ex *Exchange) createText(w http.ResponseWriter, r *http.Request) {
	if f, bad := checkText(r.PostForm); bad {
		ex.writeFault(w, f)
		return
	}
	ex.mu.Lock()
	to := r.PostForm.Get("To")
	ex.creates[to]++
	b := ex.plans.take(aText, to)
	var created any
	if b.places() {
		t := ex.newText(r.PostForm, ex.plans.afterwards(aText, b))
		ex.texts = append(ex.texts, t)
		created = ex.textJSON(t)
		ex.begin(func() { ex.travel(t) })
	}
	ex.mu.Unlock()
	ex.answer(w, r, b, created)
}

func (ex *Exchange) newText(form url.Values, b Behaviour) *text {
	body := form.Get("Body")
	if ex.cfg.Account.Trial {
		body = trialWords + body
	}
	return &text{
		TextRecord: TextRecord{
			SID: newSID("SM"), To: form.Get("To"), From: form.Get("From"), Attempt: ex.creates[form.Get("To")],
			Status: "queued", Body: body, Segments: segments(body), Created: ex.cfg.TimeNow(),
		},
		behaviour: b, statusCallback: form.Get("StatusCallback"),
	}
}

func (ex *Exchange) fetchText(w http.ResponseWriter, r *http.Request) {
	sid := trimJSON(r.PathValue("sid"))
	ex.mu.Lock()
	i := slices.IndexFunc(ex.texts, func(t *text) bool { return t.SID == sid })
	var answer map[string]any
	if i >= 0 {
		answer = ex.textJSON(ex.texts[i])
	}
	ex.mu.Unlock()
	if answer == nil {
		ex.writeFault(w, notFound(r.URL.Path))
		return
	}
	ex.writeJSON(w, http.StatusOK, answer)
}

func (ex *Exchange) listTexts(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	ex.mu.Lock()
	var found []map[string]any
	for _, t := range slices.Backward(ex.texts) {
		if matches(q, "To", t.To) && matches(q, "From", t.From) && onDays(q, "DateSent", t.dateSent()) {
			found = append(found, ex.textJSON(t))
		}
	}
	ex.mu.Unlock()
	ex.writeList(w, r, "messages", found)
}
