package events

import (
	"context"

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
	if _, felt := status.Impact(e.Incident.Kind, e.Incident.Journey, e.Incident.Title, false); !felt {
		return nil // planned by an earlier version
	}
	return c.Topic.Deliver(ctx, e)
}
