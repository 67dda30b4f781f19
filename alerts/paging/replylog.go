package paging

import (
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/message"
	"valkyrie/alerts/oncall"
)

// A ReplyLog remembers the texts from people: a text that the provider hands over again runs no command twice, and machines
// that answer machines (STOP, out of office, help) do not go on without end.
type ReplyLog struct {
	Handled []handledReply `json:"handled,omitempty"` // oldest first
	Answers []idleAnswer   `json:"answers,omitempty"` // within an hour, to texts that changed nothing; oldest first
}

// A handledReply is a text that was applied, with its answer if it is one of the last few.
type handledReply struct {
	SID    string `json:"sid"`
	Answer string `json:"answer,omitempty"`
}

// An idleAnswer is one answer to a text that changed nothing.
type idleAnswer struct {
	Person  string `json:"p"`
	Unclear bool   `json:"u,omitempty"` // the text was no command
	At      int64  `json:"t"`           // seconds since 1970
}

const (
	maxHandled = 100 // texts that are remembered
	maxAnswers = 5   // of them with their answers, for a provider that did not receive ours

	maxUnclearPerHour = 1  // answers to one person's texts that are no commands
	maxIdlePerHour    = 10 // answers to one person's texts that change nothing
)

// handled returns the answer to a text that was applied before; ok is false if it is new.
func (l ReplyLog) handled(sid string) (answer string, ok bool) {
	i := slices.IndexFunc(l.Handled, func(h handledReply) bool { return h.SID == sid })
	if i < 0 || sid == "" {
		return "", false
	}
	return l.Handled[i].Answer, true
}

// remember records a text and its answer.
func (l *ReplyLog) remember(sid, answer string) {
	if sid == "" {
		return
	}
	l.Handled = append(slices.Clone(l.Handled), handledReply{sid, answer})
	l.Handled = l.Handled[max(0, len(l.Handled)-maxHandled):]
	for i := range l.Handled[:max(0, len(l.Handled)-maxAnswers)] {
		l.Handled[i].Answer = ""
	}
}

// admits reports whether a text of this effect is answered, and counts the answer.
func (l *ReplyLog) admits(who string, e effect, now time.Time) bool {
	if e == changed {
		return true
	}
	l.Answers = slices.DeleteFunc(slices.Clone(l.Answers), func(a idleAnswer) bool { return now.Unix()-a.At >= secondsPerHour })
	all, vague := 0, 0
	for _, a := range l.Answers {
		if a.Person == who {
			all++
			if a.Unclear {
				vague++
			}
		}
	}
	if all >= maxIdlePerHour || e == unclear && vague >= maxUnclearPerHour {
		return false
	}
	l.Answers = append(l.Answers, idleAnswer{who, e == unclear, now.Unix()})
	return true
}

// merge adds the texts that another table's pager has handled.
func (l *ReplyLog) merge(theirs ReplyLog) {
	for _, h := range theirs.Handled {
		if _, ok := l.handled(h.SID); !ok {
			l.remember(h.SID, h.Answer)
		}
	}
	for _, a := range theirs.Answers {
		if !slices.Contains(l.Answers, a) {
			l.Answers = append(slices.Clone(l.Answers), a)
		}
	}
}

// An effect is what a text did.
type effect int

const (
	unclear   effect = iota // it is no command
	unmatched               // a command about an incident that is not open
	asked                   // a command that changed nothing
	changed                 // a command that changed the state
)

// stopAnswer answers the words with which a provider ends all texts to a number. It never arrives if the provider acts on
// them, as Twilio does; with a provider that does not, the person learns how to get no more pages.
const stopAnswer = "Texts stop only if the provider acts on this word; START ends that. You are still on call, and are called. To get no pages, be taken out of alerts.yaml."

// stopWords are the words on which providers end all texts to a number, and START. See
// https://help.twilio.com/articles/223134027.
var stopWords = strings.Fields("stop stopall unsubscribe cancel end quit revoke optout start unstop")

// isStopWord reports whether a text is one of the words.
func isStopWord(body string) bool {
	return slices.Contains(stopWords, strings.Trim(strings.ToLower(strings.TrimSpace(body)), ".!"))
}

// reply runs the command of a text and returns the answer. It is idempotent for texts with a SID.
func (r *NotificationState) reply(rep Reply, at evalContext) string {
	i := slices.IndexFunc(at.onCall.People, func(p oncall.Person) bool { return p.Phone == rep.From })
	if i < 0 {
		return ""
	}
	if answer, ok := r.Replies.handled(rep.SID); ok {
		return answer
	}
	who := at.onCall.People[i]
	answer, did := r.runTextCommand(rep.Body, who, at)
	if at.onCall.SharedNumber && did != changed {
		answer = message.FitSMS(answer, " Only one of the deployments on this number reads texts; what others report, acknowledge in their calls.")
	}
	if !r.Replies.admits(who.Name, did, at.now) {
		answer = ""
	}
	r.Replies.remember(rep.SID, answer)
	return answer
}
