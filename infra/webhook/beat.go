package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"valkyrie/alerts/judge"
)

// maxBeat is the size limit of a batch's message, bytes.
const maxBeat = 16 << 10

// maxBeatError is the number of characters kept of a batch's error, which a call reads out.
const maxBeatError = 500

// serveBeat receives a batch's heartbeat: POST JOB/TOKEN/STAGE, with the numbers done and expected, and the error of a
// failed batch, in the query, in a form, or in JSON.
func (h *Handler) serveBeat(w http.ResponseWriter, r *http.Request, rest string) {
	status := http.StatusNotFound
	parts := strings.Split(rest, "/")
	if len(parts) == 3 {
		status = h.beat(w, r, parts[0], parts[1], judge.Stage(parts[2]))
	}
	if status != http.StatusNoContent {
		h.cfg.Log.Warn("heartbeat refused", "job", trimmed(parts[0], 100), "status", status) // neither contains the token
	}
	w.WriteHeader(status)
}

// beat returns the HTTP status of the answer.
func (h *Handler) beat(w http.ResponseWriter, r *http.Request, job, token string, stage judge.Stage) int {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBeat))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	if !rightToken(h.cfg.BeatKey, job, token) {
		return http.StatusForbidden
	}
	stages := []judge.Stage{judge.Starts, judge.Progresses, judge.Finishes, judge.Fails}
	b, bad := readBeat(r, body)
	if err != nil || bad != nil || !slices.Contains(stages, stage) {
		return http.StatusBadRequest
	}
	b.Batch, b.Stage, b.At = job, stage, h.cfg.TimeNow().UTC()
	return h.storeBeat(r.Context(), b)
}

func (h *Handler) storeBeat(ctx context.Context, b judge.Beat) int {
	decisions, err := h.cfg.Beat(ctx, b)
	switch {
	case errors.Is(err, judge.ErrUnknownBatch):
		return http.StatusNotFound
	case err != nil:
		h.cfg.Log.Error("a heartbeat is lost: it could not be stored", "job", b.Batch, "stage", b.Stage, "err", err)
		return http.StatusInternalServerError
	}
	for _, d := range decisions {
		h.cfg.Log.Info("heartbeat", "job", b.Batch, "stage", b.Stage, "verb", d.Verb, "reason", d.Reason)
		if d.Incident.ID != "" {
			h.cfg.Changed(ctx)
		}
	}
	return http.StatusNoContent
}

// readBeat reads the numbers and the error from the query and the body. It refuses unknown names: ignoring a misspelt one
// would lose a number.
func readBeat(r *http.Request, body []byte) (judge.Beat, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return judge.Beat{}, err
	}
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "application/json" {
		return beatOf(values, body)
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return judge.Beat{}, err
	}
	for name, more := range form {
		values[name] = append(values[name], more...)
	}
	return beatOf(values, nil)
}

// beatOf parses the values, and the JSON document if there is one.
func beatOf(values url.Values, document []byte) (judge.Beat, error) {
	var b judge.Beat
	for name, given := range values {
		var err error
		switch {
		case len(given) != 1:
			err = errors.New("expected one value, got several")
		case name == "done":
			b.Done, err = strconv.ParseInt(given[0], 10, 64)
		case name == "expected":
			b.Expected, err = strconv.ParseInt(given[0], 10, 64)
		case name == "error":
			b.Error = given[0]
		default:
			err = errors.New("unknown name; use done, expected or error")
		}
		if err != nil {
			return b, fmt.Errorf("%s: %w", name, err)
		}
	}
	if len(document) > 0 {
		dec := json.NewDecoder(strings.NewReader(string(document)))
		dec.DisallowUnknownFields()
		in := struct {
			Done, Expected *int64
			Error          *string
		}{&b.Done, &b.Expected, &b.Error}
		if err := dec.Decode(&in); err != nil {
			return b, err
		}
		if _, err := dec.Token(); !errors.Is(err, io.EOF) {
			return b, errors.New("expected one JSON document, got more text after it")
		}
	}
	if b.Done < 0 || b.Expected < 0 || max(b.Done, b.Expected) > math.MaxInt32 {
		return b, errors.New("expected numbers from 0 to 2147483647")
	}
	b.Error = trimmed(b.Error, maxBeatError)
	return b, nil
}

// trimmed cuts text to at most n characters.
func trimmed(text string, n int) string {
	text = strings.ToValidUTF8(text, "?")
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}
