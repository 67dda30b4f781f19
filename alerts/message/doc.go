// Package message composes the text of a page: the speech of a call, an SMS within two segments, an e-mail, an
// all-clear. The recipient may have just been woken: short sentences, no jargon, times in the person's zone.
package message
