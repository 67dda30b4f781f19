package config

import (
	"fmt"
	"net/url"
	"regexp"
)

// Subscribers are the machines to notify of incidents, besides the people, such as a site that writes to the affected
// customers, or a mailing list.
type Subscribers struct {
	Webhooks []Webhook `yaml:"webhooks"`
	EventBus string    `yaml:"event_bus"` // ARN of an EventBridge bus
	Topic    string    `yaml:"topic"`     // ARN of an SNS topic
}

// A Webhook is an address to which events are posted.
type Webhook struct {
	URL    string `yaml:"url"`
	Secret string `yaml:"secret"` // name of the secret that signs them, such as status-hook; never the secret itself
}

var (
	busARN     = regexp.MustCompile(`^arn:aws[a-z-]*:events:[a-z0-9-]+:\d{12}:event-bus/[\w./-]+$`)
	secretName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
)

// subscribers checks the machines to notify.
func (c *checker) subscribers(t Subscribers) {
	seen := map[string]bool{}
	for n, w := range t.Webhooks {
		path := fmt.Sprintf("tell.webhooks.%d", n)
		u, err := url.Parse(w.URL)
		switch {
		case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
			c.fault(path+".url", "expected an address such as https://example.com/incidents, got %q", w.URL)
		case u.User != nil:
			c.fault(path+".url", "expected no password in the address: this file is no place for it; what is sent is signed with the secret")
		case seen[w.URL]:
			c.fault(path+".url", "%s is there twice", w.URL)
		}
		seen[w.URL] = true
		if !secretName.MatchString(w.Secret) {
			c.fault(path+".secret", "expected the name of a secret, lower-case words joined by hyphens, such as status-hook")
		}
	}
	if t.EventBus != "" && !busARN.MatchString(t.EventBus) {
		c.fault("tell.event_bus", "expected the ARN of an event bus, such as arn:aws:events:eu-west-1:123456789012:event-bus/default, got %q", t.EventBus)
	}
	if t.Topic != "" && !topicARN.MatchString(t.Topic) {
		c.fault("tell.topic", "expected the ARN of a topic, such as arn:aws:sns:eu-west-1:123456789012:incidents, got %q", t.Topic)
	}
}
