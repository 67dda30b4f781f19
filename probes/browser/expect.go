package browser

import (
	"fmt"
	"time"
)

// See waits until the customer can see what the locator means.
func (tab *Tab) See(l Locator) {
	tab.poll(query{Op: "visible", Target: l}, fmt.Sprintf("expected to see the %s", l))
}

// SeeNew waits until the customer can see what has come since the last act (Click, Check, Press): what the page did not
// say then, says more often now, or had taken away in between. Use it where the message of the last order may still be
// there; See is content with anything that can be seen.
func (tab *Tab) SeeNew(l Locator) {
	tab.poll(query{Op: "fresh", Target: l}, fmt.Sprintf("expected to see a new %s", l))
}

// Stays waits until the customer can see it, and makes sure that they can for another d: a message that only flashes by
// has told nobody anything. The time d is no wait of the customer's.
func (tab *Tab) Stays(l Locator, d time.Duration) {
	tab.See(l)
	for began := time.Now(); time.Since(began) < d; {
		s, err := tab.acrossFrames(query{Op: "gone", Target: l}, min(tab.timeSlice(), d-time.Since(began)))
		if err == nil && s.OK {
			tab.fail("expected the %s to stay for %s: it was gone again after %s", l, d, time.Since(began).Round(10*time.Millisecond))
		}
		if !sleep(tab.ctx, retryPause) {
			tab.fail("expected the %s to stay for %s: the page did not answer %s", l, d, tab.step.LimitNote())
		}
	}
}

// Gone waits until the customer can no longer see it.
func (tab *Tab) Gone(l Locator) {
	tab.poll(query{Op: "gone", Target: l}, fmt.Sprintf("expected the %s to go away", l))
}

// Read waits for the element and returns the text that it shows (a field's value), white space folded.
func (tab *Tab) Read(l Locator) string {
	return tab.poll(query{Op: "text", Target: l}, fmt.Sprintf("could not read the %s", l)).Text
}
