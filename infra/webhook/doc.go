// Package webhook handles the requests that Valkyrie accepts from outside: Twilio's callbacks and people's texts below
// /twilio/, and the heartbeats of batches below /beat/. The same handler serves the Function URL on Lambda and `valkyrie
// watch`.
//
// A request has no effect before its signature or token is verified, and a refusal gives no reason.
package webhook
