package standin

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// places reports whether something is placed in spite of what is wrong with the API.
func (b Behaviour) places() bool {
	switch b.word() {
	case "too-many", "server-error", "unavailable", "web-page", "refuse", "timeout-before":
		return false
	}
	return true
}

// answer answers a create request, in the way that the behaviour says.
func (ex *Exchange) answer(w http.ResponseWriter, r *http.Request, b Behaviour, created any) {
	switch b.word() {
	case "too-many":
		ex.writeFault(w, fault{http.StatusTooManyRequests, 20429, words(20429)})
	case "server-error":
		writePage(w, http.StatusBadGateway, "502 Bad Gateway")
	case "web-page":
		writePage(w, http.StatusOK, "Welcome to the hotel's network")
	case "error-after":
		ex.writeFault(w, fault{http.StatusInternalServerError, 20500, words(20500)})
	case "unavailable":
		ex.writeFault(w, fault{http.StatusServiceUnavailable, 20503, words(20503)})
	case "refuse":
		ex.writeFault(w, fault{refusalStatus(b.code()), b.code(), words(b.code())})
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

// writePage answers as something between the client and Twilio does.
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

// neverAnswer keeps the client waiting until it leaves, or the exchange closes; then the line goes dead.
func (ex *Exchange) neverAnswer(r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-ex.power.Done():
	}
	panic(http.ErrAbortHandler)
}

// cutShort promises the whole answer and sends half; the server then has to close the connection.
func (ex *Exchange) cutShort(w http.ResponseWriter, created any) {
	var whole bytes.Buffer
	_ = json.NewEncoder(&whole).Encode(created)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(whole.Len()))
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(whole.Bytes()[:whole.Len()/2])
}
