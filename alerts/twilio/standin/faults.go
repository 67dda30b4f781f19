package standin

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// places reports whether the call or text is placed despite the fault.
func (b Behaviour) places() bool {
	switch b.word() {
	case "too-many", "server-error", "unavailable", "web-page", "refuse", "timeout-before":
		return false
	}
	return true
}

// answer answers a create request according to the behaviour.
func (ex *Exchange) answer(w http.ResponseWriter, r *http.Request, b Behaviour, created any) {
	switch b.word() {
	case "too-many":
		ex.writeFault(w, apiError{http.StatusTooManyRequests, 20429, words(20429)})
	case "server-error":
		writePage(w, http.StatusBadGateway, "502 Bad Gateway")
	case "web-page":
		writePage(w, http.StatusOK, "Welcome to the hotel's network")
	case "error-after":
		ex.writeFault(w, apiError{http.StatusInternalServerError, 20500, words(20500)})
	case "unavailable":
		ex.writeFault(w, apiError{http.StatusServiceUnavailable, 20503, words(20503)})
	case "refuse":
		ex.writeFault(w, apiError{refusalStatus(b.code()), b.code(), words(b.code())})
	case "timeout-before", "timeout-after":
		ex.neverAnswer(r)
	case "no-sid":
		ex.writeJSON(w, http.StatusCreated, struct{}{})
	case "truncated":
		ex.cutShort(w, created)
	default:
		ex.writeJSON(w, http.StatusCreated, created)
	}
}

// writePage answers like a proxy between the client and Twilio.
func writePage(w http.ResponseWriter, status int, words string) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><body><h1>"+words+"</h1></body></html>\n")
}

func refusalStatus(code int) int {
	if code == 20003 {
		return http.StatusUnauthorized
	}
	return http.StatusBadRequest
}

// neverAnswer blocks until the client leaves, or the exchange closes; then it drops the connection.
func (ex *Exchange) neverAnswer(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-ex.power.Done():
	}
	panic(http.ErrAbortHandler)
}

// cutShort declares the length of the whole answer and sends half; the server then has to close the connection.
func (ex *Exchange) cutShort(w http.ResponseWriter, created any) {
	var whole bytes.Buffer
	_ = json.NewEncoder(&whole).Encode(created)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(whole.Len()))
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(whole.Bytes()[:whole.Len()/2])
}

// An apiError is an error in the form of Twilio's API. The codes are listed at https://www.twilio.com/docs/api/errors.
type apiError struct {
	status  int
	code    int
	message string
}

func notFound(path string) apiError {
	return apiError{http.StatusNotFound, 20404, fmt.Sprintf("The requested resource %s was not found", path)}
}

// messages are Twilio's texts for the most common codes of Refuse and Undelivered.
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

func (ex *Exchange) writeFault(w http.ResponseWriter, f apiError) {
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
