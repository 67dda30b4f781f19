package standin

import (
	"net/url"
	"slices"
	"strconv"
)

// travel is a text's way: queued, sent, and delivered or not, each told to the client.
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

// reach moves a text on.
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

// textForm is what Twilio posts when a text's status changes.
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
