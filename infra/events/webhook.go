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

// SignatureHeader holds "t=SECONDS,v1=HEX": HEX is the HMAC-SHA256, by the secret, of the time in seconds since 1970, a dot
// and the body. A receiver should refuse what is older than some minutes.
const SignatureHeader = "Valkyrie-Signature"

// A Webhook posts events to an address.
type Webhook struct {
	URL    string
	Secret string // shared with the receiver
}

// Name implements [Receiver]: of an address, what is in front of its query, where a token may be.
func (w Webhook) Name() string {
	u, err := url.Parse(w.URL)
	if err != nil {
		return "webhook"
	}
	sum := sha256.Sum256([]byte(w.URL))
	return u.Scheme + "://" + u.Host + u.Path + "#" + hex.EncodeToString(sum[:4])
}

// Sign is the signature of a body.
func Sign(secret string, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return "t=" + seconds + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// Tell implements [Receiver]. Any answer of 200 to 299 takes the event; a redirect does not, as the signed body is for one
// address only.
func (w Webhook) Tell(ctx context.Context, e Event) error {
	body, err := json.Marshal(e)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the address of the webhook cannot be asked: %w", inner(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Valkyrie-Events/1")
	req.Header.Set(SignatureHeader, Sign(w.Secret, time.Now(), body))
	res, err := steadfast.Do(req)
	if err != nil {
		return fmt.Errorf("%s could not be reached: %w", req.URL.Host, inner(err))
	}
	defer res.Body.Close()
	const enough = 200
	answer, _ := io.ReadAll(io.LimitReader(res.Body, enough))
	if res.StatusCode < http.StatusOK || res.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%s answered %d, expected 200 to 299: %q", req.URL.Host, res.StatusCode, answer)
	}
	return nil
}

var steadfast = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// inner is an error without the address, which may hold a token.
func inner(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		return u.Err
	}
	return err
}
