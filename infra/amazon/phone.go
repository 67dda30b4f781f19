package amazon

import (
	"context"
	"errors"
	"fmt"
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

// Limits of the services, in characters.
const (
	maxText  = 1600 // https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
	maxVoice = 3000 // https://docs.aws.amazon.com/pinpoint/latest/apireference_smsvoicev2/API_SendVoiceMessage.html
)

// ringWithin is for how long a call may wait at Amazon, in seconds: afterwards it is no news any more.
const ringWithin = 120

// timeout is that of one request.
const timeout = 10 * time.Second

// A Phone hands pages to AWS. It is safe for concurrent use.
type Phone struct {
	cfg   oncall.FailoverChannel
	sns   *sns.Client
	voice *voice.Client
}

var _ paging.Phone = (*Phone)(nil)

// New returns a Phone with the credentials and the addresses that the surroundings say (environment, files, role). It sends
// nothing yet.
func New(ctx context.Context, cfg oncall.FailoverChannel) (*Phone, error) {
	loaded, err := config.LoadDefaultConfig(ctx, config.WithRegion(cfg.Region))
	if err != nil {
		return nil, fmt.Errorf("the second channel: AWS is not configured: %w", err)
	}
	return With(cfg, loaded), nil
}

// With is New with a configuration of AWS.
func With(cfg oncall.FailoverChannel, from aws.Config) *Phone {
	from.Region = cfg.Region
	// A request that may have been taken must not be made again here: whether it is, is decided where it is known what
	// else has been done.
	from.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return &Phone{cfg: cfg, sns: sns.NewFromConfig(from), voice: voice.NewFromConfig(from)}
}

// Send places the call, or sends the text or the e-mail, once, and returns the id that AWS gave it. What its errors mean is
// said at alerts.Phone.
func (p *Phone) Send(ctx context.Context, d paging.Dispatch) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx, connected := traced(ctx)
	send, ok := map[incident.Channel]func(context.Context, paging.Dispatch) (*string, error){
		incident.Call: p.call, incident.Text: p.text, incident.Email: p.mail,
	}[d.Channel]
	if !ok {
		return "", fmt.Errorf("amazon: %w: channel %q: want %q, %q or %q", paging.ErrRefused, d.Channel, incident.Call, incident.Text, incident.Email)
	}
	id, err := send(ctx, d)
	if err == nil && aws.ToString(id) == "" {
		err = errors.New("accepted, but the answer has no id")
	}
	if err != nil {
		return "", fmt.Errorf("amazon: %s to %s: %w", d.Channel, d.To, judge(err, connected()))
	}
	return *id, nil
}

// errOneWay is what Find says: nothing can be asked.
var errOneWay = errors.New("amazon: what became of a page cannot be asked of AWS")

// Find cannot look.
func (p *Phone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, errOneWay
}

// call speaks the words; nothing can be pressed.
func (p *Phone) call(ctx context.Context, d paging.Dispatch) (*string, error) {
	if p.cfg.Voice == "" {
		return nil, fmt.Errorf("%w: on_call.second_channel.voice names no number that calls come from", paging.ErrRefused)
	}
	out, err := p.voice.SendVoiceMessage(ctx, &voice.SendVoiceMessageInput{
		DestinationPhoneNumber: &d.To, OriginationIdentity: &p.cfg.Voice,
		MessageBody: aws.String(cut(twice(d.Speech), maxVoice)), MessageBodyTextType: voicetypes.VoiceMessageBodyTextTypeText,
		TimeToLive: aws.Int32(ringWithin), Context: map[string]string{"page": d.PageID},
	})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// twice says it once more, for whoever was not awake yet.
func twice(speech []string) string {
	said := strings.Join(speech, "\n")
	return said + "\nOnce more.\n" + said
}

func (p *Phone) text(ctx context.Context, d paging.Dispatch) (*string, error) {
	attributes := map[string]snstypes.MessageAttributeValue{"AWS.SNS.SMS.SMSType": word("Transactional")}
	if p.cfg.Sender != "" {
		attributes["AWS.SNS.SMS.SenderID"] = word(p.cfg.Sender)
	}
	out, err := p.sns.Publish(ctx, &sns.PublishInput{PhoneNumber: &d.To, Message: aws.String(cut(d.TextBody, maxText)), MessageAttributes: attributes})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// word is an attribute.
func word(s string) snstypes.MessageAttributeValue {
	return snstypes.MessageAttributeValue{DataType: aws.String("String"), StringValue: &s}
}

// mail goes to the topic, as SNS mails to those who have subscribed. The attributes are for their filter policies, by which
// each gets only what is theirs: {"email": ["ada@example.com"]}.
func (p *Phone) mail(ctx context.Context, d paging.Dispatch) (*string, error) {
	if p.cfg.Topic == "" {
		return nil, fmt.Errorf("%w: on_call.second_channel.topic names no topic", paging.ErrRefused)
	}
	out, err := p.sns.Publish(ctx, &sns.PublishInput{
		TopicArn: &p.cfg.Topic, Subject: &d.Subject, Message: &d.TextBody,
		MessageAttributes: map[string]snstypes.MessageAttributeValue{"person": word(d.Person), "email": word(d.To)},
	})
	if err != nil {
		return nil, err
	}
	return out.MessageId, nil
}

// cut leaves at most n characters.
func cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-3]) + "..."
}
