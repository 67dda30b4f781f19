package main

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"valkyrie/alerts/paging"
)

// A counter is a phone that counts the sent and the failed pages.
type counter struct {
	paging.Phone
	sent, failed atomic.Int64 // pages are sent concurrently
}

// Send implements paging.Phone.
func (c *counter) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	sid, err := c.Phone.Send(ctx, d)
	if err == nil {
		c.sent.Add(1)
	} else {
		c.failed.Add(1)
	}
	return sid, err
}

func (c *counter) count() (sent, failed int) { return int(c.sent.Load()), int(c.failed.Load()) }

// noPhone stands in for a phone that could not be opened: its pages stay in the outbox until there is one.
type noPhone struct{ why error }

func (u noPhone) Send(context.Context, paging.Dispatch) (string, error) {
	return "", fmt.Errorf("%w: %w", paging.ErrNotSent, u.why)
}

func (u noPhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, u.why
}

// HangUp ends a call, if the phone supports that.
func (c *counter) HangUp(ctx context.Context, sid string) error {
	if h, ok := c.Phone.(interface {
		HangUp(ctx context.Context, sid string) error
	}); ok {
		return h.HangUp(ctx, sid)
	}
	return nil
}
