package browser

import "errors"

// crash ends Chrome when the page's process has died: nothing more can be had of it, and calls that wait for it would
// wait until their limit. A page that has used up its memory has done it to itself, and would do it to a customer;
// every other death of its process is ours. (Where the machine has too little memory, the kernel kills the process, and
// its status is another.)
func (tab *Tab) crash(status string) {
	tab.mu.Lock()
	switch {
	case tab.died != nil || tab.killed:
	case status == "oom":
		tab.killed, tab.burst = true, true
	default:
		tab.died = errors.New("the browser's process for the page crashed")
	}
	tab.mu.Unlock()
	tab.chrome.kill()
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
