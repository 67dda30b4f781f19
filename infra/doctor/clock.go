package doctor

import (
	"context"
	"net/http"
	"time"
)

// Clocks may differ by so much. A slot is a minute, so a few seconds make times in messages odd, and more make runs early or
// late; AWS refuses what is signed five minutes off.
const (
	oddSkew = 3 * time.Second
	badSkew = 30 * time.Second
)

const clockCure = "have this machine set its clock by the network: timedatectl set-ntp true"

// Clock compares this machine's clock with that of a server, which says its time, to a second, with each answer.
func Clock(ctx context.Context, client *http.Client, address string, now func() time.Time) Finding {
	const what = "clock"
	asked := now()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return note(what, "", "cannot be compared with %s: %v", address, err)
	}
	res, err := client.Do(req)
	if err != nil {
		return note(what, "look at the network, and ask again", "cannot be compared with %s: %v", address, err)
	}
	_ = res.Body.Close() // of a HEAD there is nothing
	theirs, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return note(what, "", "cannot be compared: %s does not tell its time", address)
	}
	// The header leaves out the part of a second, half of one on average; and half of the way is behind it.
	skew := asked.Add(now().Sub(asked) / 2).Sub(theirs.Add(time.Second / 2)).Round(time.Second)
	switch {
	case skew.Abs() > badSkew:
		return ill(what, clockCure, "%v off that of %s", skew, req.URL.Host)
	case skew.Abs() > oddSkew:
		return note(what, clockCure, "%v off that of %s", skew, req.URL.Host)
	}
	return well(what, "agrees with %s", req.URL.Host)
}
