package doctor

import (
	"context"
	"net/http"
	"time"
)

// Thresholds for clock skew. A slot lasts a minute: a few seconds make times in messages inaccurate, more make runs early or
// late. AWS rejects requests signed with a clock that is five minutes off.
const (
	warningSkew = 3 * time.Second
	problemSkew = 30 * time.Second
)

const clockCure = "synchronize this machine's clock: timedatectl set-ntp true"

// Clock compares this machine's clock with the Date header of a server's response, which has a resolution of one second.
func Clock(ctx context.Context, client *http.Client, address string, now func() time.Time) Finding {
	const what = "clock"
	sent := now()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return warning(what, "", "cannot be compared with %s: %v", address, err)
	}
	res, err := client.Do(req)
	if err != nil {
		return warning(what, "check the network, then run doctor again", "cannot be compared with %s: %v", address, err)
	}
	_ = res.Body.Close() // a response to HEAD has no body
	served, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return warning(what, "", "cannot be compared: %s sends no Date header", address)
	}
	// Date truncates to seconds, by half a second on average, and is about half a round trip old.
	skew := sent.Add(now().Sub(sent) / 2).Sub(served.Add(time.Second / 2)).Round(time.Second)
	switch {
	case skew.Abs() > problemSkew:
		return problem(what, clockCure, "differs by %v from %s", skew, req.URL.Host)
	case skew.Abs() > warningSkew:
		return warning(what, clockCure, "differs by %v from %s", skew, req.URL.Host)
	}
	return passed(what, "agrees with %s", req.URL.Host)
}
