package events

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"valkyrie/infra/status"
)

// Customers are the subscribers of an SNS topic who are told as the status page tells: in a customer's words, and only of
// what a customer feels. A drill, or a probe of ours that is broken, is no news to them.
type Customers struct{ Topic }

// Subscribers are the customers who have subscribed to the topic of that ARN.
func Subscribers(cfg aws.Config, arn string) Customers {
	return Customers{Topic{sns.NewFromConfig(in(cfg, arn)), arn}}
}

// Name implements [Receiver]. The same topic may be one for machines too.
func (c Customers) Name() string { return "customers:" + c.ARN }

// Tell implements [Receiver]. What customers feel nothing of is taken, and not told.
func (c Customers) Tell(ctx context.Context, e Event) error {
	i := e.Incident
	what, felt := status.What(i.Kind, i.Journey, i.Title, e.Type == Resolved)
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
