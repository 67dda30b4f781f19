package events

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"valkyrie/infra/status"
)

// Customers notifies the customers who have subscribed to an SNS topic. Like the status page, it uses a customer's words and
// omits incidents that do not affect customers, such as a drill or a broken probe.
type Customers struct{ Topic }

// Subscribers returns the receiver for the customers who have subscribed to the topic arn.
func Subscribers(cfg aws.Config, arn string) Customers {
	return Customers{Topic{sns.NewFromConfig(inRegionOf(cfg, arn)), arn}}
}

// Name implements [Receiver]. The prefix keeps it distinct from a [Topic] with the same ARN.
func (c Customers) Name() string { return "customers:" + c.ARN }

// Deliver implements [Receiver]. It accepts, and drops, events that do not affect customers.
func (c Customers) Deliver(ctx context.Context, e Event) error {
	i := e.Incident
	what, felt := status.Impact(i.Kind, i.Journey, i.Title, e.Type == Resolved)
	if !felt {
		return nil
	}
	const stamp = "2 January 2006, 15:04 UTC"
	message := fmt.Sprintf("%s, since %s.\nYou will hear when it is over.", what, i.Began.UTC().Format(stamp))
	switch e.Type {
	case Resolved:
		message = fmt.Sprintf("It is over. %s, from %s until %s.", what, i.Began.UTC().Format(stamp), i.Ended.UTC().Format(stamp))
		what = "Over: " + what
	case Reopened:
		message = fmt.Sprintf("It is back. %s; this began on %s.\nYou will hear when it is over.", what, i.Began.UTC().Format(stamp))
		what = "Again: " + what
	}
	return c.publish(ctx, e, what, message)
}
