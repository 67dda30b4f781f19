package paging

import (
	"slices"
	"time"

	"valkyrie/alerts/oncall"
)

// ReplyFor exports reply to the tests.
func (r NotificationState) ReplyFor(rep Reply, o oncall.OnCall, now time.Time) string {
	return r.clone().reply(rep, evalContext{o, now})
}

// KeyAnswer exports answerKey to the tests.
func (r NotificationState) KeyAnswer(rep Report, o oncall.OnCall, now time.Time) Answer {
	return answerKey(r, rep, evalContext{o, now})
}

// ReplyWords returns the words of a text that are no names.
func ReplyWords() []string { return slices.Concat(fillers, greetings, textVerbs, ackWords) }
