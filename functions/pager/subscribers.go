package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"

	"valkyrie/alerts/incident"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/events"
	"valkyrie/infra/secrets"
	"valkyrie/infra/status"
)

const (
	notifyLimit = 8 * time.Second // timeout: it runs between the pager's rounds, or after the last of them
	notifyEvery = 4 * time.Minute // interval without changes: pending notifications are retried and the page is written
	statusStale = 3 * notifyEvery // how long the page is current: one writing may fail
)

// A notifiedState records the last state that this process notified subscribers of, so that a round without changes sends no
// request.
type notifiedState struct {
	key string // as status.ChangeKey returns
	at  time.Time
}

// notifySubscribers notifies the subscribers: the readers of the status page, event buses, webhooks, and customers. It runs
// when no page is due. Failures are logged, counted, and retried in the next round; they are no error of the pager.
func (p *pager) notifySubscribers(ctx context.Context, is state) {
	if is.table == nil || !p.hasSubscribers() {
		return
	}
	now, key := time.Now(), status.ChangeKey(is.route)
	if p.notified.key == key && now.Sub(p.notified.at) < notifyEvery {
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, notifyLimit, fmt.Errorf("timeout after %v", notifyLimit))
	defer cancel()
	errs := p.notifyAll(ctx, is, now)
	if len(errs) == 0 {
		p.notified = notifiedState{key, now}
	}
	errs = slices.DeleteFunc(errs, func(err error) bool {
		waits := errors.Is(err, incident.ErrConflict) || errors.Is(err, status.ErrBehind) // another pager notifies, or more history must be read
		if waits {
			p.Log.Info("notify subscribers: postponed", "err", err)
		}
		return waits
	})
	if len(errs) > 0 {
		_, _ = p.out.Write(cloudwatch.Deployment(p.Env.Deployment).UntoldLine(p.Env.Region, now, len(errs), errors.Join(errs...)))
	}
}

// hasSubscribers reports whether there are subscribers.
func (p *pager) hasSubscribers() bool {
	t := p.Alerts.Subscribers
	return cmp.Or(p.Env.StatusBucket, p.Env.StatusTopic, p.Env.EventBus, t.EventBus, t.Topic) != "" || len(t.Webhooks) > 0
}

// notifyAll notifies all subscribers concurrently, so that one which does not answer does not delay the others.
func (p *pager) notifyAll(ctx context.Context, is state, now time.Time) []error {
	var mu sync.Mutex
	var errs []error
	wrong := func(what string, err error) {
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", what, err))
		}
	}
	var all sync.WaitGroup
	if p.Env.StatusBucket != "" {
		all.Go(func() { wrong("the status page", p.publisher(is.table).Turn(ctx, is.route, now)) })
	}
	receivers, err := p.receivers(ctx)
	wrong("the webhooks", err)
	for _, r := range receivers {
		all.Go(func() {
			wrong(r.Name(), events.Dispatcher{Store: is.table, Receiver: r, Log: p.Log}.Dispatch(ctx, now))
		})
	}
	all.Wait()
	return errs
}

// publisher returns the publisher of the status page of a table.
func (p *pager) publisher(table incident.Store) status.Publisher {
	s := status.Setting{Name: "This site", StaleAfter: statusStale}
	if p.Env.Site != nil {
		s.Name = p.Env.Site.Host
	}
	for _, make := range p.Suite.Scheduled() {
		j := make()
		s.Journeys = append(s.Journeys, status.JourneyStatus{Name: j.Name, Title: cmp.Or(j.Title, j.Name)})
	}
	to := status.Bucket{Client: s3.NewFromConfig(p.AWS), Name: p.Env.StatusBucket}
	return status.Publisher{Writer: status.Writer{Store: table, Setting: s, To: to}, Every: notifyEvery}
}

// receivers returns the receivers of incidents. It may return some together with an error.
func (p *pager) receivers(ctx context.Context) ([]events.Receiver, error) {
	to := p.Alerts.Subscribers
	to.EventBus = cmp.Or(p.Env.EventBus, to.EventBus)
	find, err := p.secretsOfWebhooks(ctx)
	all, missing := events.With(p.AWS, to, find)
	if p.Env.StatusTopic != "" {
		all = append(all, events.Subscribers(p.AWS, p.Env.StatusTopic))
	}
	return all, errors.Join(err, missing)
}

// secretsOfWebhooks returns the lookup of the secrets that sign events. They are separate from the pager's own, and are
// read only if there are webhooks.
func (p *pager) secretsOfWebhooks(ctx context.Context) (func(name string) (string, error), error) {
	if len(p.Alerts.Subscribers.Webhooks) == 0 {
		return nil, nil // not called
	}
	if p.signing == nil {
		vault, err := secrets.NewVault(p.AWS, p.Env.TellSecrets)
		if err != nil {
			return func(string) (string, error) { return "", err }, nil
		}
		p.signing = vault
	}
	return p.signing.Find, p.signing.Refresh(ctx)
}
