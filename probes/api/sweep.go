package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Sweep crawls the site: it requests every page and resource that links lead to, sequentially, by GET. It obeys robots.txt,
// and leaves out nofollow links, and those that sign out or change something, such as adding to a cart.
type Sweep struct {
	Start string        // path of the first page, or of a sitemap.xml
	Max   int           // most pages and resources to request; default 200
	Pause time.Duration // between two requests, to spare the site; default 50ms
	Skip  []string      // paths not to request, with or without their query; * stands for anything
	Allow []string      // paths to request although they look as if they change something; like Skip
	// IgnoreRobots requests what robots.txt forbids: a staging site often forbids everything.
	IgnoreRobots bool
	// Memory is the folder that holds where a sweep stopped, so that the next one goes on there; "": valkyrie in the user's cache.
	Memory string
}

// Sweep requests the start page, its links, their links, and so on. It stays on the site. When the step's time is almost over it
// returns its results so far, and the next sweep goes on from there. A sweep that is interrupted, or that robots.txt forbids
// altogether, breaks the step. One that can read no links fails it by its result.
func (c *Client) Sweep(s Sweep) SweepResult {
	w := c.newCrawl(s)
	w.readRobots()
	w.begin()
	for len(w.queue) > 0 && w.result.Visited < w.Max {
		if w.result.Visited > 0 && !c.pause(w.Pause) || w.left() < w.margin {
			break
		}
		link := w.queue[0]
		w.queue = w.queue[1:]
		if !w.visit(link) {
			w.queue = append([]found{link}, w.queue...)
			break
		}
	}
	if errors.Is(c.step.Context().Err(), context.Canceled) {
		c.step.Brokenf("the sweep was interrupted after %d pages and resources", w.result.Visited)
	}
	w.result.NotVisited += len(w.queue)
	w.remember()
	return w.result
}

// found is a link that was found.
type found struct {
	url *url.URL
	on  string // the page with the link
}

// A crawl is a sweep under way.
type crawl struct {
	Sweep
	client      *Client
	result      SweepResult
	queue       []found
	known       map[string]bool
	shapes      map[string]int
	hosts       []*url.URL // the site, and where its start redirects to
	skip, allow []pattern
	robots      robots
	resumed     []found       // where the last sweep stopped
	linkLimit   time.Duration // the time of one link, so that one that hangs affects only itself
	margin      time.Duration // of the step's time, to end the sweep
}

// The bounds of a crawl.
const (
	maxKnown     = 50000 // addresses that are remembered
	maxLinkTime  = 10 * time.Second
	maxRetryWait = 10 * time.Second // a longer Retry-After leaves the link to the next sweep
)

func (c *Client) newCrawl(s Sweep) *crawl {
	if s.Max == 0 {
		s.Max = 200
	}
	if s.Pause == 0 {
		s.Pause = 50 * time.Millisecond
	}
	w := &crawl{Sweep: s, client: c, known: map[string]bool{}, shapes: map[string]int{}, hosts: []*url.URL{c.stage.Site}, linkLimit: maxLinkTime}
	w.result.Skipped = map[string]int{}
	if left := w.left(); left > 0 {
		w.linkLimit = min(maxLinkTime, max(left/4, 500*time.Millisecond))
		w.margin = min(max(left/10, 20*time.Millisecond), 2*time.Second)
	}
	for _, text := range s.Skip {
		w.skip = append(w.skip, c.pattern("Skip", text))
	}
	for _, text := range s.Allow {
		w.allow = append(w.allow, c.pattern("Allow", text))
	}
	return w
}

// left is the step's remaining time.
func (w *crawl) left() time.Duration {
	end, ok := w.client.step.Context().Deadline()
	if !ok {
		return time.Hour
	}
	return time.Until(end)
}

// begin queues the start, and after it the links that the last sweep has left.
func (w *crawl) begin() {
	start, err := url.Parse(w.client.step.URL(w.Start))
	if err != nil {
		w.client.step.Brokenf("the sweep's start %q: %v", w.Start, err)
	}
	if !w.robots.allows(start) {
		w.client.step.Brokenf("the sweep's start %s is forbidden by robots.txt; set IgnoreRobots if the site is yours to sweep", w.path(start))
	}
	w.add(start, "the start")
	w.resumed = w.recall()
	for _, f := range w.resumed {
		w.result.Resumed = true
		w.add(f.url, f.on)
	}
}

