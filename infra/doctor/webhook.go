package doctor

import (
	"context"
	"net/http"
	"strings"
)

// Webhook sends what Twilio would, but not signed: the only right answer is a refusal, which shows that it is there, and
// that not everybody may press keys. Since others refuse too (a shop, a proxy), it is also asked to show the same address,
// which only the webhook answers with "POST is what is done here".
func Webhook(ctx context.Context, client *http.Client, address string) Finding {
	const what = "webhook"
	const cure = "give the public address of Valkyrie's own webhook, with nothing before it that asks who comes; on AWS, look at its log group"
	res, err := send(ctx, client, http.MethodPost, address)
	if err != nil {
		return ill(what, cure, "cannot be reached: %v", err)
	}
	switch {
	case res.StatusCode == http.StatusForbidden && res.Header.Get("X-Amzn-Errortype") != "": // Lambda itself refused, not our code
		return ill(what, "its Function URL must be open (AuthType NONE); deploy again", "AWS lets nobody in at %s", address)
	case res.StatusCode < http.StatusBadRequest:
		return ill(what, cure, "%s took what nobody had signed (%s)", address, res.Status)
	case res.StatusCode != http.StatusForbidden:
		return ill(what, cure, "%s answers %s; expected 403", address, res.Status)
	}
	shown, err := send(ctx, client, http.MethodGet, address)
	if err != nil {
		return ill(what, cure, "cannot be reached a second time: %v", err)
	}
	if shown.StatusCode != http.StatusMethodNotAllowed {
		return ill(what, cure, "something else answers at %s (%s; expected 405)", address, shown.Status)
	}
	return well(what, "answers at %s, and refuses what Twilio has not signed", address)
}

// send asks for the address that a callback about a page called doctor would have, and returns all but the body.
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
