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

// Receivers are those that alerts.yaml names. Secrets are looked up by secret, by their names; credentials for AWS come from
// the surroundings, and only where there is a bus or a topic. Without one of the secrets there are none.
func Receivers(ctx context.Context, tell alertconfig.Subscribers, secret func(name string) (string, error)) ([]Receiver, error) {
	var cfg aws.Config
	if tell.EventBus != "" || tell.Topic != "" {
		var err error
		if cfg, err = config.LoadDefaultConfig(ctx); err != nil {
			return nil, fmt.Errorf("telling an event bus, or a topic: AWS is not configured: %w", err)
		}
	}
	all, err := With(cfg, tell, secret)
	if err != nil {
		return nil, err
	}
	return all, nil
}

// With is the same where AWS is configured already; and it also returns, with the error, the receivers that can be told:
// a secret that is missing is no reason to leave out the others.
func With(cfg aws.Config, tell alertconfig.Subscribers, secret func(name string) (string, error)) ([]Receiver, error) {
	var all []Receiver
	var errs []error
	for _, w := range tell.Webhooks {
		value, err := secret(w.Secret)
		if err != nil {
			errs = append(errs, fmt.Errorf("the webhook's secret: %w", err))
			continue
		}
		all = append(all, Webhook{URL: w.URL, Secret: value})
	}
	if tell.EventBus != "" {
		all = append(all, Bus{eventbridge.NewFromConfig(in(cfg, tell.EventBus)), tell.EventBus})
	}
	if tell.Topic != "" {
		all = append(all, Topic{sns.NewFromConfig(in(cfg, tell.Topic)), tell.Topic})
	}
	return all, errors.Join(errs...)
}

// in is the configuration for the region that an ARN is of.
func in(cfg aws.Config, arn string) aws.Config {
	const region = 3
	cfg = cfg.Copy()
	cfg.Region = strings.Split(arn, ":")[region]
	return cfg
}
