package har

import (
	"net/http"
	"time"

	"github.com/chromedp/cdproto/network"
)

// noteClock compares this machine's clock with that of a server of the site, which dates its answers to the second.
func (r *Recorder) noteClock(res *network.Response) {
	if res == nil || res.ResponseTime == 0 || res.FromDiskCache || res.FromPrefetchCache {
		return
	}
	dated, err := http.ParseTime(header(res.Headers, "Date"))
	if err == nil && FirstParty(r.problems.site, res.URL) {
		r.ahead = time.UnixMilli(int64(res.ResponseTime)).Sub(dated)
	}
}

// ClockAhead is how far this machine's clock was ahead of the site's at its latest answer, negative if it was behind, to within about a
// second; 0: unknown, as no answer had a date.
func (r *Recorder) ClockAhead() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ahead
}
