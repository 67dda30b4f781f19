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
	tellLimit   = 8 * time.Second // how long telling may take: it is between the pager's rounds, or after the last of them
	tellEvery   = 4 * time.Minute // how often there is a look at what has yet to be told when there is no news, and the page is written
	statusStale = 3 * tellEvery   // how long the page may be believed: one writing may fail
)

// A news is what this process has told last, so that a round without any costs no request.
type news struct {
	name string
	at   time.Time
}

// tell tells those who are not paged how things are: the readers of the status page, machines, and customers who have
// subscribed. It is for when no page is due. What goes wrong is logged and counted, and tried again in the next round; it
// is no error of the pager's.
func (p *pager) tell(ctx context.Context, is state) {
	if is.table == nil || !p.tells() {
		return
	}
	now, name := time.Now(), status.News(is.route)
	if p.told.name == name && now.Sub(p.told.at) < tellEvery {
		return
	}
	ctx, cancel := context.WithTimeoutCause(ctx, tellLimit, fmt.Errorf("it took over %v", tellLimit))
	defer cancel()
	errs := p.tellAll(ctx, is, now)
	if len(errs) == 0 {
		p.told = news{name, now}
	}
	errs = slices.DeleteFunc(errs, func(err error) bool {
		waits := errors.Is(err, incident.ErrConflict) || errors.Is(err, status.ErrBehind) // another pager tells it, or there is more to read
		if waits {
			p.Log.Info("something is told later", "err", err)
		}
		return waits
	})
	if len(errs) > 0 {
		_, _ = p.out.Write(cloudwatch.Deployment(p.Env.Deployment).UntoldLine(p.Env.Region, now, len(errs), errors.Join(errs...)))
	}
}

// tells reports whether there is anybody to be told.
func (p *pager) tells() bool {
	t := p.Alerts.Subscribers
	return cmp.Or(p.Env.StatusBucket, p.Env.StatusTopic, p.Env.EventBus, t.EventBus, t.Topic) != "" || len(t.Webhooks) > 0
}

// tellAll tells all of them side by side, so that one which does not answer takes no time from the others.
func (p *pager) tellAll(ctx context.Context, is state, now time.Time) []error {
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

// press is what publishes the status page from a table.
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
	return status.Publisher{Writer: status.Writer{Store: table, Setting: s, To: to}, Every: tellEvery}
}

// receivers are those who are told of each incident. Some of them may be there although there is an error.
func (p *pager) receivers(ctx context.Context) ([]events.Receiver, error) {
	tell := p.Alerts.Subscribers
	tell.EventBus = cmp.Or(p.Env.EventBus, tell.EventBus)
	find, err := p.secretsOfWebhooks(ctx)
	all, missing := events.With(p.AWS, tell, find)
	if p.Env.StatusTopic != "" {
		all = append(all, events.Subscribers(p.AWS, p.Env.StatusTopic))
	}
	return all, errors.Join(err, missing)
}

// secretsOfWebhooks finds the secrets that events are signed with. They are others than the pager's own, and are read only
// where there are webhooks.
func (p *pager) secretsOfWebhooks(ctx context.Context) (func(name string) (string, error), error) {
	if len(p.Alerts.Subscribers.Webhooks) == 0 {
		return nil, nil // nobody will ask
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
