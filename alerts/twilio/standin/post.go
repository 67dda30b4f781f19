package standin

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"valkyrie/alerts/twilio"
)

// A Manner is how callbacks reach the client.
type Manner string

// The manners of callbacks.
const (
	Prompt           Manner = "prompt"
	LateCallbacks    Manner = "late"    // a call's status callbacks arrive when it is over, the newest first
	DoubledCallbacks Manner = "doubled" // each arrives twice, also the key presses
	ForgedCallbacks  Manner = "forged"  // each has a wrong signature
	NoCallbacks      Manner = "none"    // none arrives, not even a key press: the client's address is unreachable
)

// Callbacks sets the manner of future callbacks.
func (ex *Exchange) Callbacks(m Manner) {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	ex.manner = m
}

// posted is a callback's answer from the client.
type posted struct {
	PostedTo
	contentType string
	body        []byte
	failure     string // the reason for a retry, in the terms of Twilio's retry policies: ct, rt, 4xx, 5xx
}

// postAs posts a callback in a manner, records each attempt with note, and returns the first answer.
func (ex *Exchange) postAs(ctx context.Context, m Manner, note func(PostedTo), address string, form url.Values) posted {
	if m == NoCallbacks {
		dropped := posted{PostedTo: describe(address, form)}
		dropped.Error = "lost on the way"
		ex.keep(note, dropped.PostedTo)
		return dropped
	}
	if m == ForgedCallbacks {
		p := ex.postOnce(ctx, address, notTheToken, form)
		ex.keep(note, p.PostedTo)
		return p
	}
	p := ex.postRetrying(ctx, note, address, form)
	if m == DoubledCallbacks {
		ex.postRetrying(ctx, note, address, form)
	}
	return p
}

const notTheToken = "not the token" // signs forged callbacks

// postRetrying retries as often, and after such failures, as the fragment of the address specifies: "#rc=2&rp=5xx". The
// default is one retry, only if no connection was made. See
// https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
func (ex *Exchange) postRetrying(ctx context.Context, note func(PostedTo), address string, form url.Values) posted {
	address, fragment, _ := strings.Cut(address, "#")
	overrides, _ := url.ParseQuery(fragment)
	retries, policy := 1, []string{"ct"}
	if n, err := strconv.Atoi(overrides.Get("rc")); err == nil {
		retries = n
	}
	if rp := overrides.Get("rp"); rp != "" {
		policy = strings.Split(rp, ",")
	}
	for {
		p := ex.postOnce(ctx, address, ex.cfg.AuthToken, form)
		ex.keep(note, p.PostedTo)
		again := p.failure != "" && (slices.Contains(policy, p.failure) || slices.Contains(policy, "all"))
		if !again || retries <= 0 || ctx.Err() != nil {
			return p
		}
		retries--
	}
}

func (ex *Exchange) postOnce(ctx context.Context, address, token string, form url.Values) posted {
	address, _, _ = strings.Cut(address, "#")
	p := posted{PostedTo: describe(address, form)}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.Error = err.Error()
		return p
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	req.Header.Set(twilio.SignatureHeader, twilio.Sign(token, address, form))
	resp, err := ex.cfg.Client.Do(req)
	if err != nil {
		p.Error, p.failure = err.Error(), "rt"
		if dial := (*net.OpError)(nil); errors.As(err, &dial) && dial.Op == "dial" {
			p.failure = "ct"
		}
		return p
	}
	defer resp.Body.Close()
	const most = 64 << 10 // Twilio's limit for a document
	p.body, _ = io.ReadAll(io.LimitReader(resp.Body, most))
	p.Code, p.contentType = resp.StatusCode, resp.Header.Get("Content-Type")
	if p.Code >= 400 {
		p.failure = strconv.Itoa(p.Code/100) + "xx"
	}
	return p
}

func describe(address string, form url.Values) PostedTo {
	address, _, _ = strings.Cut(address, "#")
	return PostedTo{URL: address, Status: form.Get("CallStatus") + form.Get("MessageStatus"), Key: form.Get("Digits")}
}

func (ex *Exchange) keep(note func(PostedTo), p PostedTo) {
	ex.mu.Lock()
	note(p)
	ex.mu.Unlock()
	if p.Error != "" || p.Code >= 400 {
		ex.cfg.Log.Warn("callback rejected by the client", "url", p.URL, "status", p.Status, "code", p.Code, "err", p.Error)
	}
}
