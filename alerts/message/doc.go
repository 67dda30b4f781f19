// Package message composes the words of a page: what a call says, an SMS within two segments, an e-mail, an all-clear.
// The words are for a person who has just been woken: short sentences, no jargon, times in that person's zone.
package message
