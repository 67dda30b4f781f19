package standin

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A CallRecord is the history of a call, for tests and for people.
type CallRecord struct {
	SID        string     `json:"sid"`
	To         string     `json:"to"`
	From       string     `json:"from"`
	Attempt    int        `json:"attempt"` // number of the create request to this number, from 1; lost ones count
	Status     string     `json:"status"`  // Twilio's status, such as ringing, in-progress, completed, busy
	AnsweredBy string     `json:"answered_by,omitempty"`
	TwiML      string     `json:"twiml"`
	Words      []string   `json:"words"` // the speech, in order
	Keys       string     `json:"keys"`  // the keys pressed
	Posts      []PostedTo `json:"posts"` // the callbacks, in order
	Created    time.Time  `json:"created"`
	Answered   time.Time  `json:"answered,omitzero"`
	Ended      time.Time  `json:"ended,omitzero"`
	Settled    bool       `json:"settled"` // it is over, and its last callback was answered
}

// A TextRecord is the history of a text.
type TextRecord struct {
	SID      string     `json:"sid"`
	To       string     `json:"to"`
	From     string     `json:"from"`
	Attempt  int        `json:"attempt"`
	Status   string     `json:"status"` // queued, sent, delivered, undelivered
	Code     int        `json:"error_code,omitempty"`
	Body     string     `json:"body"`
	Segments int        `json:"segments"`
	Reply    string     `json:"reply,omitempty"`  // the person's reply
	Answer   string     `json:"answer,omitempty"` // the answer to it
	Posts    []PostedTo `json:"posts"`
	Created  time.Time  `json:"created"`
	Ended    time.Time  `json:"ended,omitzero"`
	Settled  bool       `json:"settled"`
}

// PostedTo is one callback of the exchange.
type PostedTo struct {
	URL    string `json:"url"`
	Status string `json:"status"`         // CallStatus or MessageStatus
	Key    string `json:"key,omitempty"`  // Digits
	Code   int    `json:"code,omitempty"` // HTTP status of the answer; 0 when there was none
	Error  string `json:"error,omitempty"`
}

// Calls returns every call placed so far, oldest first.
func (ex *Exchange) Calls() []CallRecord {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	all := make([]CallRecord, 0, len(ex.calls))
	for _, c := range ex.calls {
		r := c.CallRecord
		r.Words, r.Posts = slices.Clone(r.Words), slices.Clone(r.Posts)
		all = append(all, r)
	}
	return all
}

// Texts returns every text accepted so far, oldest first.
func (ex *Exchange) Texts() []TextRecord {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	all := make([]TextRecord, 0, len(ex.texts))
	for _, t := range ex.texts {
		r := t.TextRecord
		r.Posts = slices.Clone(r.Posts)
		all = append(all, r)
	}
	return all
}

// Creates counts the requests to call or text a number ("" for all), also those that placed nothing.
func (ex *Exchange) Creates(to string) int {
	ex.mu.Lock()
	defer ex.mu.Unlock()
	if to != "" {
		return ex.creates[to]
	}
	sum := 0
	for _, n := range ex.creates {
		sum += n
	}
	return sum
}

// WaitCalls waits until n calls have settled (they are over, and their last callback was answered) and returns all
// calls; its error counts them when ctx ends first.
func (ex *Exchange) WaitCalls(ctx context.Context, n int) ([]CallRecord, error) {
	return wait(ctx, ex, n, ex.Calls, func(r CallRecord) bool { return r.Settled })
}

// WaitTexts is WaitCalls for texts.
func (ex *Exchange) WaitTexts(ctx context.Context, n int) ([]TextRecord, error) {
	return wait(ctx, ex, n, ex.Texts, func(r TextRecord) bool { return r.Settled })
}

func wait[R any](ctx context.Context, ex *Exchange, n int, all func() []R, settled func(R) bool) ([]R, error) {
	for {
		ex.mu.Lock()
		changed := ex.changed // taken before looking, so that no change is missed
		ex.mu.Unlock()
		records, done := all(), 0
		for _, r := range records {
			if settled(r) {
				done++
			}
		}
		if done >= n {
			return records, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return records, fmt.Errorf("waiting for %d to settle, %d of %d placed have: %w", n, done, len(records), ctx.Err())
		}
	}
}
