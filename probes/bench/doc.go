// Package bench compares two drivers on the same journey: a plain chromedp script (bare) and this suite (named ours), each in a
// program of its own that links nothing else.
//
// It exists to keep two claims honest: the suite's cost, and how far the times that it reports are from those that the
// page itself measured. "make bench" runs it.
package bench
