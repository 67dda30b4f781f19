package webhook

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"path"
	"strconv"

	"valkyrie/infra/evidence/link"
)

// shown lists the content types that a browser shows; any other file is offered for saving. A page of the watched site would
// otherwise run as one of this address.
var shown = map[string]bool{"image/png": true, "image/jpeg": true, "text/plain; charset=utf-8": true}

// serveEvidence answers with a file of evidence if the path has a valid token for it: see package link. It reads nothing before.
// The requester of an expired address had a right one, and gets the reason; so has one whose file was deleted.
func (h *Handler) serveEvidence(w http.ResponseWriter, r *http.Request, path string) {
	status, reason := h.evidence(w, r, path)
	if status == http.StatusOK {
		return
	}
	h.cfg.Log.Warn("evidence refused", "status", status) // without the path, which has the token
	if reason == "" {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		fmt.Fprintln(w, reason)
	}
}

// evidence writes the file, and returns 200; or it returns another status, with a reason for people.
func (h *Handler) evidence(w http.ResponseWriter, r *http.Request, signed string) (status int, reason string) {
	head := w.Header()
	head.Set("Cache-Control", "private, no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("X-Robots-Tag", "noindex")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		head.Set("Allow", "GET, HEAD")
		return http.StatusMethodNotAllowed, ""
	}
	file, err := h.cfg.Evidence.Verify(signed, h.cfg.TimeNow())
	switch {
	case errors.Is(err, link.ErrExpired):
		return http.StatusGone, fmt.Sprintf("This address has expired: it is valid for %.0f hours. The evidence is in the incident: valkyrie incidents", link.Valid.Hours())
	case errors.Is(err, link.ErrToken):
		return http.StatusForbidden, ""
	case err != nil || h.cfg.ReadEvidence == nil:
		return http.StatusNotFound, ""
	}
	data, kind, err := h.cfg.ReadEvidence(r.Context(), file)
	switch {
	case errors.Is(err, link.ErrNoFile):
		h.cfg.Log.Warn("read evidence: it is not there", "bucket", file.Bucket, "key", file.Key, "err", err)
		return http.StatusNotFound, "This file of evidence is no longer there."
	case err != nil:
		h.cfg.Log.Error("read evidence: failed", "bucket", file.Bucket, "key", file.Key, "err", err)
		return http.StatusBadGateway, "This file of evidence could not be read. Try again; the log of the webhook has the reason."
	}
	disposition := "attachment"
	if shown[kind] {
		disposition = "inline"
	}
	head.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": path.Base(file.Key)}))
	head.Set("Content-Type", kind)
	head.Set("Content-Length", strconv.Itoa(len(data)))
	h.cfg.Log.Info("evidence opened", "key", file.Key, "method", r.Method)
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(data)
	}
	return http.StatusOK, ""
}
