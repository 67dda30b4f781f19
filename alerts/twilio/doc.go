// Package twilio places calls and sends texts through Twilio, and understands what Twilio says about them afterwards.
//
// A Phone is an alerts.Phone: what it is careful about is the difference between "it was not sent" and "nobody knows",
// because the first may be tried again at once and the second may not. Callbacks is the other direction: an HTTP handler
// for the statuses and key presses that Twilio posts, which believes nothing before the signature is checked.
//
// It is the only package that imports twilio-go, and hides what that library leaves out: contexts, another host for a
// stand-in (see the folder standin), and answers that are not what they should be.
package twilio
