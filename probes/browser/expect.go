package browser

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/journey"
)

// See waits until an element that the locator means is visible; a picture is once it has loaded. It does not scroll: for what is
// loaded by scrolling, see ScrollTo.
func (tab *Tab) See(l Locator) {
	tab.poll(query{Op: "visible", Target: l}, fmt.Sprintf("expected to see the %s", l))
}

// SeeNew waits until something new is visible since the last action (Click, Check, Press): text that the page did not
// show then, shows more often now, or has removed in between. Use it where the message of the previous order may still
// be there; See accepts any visible match.
func (tab *Tab) SeeNew(l Locator) {
	tab.poll(query{Op: "fresh", Target: l}, fmt.Sprintf("expected to see a new %s", l))
}

// Stays waits until the element is visible and checks that it stays so for d, since a message that only flashes up cannot
// be read. The time d does not count as the customer's wait.
func (tab *Tab) Stays(l Locator, d time.Duration) {
	tab.See(l)
	for began := time.Now(); time.Since(began) < d; {
		r, err := tab.acrossFrames(query{Op: "gone", Target: l}, min(tab.timeSlice(), d-time.Since(began)))
		if err == nil && r.OK {
			after := time.Since(began).Round(10 * time.Millisecond)
			tab.fail("expected the %s to stay for %s: it was gone again after %s%s", l, d, after, tab.goneWhy(l))
		}
		if !sleep(tab.ctx, retryPause) {
			tab.fail("expected the %s to stay for %s: the page did not answer %s", l, d, tab.step.LimitNote())
		}
	}
}

// goneWhy is why the element is not seen any more, to follow an error; "": it is seen again.
func (tab *Tab) goneWhy(l Locator) string {
	r, err := tab.acrossFrames(query{Op: "visible", Target: l}, firstSlice)
	if err != nil || r.OK || r.Why == "" {
		return ""
	}
	return "; " + strings.TrimPrefix(tab.unmetReason(r), "there is none; ")
}

// Shows reports whether the element becomes visible within d, for what a page shows only now and then, such as a cookie banner to
// close. Unlike See it fails nothing, and its time does not count as the customer's wait.
func (tab *Tab) Shows(l Locator, d time.Duration) bool {
	q, failure := query{Op: "visible", Target: l}, fmt.Sprintf("could not look for the %s", l)
	if err := q.check(); err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	for until := time.Now().Add(d); time.Now().Before(until) && tab.ctx.Err() == nil; {
		r, err := tab.acrossFrames(q, min(tab.timeSlice(), time.Until(until)))
		switch fault := scriptError(""); {
		case err == nil && r.OK:
			return true
		case err == nil && tab.scanDue():
			tab.findClosedRoots(tab.ctx)
		case isWrongSelector(err):
			tab.step.Brokenf("%s: %s", failure, wrongSelector)
		case errors.As(err, &fault):
			tab.step.Brokenf("%s: %v", failure, err)
		case err != nil:
			sleep(tab.ctx, retryPause)
		}
	}
	return false
}

// SeeCount waits until exactly n elements that the locator means are visible, in one document of the page.
func (tab *Tab) SeeCount(l Locator, n int) {
	failure := fmt.Sprintf("expected to see the %s %d times", l, n)
	switch {
	case n > 0:
		tab.poll(query{Op: "count", Target: l, Number: n}, failure)
	case n == 0:
		tab.poll(query{Op: "gone", Target: l, Number: tab.patience()}, failure)
	default:
		tab.step.Brokenf("%s: the number is negative", failure)
	}
}

// SeeAttribute waits until the element has an attribute with this value, such as "aria-expanded" and "true".
func (tab *Tab) SeeAttribute(l Locator, name, value string) {
	tab.poll(query{Op: "attribute", Target: l, Attribute: name, Want: &value}, fmt.Sprintf("expected the %s to have the %s %q", l, name, value))
}

// Attribute waits for the element and returns one of its attributes; "" if it has none. The element may be one that is never
// visible, such as CSS("meta[name=version]").
func (tab *Tab) Attribute(l Locator, name string) string {
	return tab.poll(query{Op: "attribute", Target: l, Attribute: name}, fmt.Sprintf("could not read the %s of the %s", name, l)).Text
}

// Gone waits until no element that the locator means is visible.
func (tab *Tab) Gone(l Locator) {
	tab.poll(query{Op: "gone", Target: l, Number: tab.patience()}, fmt.Sprintf("expected the %s to go away", l))
}

// Read waits for the element and returns its text or its value, with white space collapsed.
func (tab *Tab) Read(l Locator) string {
	return tab.poll(query{Op: "text", Target: l}, fmt.Sprintf("could not read the %s", l)).Text
}

// SeeAddress waits until the tab's address is this one: a path of the site with its query and fragment, or a whole address.
// A star stands for any text, as in "/orders/*". Without "?" or "#" in it, any query or fragment is accepted.
func (tab *Tab) SeeAddress(pattern string) {
	tab.awaitAddress(tab.glob(pattern), fmt.Sprintf("%q", pattern))
}

// SeeAddressLike waits until the tab's whole address contains a match of the regular expression.
func (tab *Tab) SeeAddressLike(pattern *regexp.Regexp) {
	tab.awaitAddress(pattern.MatchString, fmt.Sprintf("one like %q", pattern))
}

