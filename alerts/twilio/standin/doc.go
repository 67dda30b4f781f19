// Package standin is a telephone network for one machine. It speaks the part of Twilio's REST API that Valkyrie uses,
// rings in the terminal, reads the words out, presses keys, and posts the signed callbacks that Twilio would post.
//
// It exists because the most important calls are the hardest to test: the engaged line, the voicemail, the request that
// timed out after the call was placed. Each of these is a Behaviour here, so that the demo, the tests and a laptop run
// the same code as the cloud. The package shares nothing with alerts/twilio and does not import twilio-go: it is
// written from Twilio's public documentation, so that a misunderstanding on one side shows as a failing test.
//
// Its only protection is the account's own credentials, and its /standin/ paths have none: never expose it.
package standin
