package events

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	alertconfig "valkyrie/alerts/config"
)

// Receivers returns the receivers that alerts.yaml configures. It looks up secrets by name with secret, and fails when one is
// missing. It reads AWS credentials from the environment only when a bus or a topic is configured.
func Receivers(ctx context.Context, subscribers alertconfig.Subscribers, secret func(name string) (string, error)) ([]Receiver, error) {
	var cfg aws.Config
	if subscribers.EventBus != "" || subscribers.Topic != "" {
		var err error
		if cfg, err = config.LoadDefaultConfig(ctx); err != nil {
			return nil, fmt.Errorf("load AWS configuration for the event bus or topic: %w", err)
		}
	}
	all, err := With(cfg, subscribers, secret)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// With is like Receivers with a given AWS configuration. When a secret is missing it returns the other receivers together with
// the error, so that one fault does not stop all notifications.
func With(cfg aws.Config, subscribers alertconfig.Subscribers, secret func(name string) (string, error)) ([]Receiver, error) {
	var all []Receiver
	var errs []error
	for _, w := range subscribers.Webhooks {
		value, err := secret(w.Secret)
		if err != nil {
			errs = append(errs, fmt.Errorf("read the secret of a webhook: %w", err))
			continue
		}
		all = append(all, Webhook{URL: w.URL, Secret: value})
	}
	if subscribers.EventBus != "" {
		all = append(all, Bus{eventbridge.NewFromConfig(inRegionOf(cfg, subscribers.EventBus)), subscribers.EventBus})
	}
	if subscribers.Topic != "" {
		all = append(all, Topic{sns.NewFromConfig(inRegionOf(cfg, subscribers.Topic)), subscribers.Topic})
	}
	return all, errors.Join(errs...)
}

// inRegionOf returns cfg for the region of arn.
func inRegionOf(cfg aws.Config, arn string) aws.Config {
	const region = 3
	cfg = cfg.Copy()
	cfg.Region = strings.Split(arn, ":")[region]
	return cfg
}
