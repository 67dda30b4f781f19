package paging

import (
	"context"
	"errors"
	"time"

	"valkyrie/alerts/incident"
)

// Errors of a Phone. Any other error leaves the outcome unknown: the provider may have accepted the page, so it is
// asked before a resend.
var (
	// ErrNotSent means that the provider certainly did not accept the page: it answered 429, or refused the connection.
	// A retry is safe.
	ErrNotSent = errors.New("not sent")
	// ErrRefused means that the provider will never accept the page: no such number, not permitted. The next person is
	// called at once. See also ErrProviderRejects.
	ErrRefused = errors.New("refused by the provider")
)

// A RetryAfter is an ErrNotSent with the time for which the provider wants no request.
type RetryAfter struct {
	Wait time.Duration
	Err  error
}

func (e RetryAfter) Error() string { return e.Err.Error() }
func (e RetryAfter) Unwrap() error { return e.Err }

// A Phone hands pages to a provider. alerts/twilio is the first provider, infra/amazon the failover channel.
type Phone interface {
	// Send places the call or sends the text, and returns the provider's id for it. Errors wrap ErrNotSent or
	// ErrRefused if they apply, and never contain a secret. It returns when ctx ends.
	Send(ctx context.Context, d Dispatch) (sid string, err error)
	// Find asks the provider for a dispatch whose Send had an unknown outcome, made at or after since. It returns the
	// newest match by channel, sender, destination and, for a text, body.
	Find(ctx context.Context, d Dispatch, since time.Time) (sid string, found bool, err error)
}

// A Dispatch is a page with its text, ready for the provider.
type Dispatch struct {
	PageID   string // part of the callbacks' path, to identify the page
	Channel  incident.Channel
	To       string   // E.164; or an e-mail address
	Play     string   // for a call: address of a sound that is played first; empty: none
	Language string   // for a call: of the voice, such as en-GB; empty: the provider's default
	Speech   []string // for a call: sentences, in order
	Prompt   string   // for a call: the keys, said after the speech. Empty: no key is asked for
	Details  []string // for a call: further sentences, after the keys
	TextBody string   // for a text, or an e-mail
	Subject  string   // for an e-mail
	Person   string   // the recipient's name

	// ValidFor bounds the time until the provider sends a text, and the duration of a call; 0: the provider's default. A text
	// that waits for longer is given up, as it is not true any more.
	ValidFor time.Duration
}

// A Report is a provider's callback about a page, or a person's key press in a call.
type Report struct {
	PageID string
	SID    string
	Result string // Human, Machine, Busy ... ; empty: not ended
	Key    string // the key that was pressed, if any
	Why    string // the provider's error, if any
	Final  bool   // of a failed page: the provider reports that it would fail again
}
