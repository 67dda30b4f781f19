package events

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
)

// Source is the source of events on a bus; their detail type is the event's Type, and their detail the Event.
const Source = "valkyrie"

// A Bus puts events on an EventBridge bus. It needs the permission events:PutEvents.
type Bus struct {
	Client *eventbridge.Client
	ARN    string
}

// Name implements [Receiver].
func (b Bus) Name() string { return b.ARN }

// Tell implements [Receiver]. An entry can be refused although the request as a whole is not.
func (b Bus) Tell(ctx context.Context, e Event) error {
	detail, err := json.Marshal(e)
	if err != nil {
		return err
	}
	out, err := b.Client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []bridgetypes.PutEventsRequestEntry{{
		EventBusName: &b.ARN, Source: aws.String(Source), DetailType: aws.String(string(e.Type)), Detail: aws.String(string(detail)), Time: &e.At,
	}}})
	if err != nil {
		return fmt.Errorf("the event bus: %w", err)
	}
	if out.FailedEntryCount > 0 || len(out.Entries) != 1 {
		why := errors.New("the answer does not say why")
		if len(out.Entries) > 0 {
			why = fmt.Errorf("%s: %s", aws.ToString(out.Entries[0].ErrorCode), aws.ToString(out.Entries[0].ErrorMessage))
		}
		return fmt.Errorf("the event bus refused the event: %w", why)
	}
	return nil
}

// A Topic publishes events as a sentence to the subscribers of an SNS topic, by e-mail or text. It needs the permission
// sns:Publish. Subscribers may filter by the attributes journey, kind and type.
type Topic struct {
	Client *sns.Client
	ARN    string
}

// Name implements [Receiver].
func (t Topic) Name() string { return t.ARN }

// Tell implements [Receiver].
func (t Topic) Tell(ctx context.Context, e Event) error {
	subject := cmp.Or(e.Incident.Title, e.Incident.Journey) + ": " + strings.TrimPrefix(string(e.Type), "incident.")
	return t.publish(ctx, e, subject, e.Line())
}

func (t Topic) publish(ctx context.Context, e Event, subject, message string) error {
	_, err := t.Client.Publish(ctx, &sns.PublishInput{
		TopicArn: &t.ARN, Subject: aws.String(fit(subject)), Message: &message,
		MessageAttributes: attributes(map[string]string{"journey": e.Incident.Journey, "kind": string(e.Incident.Kind), "type": string(e.Type)}),
	})
	if err != nil {
		return fmt.Errorf("the topic: %w", err)
	}
	return nil
}

// fit makes a subject what SNS takes as one: printable ASCII, under 100 characters.
func fit(words string) string {
	const longest = 99
	words = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, words)
	return words[:min(len(words), longest)]
}
