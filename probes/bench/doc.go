// Package bench plays the same journey by two hands, a plain chromedp script (bare) and this suite (ours), each in a
// program of its own that links nothing else, and compares what they cost and how far the times that they report are off.
// "make bench" runs it.
package bench
