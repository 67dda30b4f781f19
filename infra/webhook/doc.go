// Package webhook is what the outside may say to Valkyrie, and nothing else: Twilio's callbacks and the texts that people
// send, below /twilio/, and the heartbeats of batches, below /beat/. The same handler is behind the Function URL on Lambda
// and behind `valkyrie watch`.
//
// Nothing is believed before its signature or its token was checked, and what is refused is told no reason.
package webhook
