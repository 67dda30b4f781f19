package twilio

import (
	"net/url"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// readReport says what a callback means for its page.
func readReport(t target, form url.Values) paging.Report {
	r := paging.Report{PageID: t.pageID}
	switch {
	case t.about == "key":
		r.SID, r.Key = form.Get("CallSid"), form.Get("Digits")
	case form.Has("MessageSid"):
		r.SID = form.Get("MessageSid")
		r.Result = textResult(form.Get("MessageStatus"))
		r.Why, r.Final = why(r.Result, form), r.Result != "" && final(form.Get("ErrorCode"))
	default:
		r.SID = form.Get("CallSid")
		r.Result = callResult(form.Get("CallStatus"), form.Get("AnsweredBy"))
		r.Why = why(r.Result, form)
	}
	return r
}

// callResult maps Twilio's word for where a call is to how the page ended, or to "" while the call goes on. Who answered
// is only looked at when it is over. Detection that was not sure says "unknown", which may well have been a person: then
// the missing key press is what tells.
// See https://www.twilio.com/docs/voice/api/call-resource#call-status-values.
func callResult(status, answeredBy string) string {
	switch status {
	case "completed":
		if strings.HasPrefix(answeredBy, "machine") || answeredBy == "fax" {
			return incident.Machine
		}
		return incident.Human
	case "busy":
		return incident.Busy
	case "no-answer":
		return incident.NoAnswer
	case "failed", "canceled":
		return incident.FailedCall
	}
	return ""
}

// textResult does the same for a text.
// See https://www.twilio.com/docs/messaging/api/message-resource#message-status-values.
func textResult(status string) string {
	switch status {
	case "delivered", "read":
		return incident.Delivered
	case "undelivered":
		return incident.Undelivered
	case "failed", "canceled":
		return incident.FailedCall
	}
	return ""
}

// final reports whether a text that failed for a reason would fail for it again: the number has blocked us, is unknown, is no
// mobile one, or our texts are filtered. A phone that is off, or an error that nobody knows, may be better in a while.
// The codes are listed at https://www.twilio.com/docs/api/errors.
func final(code string) bool {
	switch code {
	case "21610", "21614", "30004", "30005", "30006", "30007", "30034":
		return true
	}
	return false
}

// why puts the carrier's reason for a failure together, as far as it gave one.
func why(result string, form url.Values) string {
	if result != incident.FailedCall && result != incident.Undelivered {
		return ""
	}
	var parts []string
	if status := form.Get("CallStatus"); status == "canceled" {
		parts = append(parts, "canceled")
	}
	if code := form.Get("ErrorCode"); code != "" {
		parts = append(parts, "error "+code)
	}
	if message := form.Get("ErrorMessage"); message != "" {
		parts = append(parts, message)
	}
	if sip := form.Get("SipResponseCode"); sip != "" {
		parts = append(parts, "SIP response "+sip)
	}
	return strings.Join(parts, ", ")
}