// visit requests one link, and queues those on it. It returns false if the step's time was over before the link's.
func (w *crawl) visit(link found) bool {
	c := w.client
	answer, landed, err := w.fetch(link.url)
	if errors.Is(err, errSweepOver) {
		return false
	}
	w.result.Visited++
	bad := func(what string) {
		w.result.Bad = append(w.result.Bad, BadLink{Path: w.path(link.url), On: link.on, What: what})
	}
	switch {
	case err != nil && isProbeFault(err):
		c.giveUp("GET "+w.path(link.url), err)
	case err != nil:
		bad(w.reason(err))
	case answer.Status == http.StatusTooManyRequests:
		w.result.Visited-- // it asks to be left alone for longer than the step has
		w.result.NotVisited++
		w.result.Skipped["asked to wait"]++
	case answer.Status >= 400:
		bad(strings.TrimSpace(fmt.Sprint(answer.Status, " ", http.StatusText(answer.Status))))
	case landed == nil: // redirected off the site
	default:
		if link.on == "the start" && !slices.ContainsFunc(w.hosts, func(h *url.URL) bool { return sameOrigin(h, landed) }) {
			w.hosts = append(w.hosts, landed)
		}
		links, blind := linksOf(landed, answer)
		if link.on == "the start" && blind != "" {
			bad(blind)
		}
		for _, l := range links {
			w.follow(l, landed)
		}
	}
	return true
}

// reason is why a link got no answer; its time is a link's, not the step's.
func (w *crawl) reason(err error) string {
	if isTimeout(err) || errors.Is(err, context.DeadlineExceeded) {
		return fmt.Sprintf("no answer within %v, the time of one link", w.linkLimit.Round(time.Millisecond))
	}
	return w.client.reason(err)
}

// errSweepOver: the step's time is over, which says nothing about the link.
var errSweepOver = errors.New("the sweep is over")

// fetch requests an address without failing the step, and follows redirects as long as they stay on the site. landed is the
// address that responded; nil: a redirect leads off the site, where nothing is requested.
func (w *crawl) fetch(u *url.URL) (a Answer, landed *url.URL, err error) {
	for hops := 0; ; hops++ {
		if a, err = w.get(u); err != nil {
			return a, u, err
		}
		if wait, ok := retryAfter(a, w.client.now()); ok && wait <= min(maxRetryWait, w.left()-w.margin-w.linkLimit/2) {
			if !w.client.pause(wait) {
				return a, u, errSweepOver
			}
			if a, err = w.get(u); err != nil {
				return a, u, err
			}
		}
		location := a.Header.Get("Location")
		if !isRedirect(a.Status) || location == "" {
			return a, u, nil
		}
		next, ok := resolve(u, location)
		atStart := w.result.Visited == 0
		switch {
		case !ok, !atStart && !w.isOurs(next):
			return a, nil, nil
		case hops == maxRedirects:
			return a, u, fmt.Errorf("redirected more than %d times", maxRedirects)
		}
		u = next
	}
}

// get requests an address within a link's time.
func (w *crawl) get(u *url.URL) (Answer, error) {
	c := w.client
	limit := min(w.linkLimit, w.left()-w.margin)
	if limit <= 0 {
		return Answer{}, errSweepOver
	}
	ctx, cancel := context.WithTimeout(c.step.Context(), limit)
	defer cancel()
	request := c.request(Request{Path: u.String()})
	request.Header.Set("Accept", "*/*")
	request = request.WithContext(withPartialBody(ctx))
	began := c.now()
	answer, err := c.exchange(request)
	answer.Address = u.String()
	c.step.Waited(c.now().Sub(began))
	if err != nil && ctx.Err() != nil && limit < w.linkLimit || errors.Is(c.step.Context().Err(), context.Canceled) {
		return answer, errSweepOver
	}
	c.keep(request, answer, began, err)
	return answer, err
}

// retryAfter is how long the site asks to wait, if it does.
func retryAfter(a Answer, now time.Time) (time.Duration, bool) {
	value := a.Header.Get("Retry-After")
	if a.Status != http.StatusTooManyRequests && a.Status != http.StatusServiceUnavailable || value == "" {
		return 0, false
	}
	if seconds, err := strconv.Atoi(value); err == nil && seconds >= 0 {
		return time.Duration(seconds) * time.Second, true
	}
	at, err := http.ParseTime(value)
	return max(at.Sub(now), 0), err == nil
}

// pause waits unless the step's time is over. A network with a clock of its own waits on that.
func (c *Client) pause(d time.Duration) bool {
	if network, ok := c.stage.Network.(interface {
		Rest(ctx context.Context, d time.Duration) error
	}); ok {
		return network.Rest(c.step.Context(), d) == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.step.Context().Done():
		return false
	}
}
