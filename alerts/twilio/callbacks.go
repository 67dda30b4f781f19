package twilio

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"valkyrie/alerts/paging"
)

// CallbacksConfig is what Callbacks needs to know.
type CallbacksConfig struct {
	// PublicURL is the base address that Twilio was given (Config.CallbackURL). Empty: https:// and the Host of the
	// request, which is right behind a Lambda Function URL, whose address is not known before it is deployed. A wrong
	// Host opens nothing: the signature is still computed with our token, over that address.
	PublicURL string
	// Tokens are the account's auth tokens: one, or two while they are rotated. With none, everything is refused.
	Tokens []string
	// Handle takes a report whose signature was right. For a key press, the answer is said to the person. After an error
	// Twilio posts again, so it must bear the same report twice, as Twilio may do anyway.
	Handle func(ctx context.Context, r paging.Report) (paging.Answer, error)
	// Reply takes a text that somebody sent to our number, and returns what to text back; empty: nothing. Nil: texts are
	// not taken.
	Reply func(ctx context.Context, t paging.Reply) (string, error)
	Log   *slog.Logger // nil: discard
}

// Callbacks serves what Twilio posts: about pages, POST /twilio/{pageID}/status and /twilio/{pageID}/key, and texts that
// people send to our number, POST /twilio/reply. Nothing is believed, and neither Handle nor Reply is called, before the
// signature is known to be Twilio's.
type Callbacks struct {
	cfg CallbacksConfig
}

// NewCallbacks returns the handler.
func NewCallbacks(cfg CallbacksConfig) *Callbacks {
	cfg.PublicURL = strings.TrimSuffix(cfg.PublicURL, "/")
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Callbacks{cfg: cfg}
}

// ServeHTTP answers 404 for another path, 405 for another method, 413 for a body over 64 kB, 403 for a wrong signature,
// 400 for a body that is no form, and 500 if Handle fails, all with an empty body.
func (c *Callbacks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t, ok := c.parseTarget(r)
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	form, status := c.signedForm(w, r, t.address)
	if status != http.StatusOK {
		c.cfg.Log.Warn("callback refused", "page", t.pageID, "status", status)
		w.WriteHeader(status)
		return
	}
	c.handle(w, r, t, form)
}

func (c *Callbacks) handle(w http.ResponseWriter, r *http.Request, t target, form url.Values) {
	if t.about == aboutReply {
		c.handleText(w, r, form)
		return
	}
	report := readReport(t, form)
	answer, err := c.cfg.Handle(r.Context(), report)
	if err != nil {
		c.cfg.Log.Error("callback not handled", "page", report.PageID, "sid", report.SID, "err", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	if t.about != "key" {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s := script{language: answer.Language, speech: answer.Say, prompt: answer.Prompt, keyURL: t.address + retries}
	document := replyTwiML(s)
	if answer.Prompt != "" {
		document = callTwiML(s)
	}
	c.write(w, document)
}

func (c *Callbacks) write(w http.ResponseWriter, document string) {
	w.Header().Set("Content-Type", "text/xml; charset=utf-8")
	if _, err := io.WriteString(w, document); err != nil {
		c.cfg.Log.Warn("answer not written", "err", err)
	}
}

// A target is what a callback's address says.
type target struct {
	pageID  string
	about   string // "status", "key" or "reply"
	address string // the whole, as Twilio knows and has signed it
}

// parseTarget takes the address apart. It works on the escaped path, byte for byte, since that is what was signed. A
// proxy may have taken off the path of PublicURL, or not.
func (c *Callbacks) parseTarget(r *http.Request) (target, bool) {
	base := c.cfg.PublicURL
	if base == "" {
		base = "https://" + r.Host
	}
	path := r.URL.EscapedPath()
	if u, err := url.Parse(base); err == nil {
		path = strings.TrimPrefix(path, u.EscapedPath())
	}
	if path == "/twilio/"+aboutReply && c.cfg.Reply != nil {
		return target{about: aboutReply, address: c.address(base, path, r)}, true
	}
	parts := strings.Split(path, "/")
	if len(parts) != 4 || parts[0] != "" || parts[1] != "twilio" || (parts[3] != "status" && parts[3] != "key") {
		return target{}, false
	}
	id, err := url.PathUnescape(parts[2])
	if err != nil || id == "" || len(id) > maxPageID {
		return target{}, false
	}
	return target{pageID: id, about: parts[3], address: c.address(base, path, r)}, true
}

func (c *Callbacks) address(base, path string, r *http.Request) string {
	if r.URL.RawQuery != "" {
		return base + path + "?" + r.URL.RawQuery // we ask for none, but what was signed was signed
	}
	return base + path
}

// signedForm reads the body and returns the form, or the HTTP status to refuse it with.
func (c *Callbacks) signedForm(w http.ResponseWriter, r *http.Request, address string) (url.Values, int) {
	const most = 64 << 10
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return nil, http.StatusRequestEntityTooLarge
	}
	signature := r.Header.Get("X-Twilio-Signature")
	if signature == "" {
		return nil, http.StatusForbidden
	}
	form, parseErr := url.ParseQuery(string(body))
	switch {
	case err != nil || parseErr != nil:
		return nil, http.StatusBadRequest
	case !signed(c.cfg.Tokens, address, form, signature):
		return nil, http.StatusForbidden
	}
	return form, http.StatusOK
}
