package standin

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A text is one message. Its record is guarded by the exchange's mu; the rest never changes.
type text struct {
	TextRecord
	behaviour      Behaviour
	statusCallback string
}

// trialWords precede every text of a trial account.
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

// travel runs a text: queued, sent, and delivered or not, each reported to the client.
func (ex *Exchange) travel(t *text) {
	arrives := t.behaviour.word() != "undelivered"
	ex.screen.text(t.To, t.Body, t.Segments, arrives)
	statuses := []string{"sent", "delivered"}
	if !arrives {
		statuses[1] = "undelivered"
	}
	manner := ex.currentManner()
	var forms []url.Values
	for _, status := range statuses {
		if !pause(ex.power, ex.cfg.MessageLatency/2) {
			break
		}
		ex.reach(t, status)
		forms = append(forms, ex.textForm(t))
		if manner != LateCallbacks {
			ex.tellText(t, manner, forms[len(forms)-1])
		}
	}
	if manner == LateCallbacks {
		for _, form := range slices.Backward(forms) {
			ex.tellText(t, manner, form)
		}
	}
	if t.behaviour.word() == "reply" {
		ex.replyTo(t)
	}
	ex.mu.Lock()
	t.Settled = true
	ex.settled()
	ex.mu.Unlock()
}

// reach sets a text's status.
func (ex *Exchange) reach(t *text, status string) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	t.Status = status
	if status == "sent" {
		return
	}
	t.Ended = ex.cfg.TimeNow()
	if status == "undelivered" {
		t.Code = t.behaviour.code()
	}
}

func (ex *Exchange) tellText(t *text, m Manner, form url.Values) {
	if t.statusCallback != "" {
		ex.postAs(ex.power, m, func(p PostedTo) { t.Posts = append(t.Posts, p) }, t.statusCallback, form)
	}
}

// textForm returns the body of a text's status callback.
func (ex *Exchange) textForm(t *text) url.Values {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	form := url.Values{
		"MessageSid": {t.SID}, "SmsSid": {t.SID}, "AccountSid": {ex.cfg.AccountSID}, "ApiVersion": {apiVersion},
		"From": {t.From}, "To": {t.To}, "MessageStatus": {t.Status}, "SmsStatus": {t.Status},
	}
	if t.Code != 0 {
		form.Set("ErrorCode", strconv.Itoa(t.Code))
		form.Set("ErrorMessage", words(t.Code))
	}
	return form
}

// The characters of the GSM 7-bit default alphabet, and those that need an escape (3GPP TS 23.038, 6.2.1).
const (
	gsmBasic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§" +
		"¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmExtension = "\f^{}\\[~]|€"
)

// segments counts the segments of a text. A single one holds 160 septets, or 70 UTF-16 units once any character is
// outside GSM-7; several hold 153 or 67 each, because a header joins them, and no character is split between two.
func segments(body string) int {
	size, alone, joined := ucs2Size, 70, 67
	if isGSM(body) {
		size, alone, joined = gsmSize, 160, 153
	}
	total, count, room := 0, 1, joined
	for _, r := range body {
		n := size(r)
		total += n
		if n > room {
			count, room = count+1, joined
		}
		room -= n
	}
	if total <= alone {
		return 1
	}
	return count
}

func isGSM(body string) bool {
	return !strings.ContainsFunc(body, func(r rune) bool {
		return !strings.ContainsRune(gsmBasic, r) && !strings.ContainsRune(gsmExtension, r)
	})
}

func gsmSize(r rune) int {
	if strings.ContainsRune(gsmExtension, r) {
		return 2
	}
	return 1
}

func ucs2Size(r rune) int {
	const firstOutsideBMP = 0x10000
	if r >= firstOutsideBMP {
		return 2
	}
	return 1
}
