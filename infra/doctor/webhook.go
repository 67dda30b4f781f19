package doctor

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"valkyrie/alerts/twilio"
	"valkyrie/infra/environ"
)

// Webhook sends an unsigned copy of one of Twilio's callbacks. A rejection with 403 shows that the webhook is running and checks
// signatures. Because other servers (a shop, a proxy) reply 403 too, Webhook also sends a GET, to which only the webhook replies
// 405.
func Webhook(ctx context.Context, client *http.Client, address string) Finding {
	const what = "webhook"
	const cure = "give the public address of Valkyrie's webhook, with no authentication in front of it; on AWS, see its log group"
	post, err := send(ctx, client, http.MethodPost, address)
	if err != nil {
		return problem(what, cure, "cannot be reached: %v", err)
	}
	switch {
	case post.StatusCode == http.StatusForbidden && post.Header.Get("X-Amzn-Errortype") != "": // rejected by Lambda itself
		return problem(what, "the Function URL needs AuthType NONE: make deploy", "AWS denies access to %s", address)
	case post.StatusCode < http.StatusBadRequest:
		return problem(what, cure, "%s accepted an unsigned request (%s)", address, post.Status)
	case post.StatusCode != http.StatusForbidden:
		return problem(what, cure, "%s answers %s; expected 403", address, post.Status)
	}
	get, err := send(ctx, client, http.MethodGet, address)
	if err != nil {
		return problem(what, cure, "cannot be reached a second time: %v", err)
	}
	if get.StatusCode != http.StatusMethodNotAllowed {
		return problem(what, cure, "something else answers at %s (%s; expected 405)", address, get.Status)
	}
	return passed(what, "answers at %s, and rejects requests that Twilio has not signed", address)
}

// KeyPress sends a key press as Twilio does, signed with the token, for a call that does not exist: nothing is changed. Only a webhook
// that has the same token, sees its own public address and reaches its table answers with the words for the person who called.
func KeyPress(ctx context.Context, client *http.Client, address, token string) Finding {
	const what = "webhook"
	address = strings.TrimSuffix(address, "/") + "/twilio/doctor/key"
	form := url.Values{"CallSid": {"CA" + strings.Repeat("0", 32)}, "CallStatus": {"in-progress"}, "Digits": {"0"}}
	began := time.Now()
	res, body, err := post(ctx, client, address, token, form)
	took := time.Since(began).Round(time.Millisecond)
	switch {
	case err != nil:
		return problem(what, "see its log group", "does not answer a signed key press: %v", err)
	case res.StatusCode == http.StatusForbidden:
		return problem(what, "its token must be that of the secret "+environ.TwilioToken+"; it reads it again within minutes. A proxy before it must keep the host",
			"rejects a key press that is signed with the token: keys pressed on the phone would do nothing")
	case res.StatusCode != http.StatusOK || !strings.Contains(body, "<Response>"):
		return problem(what, "see its log group", "answers a signed key press with %s", res.Status)
	case took > slowAnswer:
		return warning(what, "run doctor again; if it stays slow, see its log group", "answered a signed key press only after %v, while a person waits", took)
	}
	return passed(what, "answers a signed key press at %s in %v, and rejects requests that Twilio has not signed", address, took)
}

// slowAnswer is longer than a person on the phone should wait for the words after a key press.
const slowAnswer = 2 * time.Second

// post sends a form as Twilio does, and returns the response with the first 64 KiB of its body.
func post(ctx context.Context, client *http.Client, address, token string, form url.Values) (*http.Response, string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set(twilio.SignatureHeader, twilio.Sign(token, address, form))
	res, err := client.Do(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	return res, string(body), err
}

// send requests the callback URL of a page with the id "doctor", and closes the response's body.
func send(ctx context.Context, client *http.Client, method, address string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(address, "/")+"/twilio/doctor/status", strings.NewReader("CallStatus=completed"))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	return res, res.Body.Close()
}
