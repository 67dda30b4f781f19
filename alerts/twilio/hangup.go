package twilio

import (
	"context"
	"fmt"

	api "github.com/twilio/twilio-go/rest/api/v2010"

	"valkyrie/alerts/paging"
)

var _ paging.Hanger = (*Phone)(nil)

// HangUp ends a call. Twilio ends one that rings or is going on as "completed", and takes one that still waits in its
// queue out as "canceled".
// See https://www.twilio.com/docs/voice/api/call-resource#update-a-call-resource.
func (p *Phone) HangUp(ctx context.Context, sid string) error {
	status, err := p.end(ctx, sid, "completed")
	if err == nil && status == "queued" {
		_, err = p.end(ctx, sid, "canceled")
	}
	return err
}

// end asks for a call to be ended in this way, and returns what has become of it.
func (p *Phone) end(ctx context.Context, sid, as string) (status string, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	w := p.wire(ctx)
	call, err := p.service(w).UpdateCall(sid, new(api.UpdateCallParams).SetStatus(as))
	if err != nil {
		return "", fmt.Errorf("twilio: hang up %s: %w", sid, w.tell(err, p.mask))
	}
	if call.Status != nil {
		status = *call.Status
	}
	return status, nil
}
