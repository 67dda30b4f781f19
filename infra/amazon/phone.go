// Package amazon is the failover channel, used when Twilio is unreachable or rejects a page: texts and e-mail through SNS, and
// calls as Amazon voice messages. AWS reports only that it accepted a page, never that a person got it. Pages sent this way are
// therefore never treated as answered, and escalation goes on.
//
// It is the only package that imports the clients of SNS and of voice messages. It needs the permissions sns:Publish and
// sms-voice:SendVoiceMessage.
package amazon

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	voice "github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2"
	voicetypes "github.com/aws/aws-sdk-go-v2/service/pinpointsmsvoicev2/types"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
)

// Message size limits of the services, in characters.
const (
	maxText  = 1600 // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
	maxVoice = 3000 // https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendVoiceMessage.html
)

// callTTL is how long a call may stay queued at Amazon, in seconds; a later call would be out of date.
const callTTL = 120

// timeout limits one request.
const timeout = 10 * time.Second

// A Phone sends pages through AWS. It is safe for concurrent use.
type Phone struct {
	cfg   oncall.FailoverChannel
	sns   *sns.Client
	voice *voice.Client
}

var _ paging.Phone = (*Phone)(nil)

// New returns a Phone that uses the default AWS configuration (environment, files, role). It sends no request.
func New(ctx context.Context, cfg oncall.FailoverChannel) (*Phone, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(cfg.Region))
	if err != nil {
		return nil, fmt.Errorf("load AWS configuration for the failover channel: %w", err)
	}
	return With(cfg, loaded), nil
}

// With is like New with a given AWS configuration.
func With(cfg oncall.FailoverChannel, base aws.Config) *Phone {
	base.Region = cfg.Region
	// Never retry here: AWS may have accepted a request that failed. The pager decides about retries, because it knows the
	// other attempts.
	base.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return &Phone{cfg: cfg, sns: sns.NewFromConfig(base), voice: voice.NewFromConfig(base)}
}

// Send places the call, or sends the text or e-mail, once, and returns the id that AWS assigned. [paging.Phone] documents its
// errors.
func (p *Phone) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, connected := traceConnection(ctx)
	send, ok := map[incident.Channel]func(context.Context, paging.Dispatch) (*string, error){
		incident.Call: p.call, incident.Text: p.text, incident.Email: p.mail,
	}[d.Channel]
	if !ok {
		return "", fmt.Errorf("amazon: %w: channel %q: want %q, %q or %q", paging.ErrRefused, d.Channel, incident.Call, incident.Text, incident.Email)
	}
	id, err := send(ctx, d)
	if err == nil && aws.ToString(id) == "" {
		err = errors.New("accepted, but the response has no message id")
	}
	if err != nil {
		return "", fmt.Errorf("amazon: %s to %s: %w", d.Channel, d.To, classify(err, connected()))
	}
	return *id, nil
}

// errNoLookup is the error of Find.
var errNoLookup = errors.New("amazon: find page: AWS does not report what became of a page")

// Find always fails: AWS has no request for the status of a page.
func (p *Phone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, errNoLookup
}

// call speaks the message. Voice messages do not take key presses.
func (p *Phone) call(ctx context.Context, d paging.Dispatch) (*string, error) {
	if p.cfg.Voice == "" {
		return nil, fmt.Errorf("%w: on_call.second_channel.voice is not set: calls need a number to come from", paging.ErrRefused)
	}
	out, err := p.voice.SendVoiceMessage(ctx, &voice.SendVoiceMessageInput{
		DestinationPhoneNumber: &d.To, OriginationIdentity: &p.cfg.Voice,
		MessageBody: aws.String(truncate(twice(slices.Concat(d.Speech, d.Details)), maxVoice)), MessageBodyTextType: voicetypes.VoiceMessageBodyTextTypeText,
		TimeToLive: aws.Int32(callTTL), Context: map[string]string{"page": d.PageID},
	})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// twice repeats the message, as the first words may be missed on waking up.
func twice(speech []string) string {
	said := strings.Join(speech, "\n")
	return said + "\nOnce more.\n" + said
}

func (p *Phone) text(ctx context.Context, d paging.Dispatch) (*string, error) {
	attributes := map[string]snstypes.MessageAttributeValue{"AWS.SNS.SMS.SMSType": stringAttribute("Transactional")}
	if p.cfg.Sender != "" {
		attributes["AWS.SNS.SMS.SenderID"] = stringAttribute(p.cfg.Sender)
	}
	out, err := p.sns.Publish(ctx, &sns.PublishInput{PhoneNumber: &d.To, Message: aws.String(truncate(d.TextBody, maxText)), MessageAttributes: attributes})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// stringAttribute returns a message attribute of the type String.
func stringAttribute(s string) snstypes.MessageAttributeValue {
	return snstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
}

// mail publishes to the topic, because SNS sends e-mail to subscribers only. The attributes serve the subscriptions' filter
// policies, so that each person gets only their own pages: {"email": ["ada@example.com"]}.
func (p *Phone) mail(ctx context.Context, d paging.Dispatch) (*string, error) {
	if p.cfg.Topic == "" {
		return nil, fmt.Errorf("%w: on_call.second_channel.topic is not set: e-mail needs a topic", paging.ErrRefused)
	}
	out, err := p.sns.Publish(ctx, &sns.PublishInput{
		TopicArn: &p.cfg.Topic, Subject: &d.Subject, Message: &d.TextBody,
		MessageAttributes: map[string]snstypes.MessageAttributeValue{"person": stringAttribute(d.Person), "email": stringAttribute(d.To)},
	})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// truncate shortens s to at most n characters.
func truncate(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-3]) + "..."
}
