package twilio

import (
	"net/url"
	"strings"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/paging"
)

// readReport converts a callback to a report about its page.
func readReport(t target, form url.Values) paging.Report {
	r := paging.Report{PageID: t.pageID}
	switch {
	case t.about == aboutKey, t.about == aboutAgain:
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

// callResult converts Twilio's call status to the page's result, or to "" while the call goes on. Who answered matters
// only at the end. "unknown" may well have been a person, so that only the missing key press counts. See
// https://www.twilio.com/docs/voice/api/call-resource#call-status-values.
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

// textResult converts a text's status. See
// https://www.twilio.com/docs/messaging/api/message-resource#message-status-values.
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

// final reports whether a text that failed for a reason would fail again: the number has blocked us, is unknown or no
// mobile number, or our texts are filtered. A phone that is off, or an unlisted error, may recover. The codes are
// listed at https://www.twilio.com/docs/api/errors.
func final(code string) bool {
	switch code {
	case "21610", "21614", "30004", "30005", "30006", "30007", "30034":
		return true
	}
	return false
}

// why joins the provider's reasons for a failure.
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
