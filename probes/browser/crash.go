package browser

// crash ends Chrome when the page's process has died: nothing more can be had of it, and calls that wait for it would
// wait until their limit. A page that has used up its memory has done it to itself, and would do it to a customer;
// every other death of its process is ours. (Only V8
// says so, when a page has reached the limit of its heap. Where the machine has too little memory, the kernel kills the
// process and nobody says a word.)
func (tab *Tab) crash() {
	tab.mu.Lock()
	switch {
	case tab.died != nil || tab.killed:
	case tab.chrome.said.has("OOM"), tab.chrome.said.has("out of memory"):
		tab.killed, tab.burst = true, true
	default:
		tab.died = errCrashed
	}
	tab.mu.Unlock()
	tab.chrome.kill()
}

// lostNetwork reports whether Chrome's network process has died. Chrome starts another, but what was under way is lost,
// and looks as if the site had broken it off.
func (c *chrome) lostNetwork() bool {
	return c.said.has("Network service crashed")
}

// gone says why nothing more can be had of the page, when that is the page's own doing.
func (tab *Tab) gone() string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch {
	case tab.burst:
		return ": the page used up its memory and crashed"
	case tab.left:
		return ": the page closed its own window"
	}
	return ""
}
