package events

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	bridgetypes "github.com/aws/aws-sdk-go-v2/service/eventbridge/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// Source is the source of events on an EventBridge bus. The detail type is the event's Type, the detail is the Event.
const Source = "valkyrie"

// A Bus puts events on an EventBridge bus. It needs the permission events:PutEvents.
type Bus struct {
	Client *eventbridge.Client
	ARN    string
}

// Name implements [Receiver].
func (b Bus) Name() string { return b.ARN }

// Deliver implements [Receiver]. It checks the entry too, as EventBridge may reject an entry of a request that it accepts.
func (b Bus) Deliver(ctx context.Context, e Event) error {
	detail, err := json.Marshal(e)
	if err != nil {
		return err
	}
	out, err := b.Client.PutEvents(ctx, &eventbridge.PutEventsInput{Entries: []bridgetypes.PutEventsRequestEntry{{
		EventBusName: &b.ARN, Source: aws.String(Source), DetailType: aws.String(string(e.Type)), Detail: aws.String(string(detail)), Time: &e.At,
	}}})
	if err != nil {
		return fmt.Errorf("put event on the bus: %w", err)
	}
	if out.FailedEntryCount > 0 || len(out.Entries) != 1 {
		reason := errors.New("no reason given")
		if len(out.Entries) > 0 {
			reason = fmt.Errorf("%s: %s", aws.ToString(out.Entries[0].ErrorCode), aws.ToString(out.Entries[0].ErrorMessage))
		}
		return fmt.Errorf("put event on the bus: the entry was rejected: %w", reason)
	}
	return nil
}

// A Topic publishes each event as a sentence to the subscribers of an SNS topic, by e-mail or text. It needs the permission
// sns:Publish. Subscribers may filter by the attributes journey, kind and type.
type Topic struct {
	Client *sns.Client
	ARN    string
}

// Name implements [Receiver].
func (t Topic) Name() string { return t.ARN }

// Deliver implements [Receiver].
func (t Topic) Deliver(ctx context.Context, e Event) error {
	subject, message := e.Words()
	_, err := t.Client.Publish(ctx, &sns.PublishInput{
		TopicArn: &t.ARN, Subject: aws.String(validSubject(subject)), Message: &message,
		MessageAttributes: attributes(map[string]string{"journey": e.Incident.Journey, "kind": string(e.Incident.Kind), "type": string(e.Type)}),
	})
	if err != nil {
		return fmt.Errorf("publish event to the topic: %w", err)
	}
	return nil
}

// attributes converts pairs to message attributes of the type String.
func attributes(pairs map[string]string) map[string]snstypes.MessageAttributeValue {
	all := map[string]snstypes.MessageAttributeValue{}
	for name, value := range pairs {
		all[name] = snstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: &value}
	}
	return all
}

// validSubject converts a subject to the form that SNS accepts: printable ASCII, under 100 characters.
func validSubject(text string) string {
	const longest = 99
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, text)
	return text[:min(len(text), longest)]
}
