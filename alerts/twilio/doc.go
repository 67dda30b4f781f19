// Package twilio places calls and sends texts through Twilio, and receives its callbacks.
//
// A Client is a paging.Phone. It distinguishes "certainly not sent", which may be retried at once, from "unknown",
// which may not. Callbacks is an HTTP handler for the statuses and key presses that Twilio posts, and verifies their
// signature first.
//
// Only this package imports twilio-go. It adds contexts and another host for a stand-in (folder standin), which the
// library lacks, and rejects malformed answers.
package twilio
