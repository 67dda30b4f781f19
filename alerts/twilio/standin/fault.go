package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A fault is an error as Twilio's API answers it. The codes are listed at https://www.twilio.com/docs/api/errors.
type fault struct {
	status  int
	code    int
	message string
}

func notFound(path string) fault {
	return fault{http.StatusNotFound, 20404, fmt.Sprintf("The requested resource %s was not found", path)}
}

// messages are Twilio's words for the codes that Refuse and Undelivered are most used with.
var messages = map[int]string{
	20003: "Authenticate",
	20429: "Too Many Requests",
	20500: "Internal Server Error",
	20503: "Service Unavailable",
	21211: "The 'To' number is not a valid phone number",
	21214: "The 'To' phone number provided cannot be reached",
	21217: "Phone number does not appear to be valid",
	21608: "The number is unverified. Trial accounts cannot send messages to unverified numbers",
	21610: "Attempt to send to unsubscribed recipient",
	21614: "'To' number is not a valid mobile number",
	30003: "Unreachable destination handset",
	30005: "Unknown destination handset",
	30006: "Landline or unreachable carrier",
	30007: "Message filtered",
}

func words(code int) string {
	if m, ok := messages[code]; ok {
		return m
	}
	return fmt.Sprintf("Error %d", code)
}

func (ex *Exchange) writeFault(w http.ResponseWriter, f fault) {
	ex.writeJSON(w, f.status, map[string]any{
		"code": f.code, "message": f.message, "status": f.status,
		"more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", f.code),
	})
}

func (ex *Exchange) writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		ex.cfg.Log.Warn("answer not written", "err", err)
	}
}
