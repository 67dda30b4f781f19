package doctor

import (
	"context"
	"net/http"
	"strings"
)

// Webhook sends what Twilio would, but not signed: the only right answer is a refusal, which shows that it is there, and
// that not everybody may press keys.
func Webhook(ctx context.Context, client *http.Client, address string) Finding {
	const what = "webhook"
	const cure = "the address must be the public one, with nothing before it that asks who comes; on AWS, look at the webhook's log group"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/twilio/doctor/status", strings.NewReader("CallStatus=completed"))
	if err != nil {
		return ill(what, cure, "%v", err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := client.Do(req)
	if err != nil {
		return ill(what, cure, "cannot be reached: %v", err)
	}
	_ = res.Body.Close() // the status is all there is to know
	switch {
	case res.StatusCode == http.StatusForbidden && res.Header.Get("X-Amzn-Errortype") != "": // Lambda itself refused, not our code
		return ill(what, "its Function URL must be open (AuthType NONE); deploy again", "AWS lets nobody in at %s", address)
	case res.StatusCode == http.StatusForbidden:
		return well(what, "answers at %s, and refuses what Twilio has not signed", address)
	case res.StatusCode < http.StatusBadRequest:
		return ill(what, "something else than Valkyrie's webhook answers there; give its own address", "%s took what nobody had signed (%s)", address, res.Status)
	}
	return ill(what, cure, "%s answers %s; expected 403", address, res.Status)
}
