package config_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"valkyrie/alerts/config"
)

// TestSubscribers: each fault of tell names its field, and no fault shows a password.
func TestSubscribers(t *testing.T) {
	const people = "on_call: {people: [{name: Ada, phone: \"+12025550143\"}], escalation: [Ada]}\nphone: {from: \"+12025550100\"}\n"
	parse := func(tell string) (config.Subscribers, string) {
		c, err := config.Parse("a.yaml", []byte(people+tell), []string{"a"})
		if err != nil {
			return c.Subscribers, err.Error()
		}
		return c.Subscribers, ""
	}
	got, wrong := parse(`tell:
  webhooks: [{url: "https://example.com/x?y=1", secret: status-hook}]
  event_bus: arn:aws:events:eu-west-1:123456789012:event-bus/default
  topic: arn:aws:sns:eu-west-1:123456789012:incidents
`)
	want := config.Subscribers{
		Webhooks: []config.Webhook{{URL: "https://example.com/x?y=1", Secret: "status-hook"}},
		EventBus: "arn:aws:events:eu-west-1:123456789012:event-bus/default", Topic: "arn:aws:sns:eu-west-1:123456789012:incidents",
	}
	if diff := cmp.Diff(want, got); diff != "" || wrong != "" {
		t.Error(diff, wrong)
	}
	for tell, want := range map[string]string{
		"tell:\n  webhook: x\n":                                                                      `a.yaml:4: tell.webhook: unknown field; did you mean "webhooks"? known here: webhooks, event_bus, topic`,
		"tell:\n  webhooks:\n    - {url: ftp://x, secret: s}\n":                                      `a.yaml:5: tell.webhooks.0.url: expected an address such as https://example.com/incidents, got "ftp://x"`,
		"tell:\n  webhooks:\n    - {url: https://a:b@x, secret: s}\n":                                `a.yaml:5: tell.webhooks.0.url: expected no password in the address`,
		"tell:\n  webhooks:\n    - {url: https://x}\n":                                               `a.yaml:5: tell.webhooks.0.secret: expected the name of a secret`,
		"tell:\n  webhooks:\n    - {url: https://x, secret: s}\n    - {url: https://x, secret: s}\n": `a.yaml:6: tell.webhooks.1.url: https://x is there twice`,
		"tell:\n  event_bus: default\n":                                                              `a.yaml:4: tell.event_bus: expected the ARN of an event bus`,
		"tell:\n  topic: arn:aws:events:eu-west-1:123456789012:event-bus/default\n":                  `a.yaml:4: tell.topic: expected the ARN of a topic`,
		"tell:\n  webhooks:\n    - {url: https://x, secret: s, password: hunter2}\n":                 `known here: url, secret`,
	} {
		if _, wrong := parse(tell); !strings.Contains(wrong, want) || strings.Contains(wrong, "a:b@") {
			t.Errorf("%sgot  %s\nwant %s", tell, wrong, want)
		}
	}
}
