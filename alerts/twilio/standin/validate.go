package standin

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Limits that Twilio documents, in characters.
const (
	maxTwiML = 4000
	maxBody  = 1600
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// checkCall returns the fault for which Twilio would reject the call.
func checkCall(form url.Values) (apiError, bool) {
	bad := func(code int, message string) (apiError, bool) {
		return apiError{http.StatusBadRequest, code, message}, true
	}
	to, from := form.Get("To"), form.Get("From")
	switch {
	case to == "":
		return bad(21201, "No 'To' number is specified")
	case from == "":
		return bad(21213, "No 'From' number is specified")
	case !e164.MatchString(to):
		return bad(21211, "The phone number you are attempting to call, "+to+", is not valid.")
	case !e164.MatchString(from):
		return bad(21212, "The source phone number provided, "+from+", is not yet verified for your account.")
	case form.Get("Twiml") == "" && form.Get("Url") == "":
		return bad(21205, "Url parameter is required.")
	case form.Get("Url") != "":
		return bad(21205, "Url is not a valid URL: this stand-in only plays inline Twiml")
	case utf8.RuneCountInString(form.Get("Twiml")) > maxTwiML:
		return bad(32018, "Twiml size exceeded maximum allowed value of 4000 characters")
	case !validCallback(form.Get("StatusCallback")):
		return bad(21205, "StatusCallback is not a valid URL: "+form.Get("StatusCallback"))
	case !validCallback(form.Get("FallbackUrl")):
		return bad(21205, "FallbackUrl is not a valid URL: "+form.Get("FallbackUrl"))
	case !validEvents(form["StatusCallbackEvent"]):
		return bad(21626, "StatusCallbackEvent is not valid: "+strings.Join(form["StatusCallbackEvent"], ", "))
	}
	return apiError{}, false
}

// checkText returns why a text cannot be sent, as Twilio would.
func checkText(form url.Values) (apiError, bool) {
	bad := func(code int, message string) (apiError, bool) {
		return apiError{http.StatusBadRequest, code, message}, true
	}
	to, from := form.Get("To"), form.Get("From")
	switch {
	case to == "":
		return bad(21604, "A 'To' phone number is required.")
	case from == "":
		return bad(21603, "A 'From' phone number is required.")
	case !e164.MatchString(to):
		return bad(21211, "The 'To' number "+to+" is not a valid phone number.")
	case !e164.MatchString(from):
		return bad(21212, "The 'From' number "+from+" is not a valid phone number, shortcode, or alphanumeric sender ID.")
	case form.Get("Body") == "":
		return bad(21602, "Message body is required.")
	case utf8.RuneCountInString(form.Get("Body")) > maxBody:
		return bad(21617, "The concatenated message body exceeds the 1600 character limit.")
	case !validCallback(form.Get("StatusCallback")):
		return bad(21609, "The StatusCallback URL "+form.Get("StatusCallback")+" is not a valid URL.")
	}
	return apiError{}, false
}

// validCallback accepts no callback at all, or an address that can be posted to. Twilio wants a host without underscores.
func validCallback(raw string) bool {
	if raw == "" {
		return true
	}
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && !strings.Contains(u.Host, "_")
}

func validEvents(events []string) bool {
	for _, e := range events {
		switch e {
		case "initiated", "ringing", "answered", "completed":
		default:
			return false
		}
	}
	return true
}
