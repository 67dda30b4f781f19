// Package amazon is the second channel, for when Twilio cannot be reached or refuses: texts and e-mail by SNS, and calls as
// Amazon voice messages. Nothing comes back from it: that a page was accepted is all that is ever known, so nobody is taken
// to have been reached, and the next person is tried in time.
//
// It is the only package that imports the clients of SNS and of voice messages. It needs the permissions sns:Publish and
// sms-voice:SendVoiceMessage.
package amazon
