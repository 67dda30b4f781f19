// Package standin is a telephone network for one machine. It speaks the part of Twilio's REST API that Valkyrie uses,
// rings in the terminal, reads the words out, presses keys, and posts the signed callbacks that Twilio would post.
//
// It exists because the calls that matter most are the ones nobody likes to test: the engaged line, the voicemail, the
// request that timed out after the call was placed. Each of these is a Behaviour here, so the demo, the tests and a
// laptop run the very code that runs in the cloud, and that code cannot tell the difference. For that reason the
// package shares nothing with alerts/twilio and does not import twilio-go: what it knows of the API it was taught from
// Twilio's public documentation, so a misunderstanding on one side shows as a failing test.
//
// It has no protection but the account's own credentials, and its /standin/ paths have none: never expose it.
package standin
