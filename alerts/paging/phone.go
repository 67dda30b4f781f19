package paging

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// What a Phone's error means for the page. An error that is none of these leaves the outcome unknown: the carrier may
// have taken the page, so it is looked for before anything is sent again.
var (
	// ErrNotSent: the carrier certainly did not take it (it said "too many requests", or could not be connected to).
	// Trying again is safe.
	ErrNotSent = errors.New("not sent")
	// ErrRefused: the carrier will never take it (no such number, not allowed). The next person is tried at once. See also
	// ErrClosed.
	ErrRefused = errors.New("refused by the carrier")
)

// A Phone hands pages to a carrier. alerts/twilio is the first, infra/amazon the second.
type Phone interface {
	// Send places the call or sends the text, and returns the carrier's id for it. Errors wrap ErrNotSent or
	// ErrRefused when they are known to be such; no error ever holds a secret. It ends when ctx does.
	Send(ctx context.Context, d Dispatch) (sid string, err error)
	// Find looks at the carrier for a dispatch whose Send had an unknown outcome, made at or after since. It reports
	// the newest match by channel, sender, destination and, of a text, what it says.
	Find(ctx context.Context, d Dispatch, since time.Time) (sid string, found bool, err error)
}

// A Dispatch is a page with its words, ready for the carrier.
type Dispatch struct {
	PageID   string // goes into the path of the callbacks, so that they find their page
	Channel  incident.Channel
	To       string   // E.164; or an e-mail address
	Play     string   // for a call: address of a sound that is played first; empty: none
	Language string   // for a call: of the voice, such as en-GB; empty: the carrier's own
	Speech   []string // for a call: sentences, in order
	Prompt   string   // for a call: what the keys do; said after the speech. Empty: no key is asked for
	TextBody string   // for a text, or an e-mail
	Subject  string   // for an e-mail
	Person   string   // whom it is for
}

// A Report is what the carrier, or a person through it, says about a page.
type Report struct {
	PageID string
	SID    string
	Result string // Human, Machine, Busy ... ; empty when it has not ended
	Key    string // the key that was pressed, if any
	Why    string // the carrier's error, if any
	Final  bool   // of one that failed: the carrier says that it would fail again
}