// glob returns a function that reports whether a whole address fits the pattern with stars.
func (tab *Tab) glob(pattern string) func(address string) bool {
	if !strings.Contains(strings.SplitN(pattern, "/", 2)[0], ":") { // a host may have stars
		pattern = tab.step.URL(pattern)
	}
	exact := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$")
	return func(address string) bool {
		if !strings.Contains(pattern, "#") {
			address, _, _ = strings.Cut(address, "#")
		}
		if !strings.Contains(pattern, "?") {
			bare, fragment, _ := strings.Cut(address, "#")
			bare, _, _ = strings.Cut(bare, "?")
			if address = bare; fragment != "" {
				address += "#" + fragment
			}
		}
		return exact.MatchString(address)
	}
}

// awaitAddress waits until the address fits. It asks the browser, not the page. That a document with an HTTP error has this
// address proves as little as that something is gone from it.
func (tab *Tab) awaitAddress(fits func(string) bool, wanted string) {
	failure := "expected the address to become " + wanted
	last := ""
	for {
		at, news := tab.place.now()
		address, err := tab.address(tab.ctx)
		if err == nil {
			last = strings.TrimSpace(string(address))
		}
		if err == nil && fits(last) {
			if words := tab.errorPage(); words != "" {
				tab.fail("%s: %s", failure, words)
			}
			if r, err := tab.acrossFrames(query{Op: "loaded"}, firstSlice); err == nil && tab.badStatus(query{Op: "gone"}, r) != "" {
				tab.fail("%s: %s", failure, tab.statusWords(r))
			}
			tab.wait.end(tab.step, max(at, tab.wait.since))
			return
		}
		is := "it is " + strings.TrimPrefix(last, tab.site)
		over := tab.isOver(query{Op: "address"}, failure, is)
		select {
		case <-news:
		case <-time.After(aimPause): // the browser may know the address later than it reports the change
		case <-tab.ctx.Done():
			over = true
		}
		if over {
			tab.fail("%s %s: %s", failure, tab.step.LimitNote(), is)
		}
	}
}

// A Response is the site's answer to a request of the page.
type Response struct {
	Status int
	Header http.Header
	Body   []byte

	step *journey.T
	name string
}

// Response waits for the answer to a request that the page has made since the last action (Visit, Click, Fill, ...), and
// returns it: by its method and its path, with stars as in "/api/orders/*", or a whole address. With statuses it waits for
// an answer with one of them. Each answer is returned once.
func (tab *Tab) Response(method, pattern string, status ...int) Response {
	name := method + " " + pattern
	fits := tab.glob(pattern)
	for {
		var others []string
		all, news := tab.recorder.Answers(tab.id, tab.wait.acted)
		for _, a := range all {
			if !strings.EqualFold(a.Method, method) || !fits(a.URL) {
				continue
			}
			switch {
			case a.Failure != "" && len(status) == 0:
				tab.fail("expected an answer to %s: it failed: %s", name, a.Failure)
			case a.Ended > 0 && (len(status) == 0 || slices.Contains(status, int(a.Status))):
				return tab.takeResponse(a)
			case a.Failure != "":
				others = append(others, "failed")
			case a.Ended > 0:
				others = append(others, fmt.Sprint("answered ", a.Status))
			default:
				others = append(others, "has not answered")
			}
		}
		select {
		case <-news:
		case <-tab.ctx.Done():
			tab.fail("expected an answer to %s %s: %s", name, tab.step.LimitNote(), othersNote(others, all))
		}
	}
}

// othersNote describes what came instead of an awaited answer: the last outcomes of such requests, or other requests.
func othersNote(outcomes []string, all []har.Answer) string {
	const most = 3
	if len(outcomes) > 0 {
		return "it " + strings.Join(outcomes[max(0, len(outcomes)-most):], ", ")
	}
	var names []string
	for _, a := range all {
		if !slices.Contains(names, a.Name) {
			names = append(names, a.Name)
		}
	}
	if len(names) == 0 {
		return "the page made no request"
	}
	return "the page made no such request; it made " + strings.Join(names[max(0, len(names)-most):], ", ")
}

func (tab *Tab) takeResponse(a har.Answer) Response {
	body, err := tab.recorder.Take(tab.ctx, a)
	if err != nil && a.Status >= 200 && a.Status != http.StatusNoContent {
		tab.log.add(time.Now(), "request: the body of %s could not be read: %v", a.Name, err)
	}
	tab.wait.end(tab.step, a.Ended)
	return Response{Status: int(a.Status), Header: a.Header, Body: body, step: tab.step, name: a.Name}
}

// Expect fails the step unless the response has this status.
func (r Response) Expect(status int) Response {
	if r.Status != status {
		r.step.Failf("%s: expected %d %s, got %d %s", r.name, status, http.StatusText(status), r.Status, http.StatusText(r.Status))
	}
	return r
}

// JSON decodes the body into v, a pointer. A body that is not JSON, or does not fit, fails the step.
func (r Response) JSON(v any) {
	if err := json.Unmarshal(r.Body, v); err != nil {
		r.step.Failf("%s: expected JSON: %v", r.name, err)
	}
}
