package events

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// SignatureHeader holds "t=SECONDS,v1=HEX": HEX is the HMAC-SHA256, keyed with the secret, of the time in seconds since 1970,
// a dot and the body. Receivers should reject signatures that are more than a few minutes old.
const SignatureHeader = "Valkyrie-Signature"

// A Webhook posts events to an address.
type Webhook struct {
	URL    string
	Secret string // shared with the receiver
}

// Name implements [Receiver]. It omits the query, which may contain a token, and adds a hash to stay unique.
func (w Webhook) Name() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return "webhook"
	}
	sum := sha256.Sum256([]byte(w.URL))
	return u.Scheme + "://" + u.Host + u.Path + "#" + hex.EncodeToString(sum[:4])
}

// Sign returns the value of SignatureHeader for a body sent at the time at.
func Sign(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Deliver implements [Receiver]. A status of 200 to 299 accepts the event. Redirects are not followed, because the signed body
// is meant for one address only.
func (w Webhook) Deliver(ctx context.Context, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("create request for the webhook: %w; check its url in alerts.yaml", withoutURL(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Valkyrie-Events/1")
	req.Header.Set(SignatureHeader, Sign(w.Secret, time.Now(), body))
	res, err := noRedirects.Do(req)
	if err != nil {
		return fmt.Errorf("post event to %s: %w", req.URL.Host, withoutURL(err))
	}
	defer res.Body.Close()
	const maxQuoted = 200
	answer, _ := io.ReadAll(io.LimitReader(res.Body, maxQuoted))
	if res.StatusCode == http.StatusGone {
		return fmt.Errorf("post event to %s: got status 410: %w", req.URL.Host, ErrGone)
	}
	if res.StatusCode < http.StatusOK || res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("post event to %s: got status %d, expected 200 to 299: %q", req.URL.Host, res.StatusCode, answer)
	}
	return nil
}

var noRedirects = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// withoutURL strips the URL from an error of net/http, since it may contain a token.
func withoutURL(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
