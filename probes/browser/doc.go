// Package browser is the hand and the eye of a customer: a Tab in a fresh headless Chrome, driven over the DevTools
// protocol. It is the only importer of chromedp.
//
// Three things set it apart from a driver for tests. It acts only on what a person could act on, and otherwise says why
// not. It takes time by the page's own clock, from the click to the moment the page shows the result. And it never
// hangs: every wait is one awaited evaluation that ends with its context (chromedp's WaitVisible and Poll can outlive
// theirs), and Kill ends all of it.
//
// # Evidence
//
// When a run goes wrong (or always, if the runner is told so) a tab leaves these behind, each by itself: one that cannot
// be had is named as missing. None is larger than 8 MiB.
//
//	screenshot.png  the whole page, 8000 px of it at most, smaller if the file were too large, with a red line around what
//	                the step looked for (amber ones around what comes nearest), below what went wrong
//	page.html       the document as it was, 2 MiB at most
//	console.txt     console lines, uncaught exceptions, failed requests and dialogs, 2000 lines at most
//	url.txt         the address
//	run.har         the run's requests as HAR 1.2, 3000 at most; bodies of failed requests and of the failing step,
//	                256 KiB of each and 4 MiB in all
//	film.jpg        a picture of 320 px at the end of each step, 40 at most
//	download-NAME   the file that was downloaded last
//
// Secrets that steps have asked for are masked in the text, however they are written, and lie under solid boxes in the
// pictures, as do all fields for passwords. Cookies and authorization are left out of the HAR, as are fields whose names
// sound like secrets. What cannot be found is a secret that a page paints into a canvas or an image, or that it
// generates by its style sheets. Frames of other sites are covered whole.
package browser
