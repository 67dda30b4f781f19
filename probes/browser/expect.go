package browser

import "fmt"

// See waits until the customer can see what the locator means.
func (tab *Tab) See(l Locator) {
	tab.look(wish{Op: "visible", Target: l}, fmt.Sprintf("expected to see the %s", l))
}

// Gone waits until the customer can no longer see it.
func (tab *Tab) Gone(l Locator) {
	tab.look(wish{Op: "gone", Target: l}, fmt.Sprintf("expected the %s to go away", l))
}

// Read waits for the element and returns the text that it shows (a field's value), white space folded.
func (tab *Tab) Read(l Locator) string {
	return tab.look(wish{Op: "text", Target: l}, fmt.Sprintf("could not read the %s", l)).Text
}
