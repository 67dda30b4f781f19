package twilio

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"valkyrie/alerts/paging"
)

// CallbacksConfig configures Callbacks.
type CallbacksConfig struct {
	// PublicURL is the base address that Twilio was given (Config.CallbackURL). Empty: https:// and the Host of the
	// request, which is right behind a Lambda Function URL, whose address is unknown before deployment. A wrong Host
	// gains nothing: the signature is still computed with our token, over that address.
	PublicURL string
	// Tokens are the account's auth tokens: one, or two during rotation. With none, every callback is rejected.
	Tokens []string
	// Handle applies a report with a valid signature. For a key press, the answer is said to the person. After an error
	// Twilio posts again; Handle must be idempotent, because Twilio may do so anyway.
	Handle func(ctx context.Context, r paging.Report) (paging.Answer, error)
	// Reply applies a text sent to our number, and returns the answer; empty: none. Nil: texts are rejected.
	Reply func(ctx context.Context, t paging.Reply) (string, error)
	Log   *slog.Logger // nil: discard
}

// Callbacks serves Twilio's requests: about pages, POST /twilio/{pageID}/status and /twilio/{pageID}/key, and texts to
// our number, POST /twilio/reply. When another region has not answered to a key press, Twilio posts to /twilio/{pageID}/again. Neither Handle nor Reply is called before the signature is verified.
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
// 400 for a malformed form, and 500 if Handle fails, all with an empty body.
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
		c.cfg.Log.Warn("callback rejected", "page", t.pageID, "status", status)
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
	if t.about == aboutAgain && report.Key == "" {
		answer = paging.Answer{Say: []string{"Your key was not received."}, Prompt: "Please press it again."}
	} else if t.about == aboutStatus {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	s := script{language: answer.Language, speech: answer.Say, prompt: answer.Prompt, details: answer.Details, keyURL: t.address + retries}
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

// A target is a parsed callback address.
type target struct {
	pageID  string
	about   string // one of the constants
	address string // the full address that Twilio has signed
}

// The last parts of the addresses of callbacks, but for aboutReply.
const (
	aboutStatus = "status"
	aboutKey    = "key"
	aboutAgain  = "again" // a key press that another region did not answer: Twilio may leave out the key then
)

// parseTarget parses the address. It works on the escaped path, byte for byte, because that is signed. A proxy may have
// removed the path of PublicURL.
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
	if len(parts) != 4 || parts[0] != "" || parts[1] != "twilio" || !slices.Contains([]string{aboutStatus, aboutKey, aboutAgain}, parts[3]) {
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
		return base + path + "?" + r.URL.RawQuery // we use no query, but a signed one must be verified
	}
	return base + path
}

// signedForm reads the body and returns the form, or the HTTP status of the rejection.
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
