// Package browser is the hand and the eye of a customer: a Tab in a fresh headless Chrome, driven over the DevTools
// protocol. It is the only importer of chromedp.
//
// Three things set it apart from a driver for tests. It acts only on what a person could act on, and otherwise says why
// not. It takes time by the page's own clock, from the click to the moment the page shows the result. And it never
// hangs: every wait is one awaited evaluation that ends with its context (chromedp's WaitVisible and Poll can outlive
// theirs), and Kill ends all of it.
package browser
