package browser

import (
	"fmt"
	"time"
)

// See waits until an element that the locator means is visible.
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
			tab.fail("expected the %s to stay for %s: it was gone again after %s", l, d, time.Since(began).Round(10*time.Millisecond))
		}
		if !sleep(tab.ctx, retryPause) {
			tab.fail("expected the %s to stay for %s: the page did not answer %s", l, d, tab.step.LimitNote())
		}
	}
}

// SeeCount waits until exactly n elements that the locator means are visible, in one document of the page.
func (tab *Tab) SeeCount(l Locator, n int) {
	failure := fmt.Sprintf("expected to see the %s %d times", l, n)
	switch {
	case n > 0:
		tab.poll(query{Op: "count", Target: l, Number: n}, failure)
	case n == 0:
		tab.poll(query{Op: "gone", Target: l}, failure)
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
	tab.poll(query{Op: "gone", Target: l}, fmt.Sprintf("expected the %s to go away", l))
}

// Read waits for the element and returns its text or its value, with white space collapsed.
func (tab *Tab) Read(l Locator) string {
	return tab.poll(query{Op: "text", Target: l}, fmt.Sprintf("could not read the %s", l)).Text
}
