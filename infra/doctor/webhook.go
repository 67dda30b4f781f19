package doctor

import (
	"context"
	"net/http"
	"strings"
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
