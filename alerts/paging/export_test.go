package paging

import (
	"time"

	"valkyrie/alerts/oncall"
)

// Answered is what a Reply is answered by a route, for the tests.
func (r NotificationState) ReplyFor(rep Reply, o oncall.OnCall, now time.Time) string {
	return r.clone().reply(rep, evalContext{o, now})
}

// Heard is what a key press is answered by a route, for the tests.
func (r NotificationState) KeyAnswer(rep Report, o oncall.OnCall, now time.Time) Answer {
	return answerKey(r, rep, evalContext{o, now})
}
