// Package webhook handles the requests that Valkyrie accepts from outside: Twilio's callbacks and people's texts below
// /twilio/, the heartbeats of batches below /beat/, and a file of evidence that a text links to below /e/. The same handler
// serves the Function URL on Lambda and `valkyrie watch`, which has no evidence to serve.
//
// A request has no effect before its signature or token is verified, and a refusal gives no reason.
package webhook

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/infra/evidence/link"
)

// Config configures a Handler.
type Config struct {
	// PublicURL is the external address of this handler, https://example.org or https://example.org/valkyrie. Empty:
	// https:// and the Host of the request, which is right behind a Function URL.
	PublicURL string
	Tokens    []string // Twilio's auth tokens: one, or two during a rotation; with none, its callbacks are refused
	BeatKey   []byte   // the key of the batches' addresses; empty: heartbeats are refused
	// Pager returns the pager that handles a report about pageID, or a person's text if pageID is empty.
	Pager func(ctx context.Context, pageID string) *paging.Pager
	// Beat records a heartbeat, as judge.Recorder.Beat does.
	Beat func(context.Context, judge.Beat) ([]judge.Decision, error)
	// Evidence verifies the addresses of evidence; the zero value accepts none. ReadEvidence returns a file and its content
	// type; nil: there are none.
	Evidence     link.Signer
	ReadEvidence func(context.Context, link.File) (data []byte, kind string, err error)
	// Changed is called after a write that may make pages due, so that the pager can be woken; nil: not called.
	Changed func(context.Context)
	Log     *slog.Logger     // nil: discard
	TimeNow func() time.Time // nil: time.Now
}

// A Handler is the HTTP handler of Twilio's callbacks, people's texts, and heartbeats. Create one with New.
type Handler struct {
	cfg    Config
	base   string // the path of PublicURL
	twilio http.Handler
}

// New returns a Handler with the defaults of Config filled in. It sends no request.
func New(cfg Config) *Handler {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cfg.Log = limitRefusals(cfg.Log)
	if cfg.TimeNow == nil {
		cfg.TimeNow = time.Now
	}
	if cfg.Changed == nil {
		cfg.Changed = func(context.Context) {}
	}
	h := &Handler{cfg: cfg}
	if u, err := url.Parse(strings.TrimSuffix(cfg.PublicURL, "/")); err == nil {
		h.base = u.EscapedPath()
	}
	h.twilio = twilio.NewCallbacks(twilio.CallbacksConfig{PublicURL: cfg.PublicURL, Tokens: cfg.Tokens, Handle: h.report, Reply: h.reply, Log: cfg.Log})
	return h
}

// ServeHTTP answers 404 for a path outside those in the package comment, 405 for a method other than POST (of evidence, GET and
// HEAD), 413 for a body that is too long, 403 for a wrong signature or token, 400 for a malformed request, and 500 if the store
// did not take the write; all with an empty body. An address of evidence that has expired gets 410,
// and 502 if the bucket does not answer.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := strings.TrimPrefix(r.URL.EscapedPath(), h.base)
	if rest, ok := strings.CutPrefix(path, "/beat/"); ok {
		h.serveBeat(w, r, rest)
		return
	}
	if strings.HasPrefix(path, link.Path) {
		h.serveEvidence(w, r, path)
		return
	}
	h.twilio.ServeHTTP(w, r)
}

func (h *Handler) report(ctx context.Context, r paging.Report) (paging.Answer, error) {
	answer, err := h.cfg.Pager(ctx, r.PageID).Report(ctx, r)
	if err == nil {
		h.cfg.Changed(ctx)
	}
	return answer, err
}

func (h *Handler) reply(ctx context.Context, t paging.Reply) (string, error) {
	answer, err := h.cfg.Pager(ctx, "").Reply(ctx, t)
	if err == nil {
		h.cfg.Changed(ctx)
	}
	return answer, err
}
