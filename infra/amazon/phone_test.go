package amazon_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/infra/amazon"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var fullConfig = oncall.FailoverChannel{
	Region: "eu-west-1", Voice: "+12025550111", Topic: "arn:aws:sns:eu-west-1:123456789012:valkyrie", Sender: "VALKYRIE",
}

// A service is a stand-in for AWS that records the last request.
type service struct {
	header http.Header
	body   string
	status int
	answer string
	stalls bool
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.header, s.body = r.Header, string(body)
	if s.stalls {
		<-r.Context().Done()
		return
	}
	w.WriteHeader(s.status)
	_, _ = io.WriteString(w, s.answer)
}

// phone returns a Phone whose requests go to the service.
func (s *service) phone(t *testing.T, cfg oncall.FailoverChannel) *amazon.Phone {
	t.Helper()
	server := httptest.NewServer(s)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
	})
	return amazon.With(cfg, aws.Config{
		BaseEndpoint: &server.URL, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "a-secret", ""),
	})
}

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult>` +
	`<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>`

func text() paging.Dispatch {
	return paging.Dispatch{PageID: "p1", Channel: incident.Text, To: "+12025550143", Person: "Ada", TextBody: "VALKYRIE: it is down & out. #3f2a"}
}

// TestText checks that a text is a Publish request in AWS's query protocol, signed for SNS in the region.
func TestText(t *testing.T) {
	s := &service{status: 200, answer: published}
	id, err := s.phone(t, fullConfig).Send(t.Context(), text())
	if id != "m-1" || err != nil {
		t.Fatalf("%q %v", id, err)
	}
	got, err := url.ParseQuery(s.body)
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"Action": {"Publish"}, "Version": {"2010-03-31"}, "PhoneNumber": {"+12025550143"}, "Message": {"VALKYRIE: it is down & out. #3f2a"},
	}
	attributes := map[string]string{}
	for _, n := range []string{"1", "2"} {
		entry := "MessageAttributes.entry." + n + "."
		attributes[got.Get(entry+"Name")] = got.Get(entry+"Value.StringValue") + " " + got.Get(entry+"Value.DataType")
		for _, field := range []string{"Name", "Value.StringValue", "Value.DataType"} {
			got.Del(entry + field)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(map[string]string{"AWS.SNS.SMS.SMSType": "Transactional String", "AWS.SNS.SMS.SenderID": "VALKYRIE String"}, attributes); diff != "" {
		t.Error(diff)
	}
	if auth := s.header.Get("Authorization"); !strings.Contains(auth, "/eu-west-1/sns/aws4_request") {
		t.Errorf("signed %q", auth)
	}
}

// TestMail checks that an e-mail is published to the topic, with the attributes that subscriptions filter by.
func TestMail(t *testing.T) {
	s := &service{status: 200, answer: published}
	d := paging.Dispatch{PageID: "p1", Channel: incident.Email, To: "ada@example.com", Person: "Ada", Subject: "VALKYRIE: down", TextBody: "VALKYRIE: down\n\nSince 4:23."}
	if id, err := s.phone(t, fullConfig).Send(t.Context(), d); id != "m-1" || err != nil {
		t.Fatalf("%q %v", id, err)
	}
	got, _ := url.ParseQuery(s.body)
	for key, want := range map[string]string{"TopicArn": fullConfig.Topic, "Subject": "VALKYRIE: down", "Message": d.TextBody, "PhoneNumber": ""} {
		if got.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, got.Get(key), want)
		}
	}
	if !strings.Contains(s.body, "ada%40example.com") || !strings.Contains(s.body, "Value.StringValue=Ada") {
		t.Errorf("no attributes in %s", s.body)
	}
}

// TestCall checks that a call is a SendVoiceMessage request in JSON, spoken twice, which expires after two minutes.
func TestCall(t *testing.T) {
	s := &service{status: 200, answer: `{"MessageId":"v-1"}`}
	d := paging.Dispatch{PageID: "p1", Channel: incident.Call, To: "+12025550143", Speech: []string{"This is Valkyrie.", "Customers cannot print a card."}}
	if id, err := s.phone(t, fullConfig).Send(t.Context(), d); id != "v-1" || err != nil {
		t.Fatalf("%q %v", id, err)
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(s.body), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"DestinationPhoneNumber": "+12025550143", "OriginationIdentity": "+12025550111", "MessageBodyTextType": "TEXT",
		"MessageBody": "This is Valkyrie.\nCustomers cannot print a card.\nOnce more.\nThis is Valkyrie.\nCustomers cannot print a card.",
		"TimeToLive":  120.0, "Context": map[string]any{"page": "p1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if target := s.header.Get("X-Amz-Target"); target != "PinpointSMSVoiceV2.SendVoiceMessage" {
		t.Errorf("target %q", target)
	}
}

// TestLongTextIsTruncated checks that a text over the limit is truncated, as SNS would reject it.
func TestLongTextIsTruncated(t *testing.T) {
	s := &service{status: 200, answer: published}
	d := text()
	d.TextBody = strings.Repeat("ü", 2000)
	if _, err := s.phone(t, fullConfig).Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if got, _ := url.ParseQuery(s.body); len([]rune(got.Get("Message"))) != 1600 {
		t.Errorf("%d characters", len([]rune(got.Get("Message"))))
	}
}

const (
	sent, refused, notSent, unknown = "sent", "refused", "not sent", "unknown"
)

func outcome(err error) string {
	switch {
	case err == nil:
		return sent
	case errors.Is(err, paging.ErrRefused):
		return refused
	case errors.Is(err, paging.ErrNotSent):
		return notSent
	}
	return unknown
}

// TestErrorsAreClassified checks the classification of each response, and that no error contains a secret.
func TestErrorsAreClassified(t *testing.T) {
	fault := func(code string) string {
		return `<ErrorResponse><Error><Type>Sender</Type><Code>` + code + `</Code><Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>`
	}
	for name, c := range map[string]struct {
		service service
		want    string
	}{
		"accepted":         {service{status: 200, answer: published}, sent},
		"no id":            {service{status: 200, answer: `<PublishResponse><PublishResult></PublishResult></PublishResponse>`}, unknown},
		"malformed":        {service{status: 200, answer: `<Publish`}, unknown},
		"opted out":        {service{status: 400, answer: fault("OptedOut")}, refused},
		"no such number":   {service{status: 400, answer: fault("InvalidParameter")}, refused},
		"not allowed":      {service{status: 403, answer: fault("AuthorizationError")}, refused},
		"too many":         {service{status: 400, answer: fault("Throttled")}, notSent},
		"too many, by 429": {service{status: 429, answer: fault("Slow")}, notSent},
		"server error":     {service{status: 500, answer: fault("InternalError")}, unknown},
		"a proxy's page":   {service{status: 502, answer: `<html>`}, unknown},
		"never answers":    {service{stalls: true}, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			if !c.service.stalls {
				ctx = t.Context()
			}
			_, err := c.service.phone(t, fullConfig).Send(ctx, text())
			if got := outcome(err); got != c.want || err != nil && strings.Contains(err.Error(), "a-secret") {
				t.Errorf("%s (%v), want %s", got, err, c.want)
			}
		})
	}
}

// TestUnreachable checks that a failed connection counts as not sent.
func TestUnreachable(t *testing.T) {
	p := amazon.With(fullConfig, aws.Config{
		BaseEndpoint: aws.String("http://127.0.0.1:1"), Credentials: credentials.NewStaticCredentialsProvider("AKIDEXAMPLE", "a-secret", ""),
	})
	for _, c := range []incident.Channel{incident.Call, incident.Text, incident.Email} {
		d := text()
		d.Channel = c
		if _, err := p.Send(t.Context(), d); outcome(err) != notSent {
			t.Errorf("%s: %v", c, err)
		}
	}
	if _, err := p.Send(t.Context(), paging.Dispatch{Channel: "pigeon"}); outcome(err) != refused {
		t.Errorf("unknown channel: %v", err)
	}
}

// TestUnconfiguredChannel checks that a channel that is not configured is refused, with the name of the missing field.
func TestUnconfiguredChannel(t *testing.T) {
	s := &service{status: 200, answer: published}
	p := s.phone(t, oncall.FailoverChannel{Region: "eu-west-1"})
	for c, field := range map[incident.Channel]string{incident.Call: "second_channel.voice", incident.Email: "second_channel.topic"} {
		d := text()
		d.Channel = c
		if _, err := p.Send(t.Context(), d); outcome(err) != refused || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", c, err)
		}
	}
	if _, found, err := p.Find(t.Context(), text(), time.Time{}); found || err == nil {
		t.Error("Find did not fail")
	}
	if s.body != "" {
		t.Error("a request was sent")
	}
}
