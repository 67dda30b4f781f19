// Package browser drives one page the way a customer uses it: a Tab in a fresh headless Chrome, over the DevTools protocol.
//
// It exists because a probe must not be fooled. A driver made for tests clicks covered buttons, waits for ever on a page
// that blocks, and adds its own delays to its times; this one differs in three ways. It acts only on elements that a person
// could act on, and otherwise reports why not. It measures time by the page's own clock, from the click until the page
// shows the result. And it never hangs: every wait is one awaited evaluation that ends with its context (chromedp's
// WaitVisible and Poll can outlive theirs), and Kill ends all of it.
//
// The order of the scripts that make up an action is in package script. Code that needs no tab is in har, process, picture
// and neterror.
//
// # Evidence
//
// When a run fails (or always, with Runner.Always) a tab captures these, independently of each other: one that fails is
// reported as missing. None is larger than 8 MiB.
//
//	screenshot.png  the whole page, 8000 px of it at most, scaled down if the file were too large; a red line around the
//	                step's target (amber ones around the closest matches), and the error above it
//	page.html       the current document, 2 MiB at most
//	console.txt     console lines, uncaught exceptions, failed requests and dialogs, 2000 lines at most
//	url.txt         the address
//	run.har         the run's requests as HAR 1.2, 3000 at most; bodies of failed requests and of the failing step,
//	                256 KiB of each and 4 MiB in all
//	film.jpg        a picture of 320 px at the end of each step, 40 at most
//	download-NAME   the latest download
//
// Secrets that steps have requested are masked in text, in every encoding, and covered by solid boxes in pictures, as are
// all password fields. The HAR leaves out cookies, authorization, and fields with names of secrets. A secret that a
// page paints into a canvas or an image, or generates by its style sheets, cannot be found. Frames of other sites are
// covered whole.
package browser
