package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/oncall"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/watchdog"
	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/slots"
	"valkyrie/infra/amazon"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/webhook"
	"valkyrie/probes/journey"
)

// services are the parts behind the probes on one machine: the store, the recorder, the pager, and the server for the
// callbacks of the provider.
type services struct {
	store         *sqlite.Store
	recorder      judge.Recorder
	pager         *paging.Pager
	callbacks     *server
	heartbeatURLs []string // where batches report
	watchdog      watchdog.Watchdog
}

// openServices opens the store and connects the other parts to it. The caller closes them.
func openServices(ctx context.Context, db string, watched suite.Suite, cfg config.Config, c provider, log *slog.Logger) (*services, error) {
	store, err := sqlite.Open(ctx, db)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	if loss := store.Loss(); loss != "" {
		log.Warn("the store seems to have gone back in time", "loss", loss)
	}
	s := &services{store: store}
	s.recorder = judge.Recorder{Store: store, Policy: cfg.Judge, Titles: watched.Titles(), RunningSince: time.Now().UTC(), TimeNow: time.Now}
	if err := s.connect(ctx, watched, cfg, c, log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.recorder.CatchUp(ctx, watched.Names()); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// connect creates the pager with its channels, and serves the provider's callbacks.
func (s *services) connect(ctx context.Context, watched suite.Suite, cfg config.Config, c provider, log *slog.Logger) error {
	key, err := webhook.Key(ctx, s.store)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.listen)
	if err != nil {
		return cli.Usage("the provider's callbacks cannot be received: %w\nchoose another address with --listen", err)
	}
	if c.public == "" {
		c.public = "http://" + ln.Addr().String()
	}
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: c.account, AuthToken: c.token, From: cfg.Phone.From, BaseURL: c.api, CallbackURL: c.public, Shared: cfg.Phone.Shared,
	})
	if err != nil {
		return errors.Join(cli.Exit(cli.ExitUsage, err), ln.Close())
	}
	s.pager = &paging.Pager{Store: s.store, OnCall: cfg.OnCall, Phone: phone, Journeys: cfg.Judge.Names(watched.Names()), Log: log}
	if cfg.OnCall.Failover != nil {
		if s.pager.Failover, err = amazon.New(ctx, *cfg.OnCall.Failover); err != nil {
			return errors.Join(cli.Exit(cli.ExitUsage, err), ln.Close())
		}
	}
	s.watchdog.Emergency = &paging.Emergency{OnCall: cfg.OnCall, Phone: phone, Failover: s.pager.Failover, Log: log}
	s.callbacks = serve(webhook.Limit(ln), webhook.New(webhook.Config{
		PublicURL: c.public, Tokens: []string{c.token}, BeatKey: key, Beat: s.beat, Log: log,
		Pager: func(context.Context, string) *paging.Pager { return s.pager },
	}), webhook.Outside)
	for _, h := range cfg.Judge.Heartbeats {
		s.heartbeatURLs = append(s.heartbeatURLs, webhook.BeatURL(c.public, key, h.Name))
	}
	if c.incoming != nil {
		c.incoming(c.public + "/twilio/reply")
	}
	return nil
}

func (s *services) close() error {
	var errs []error
	if s.callbacks != nil {
		errs = append(errs, s.callbacks.close())
	}
	return errors.Join(append(errs, s.store.Close())...)
}

// runPager detects missing runs and sends pages, every second and at each poke, until ctx ends.
//
// While the machine sleeps no run is missing: nothing was watched, and nobody needs to hear so hours later.
func (s *services) runPager(ctx context.Context, poke <-chan struct{}, log *slog.Logger) {
	recorder, awake := s.recorder, slots.Machine().Watch()
	watch := func(ctx context.Context) error { _, err := recorder.Watch(ctx, time.Now().UTC()); return err }
	for ctx.Err() == nil {
		if awake.Slept() > 0 {
			recorder.RunningSince, awake = time.Now().UTC(), slots.Machine().Watch()
		}
		s.round(ctx, watch, s.pager.Tick, log)
		select {
		case <-ctx.Done():
		case <-poke:
		case <-time.After(time.Second):
		}
	}
}

// roundLimit bounds each part of a round: pages that a provider does not answer take 10 s.
const roundLimit = time.Minute

// round detects missing runs and sends pages. Either goes on when the other fails, or does not end.
func (s *services) round(ctx context.Context, watch, tick func(context.Context) error, log *slog.Logger) {
	if err := s.watchdog.Run(ctx, "the check for missing runs and late batches", roundLimit, watch); err != nil && ctx.Err() == nil {
		log.Error("the check for missing runs failed; it is retried", "err", err)
	}
	if err := s.watchdog.Run(ctx, "sending pages", roundLimit, tick); err != nil && ctx.Err() == nil {
		log.Error("sending the pages that are due failed; it is retried", "err", err)
	}
}

// record stores and judges a run. A run that cannot be stored, several times in a row, is paged about from memory.
func (s *services) record(ctx context.Context, run journey.Run) (decisions []judge.Decision, err error) {
	got := make(chan []judge.Decision, 1)
	err = s.watchdog.Run(ctx, "judging "+run.Journey, roundLimit, func(ctx context.Context) error {
		decisions, err := s.recorder.Record(ctx, run)
		got <- decisions
		return err
	})
	if !errors.Is(err, watchdog.ErrStuck) {
		decisions = <-got
	}
	switch {
	case err == nil:
		s.watchdog.Emergency.RunStored()
	case ctx.Err() == nil && !run.Unfinished() && !errors.Is(err, watchdog.ErrStuck) && !errors.Is(err, judge.ErrFutureRun):
		title := cmp.Or(s.recorder.Titles[run.Journey], run.Journey)
		s.watchdog.Emergency.RunLost(ctx, title, run.Outcome == journey.Failed, err)
	}
	return decisions, err
}

// beat records a batch's report.
func (s *services) beat(ctx context.Context, b judge.Beat) (decisions []judge.Decision, err error) {
	got := make(chan []judge.Decision, 1)
	err = s.watchdog.Run(ctx, "judging the batch "+b.Batch, roundLimit, func(ctx context.Context) error {
		decisions, err := s.recorder.Beat(ctx, b)
		got <- decisions
		return err
	})
	if !errors.Is(err, watchdog.ErrStuck) {
		decisions = <-got
	}
	return decisions, err
}

// sweepRuns deletes the runs that are older than keep, and adds up the days of the others, now and every day, until ctx ends.
func (s *services) sweepRuns(ctx context.Context, keep time.Duration, log *slog.Logger) {
	for ctx.Err() == nil {
		n, err := s.store.Sweep(ctx, time.Now().Add(-keep))
		switch {
		case err != nil && ctx.Err() == nil:
			log.Error("deleting old runs failed; it is retried tomorrow", "err", err)
		case n > 0:
			log.Info("deleted runs that are older than --keep", "runs", n, "keep", cli.FormatDuration(keep))
		}
		if err := s.store.AddUpDays(ctx, time.Now()); err != nil && ctx.Err() == nil {
			log.Error("adding up the days of the history failed; it is retried tomorrow", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(cli.Day):
		}
	}
}

// A server is a running HTTP server with its address.
type server struct {
	url  string
	http *http.Server
	done sync.WaitGroup
	err  error
}

// serve serves a handler on ln until close; options change the server first.
func serve(ln net.Listener, h http.Handler, options ...func(*http.Server)) *server {
	s := &server{url: "http://" + ln.Addr().String(), http: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
	for _, set := range options {
		set(s.http)
	}
	s.done.Go(func() {
		if err := s.http.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			s.err = err
		}
	})
	return s
}

// close ends the server. Requests in progress have a second to finish.
func (s *server) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if s.http.Shutdown(ctx) != nil {
		_ = s.http.Close()
	}
	s.done.Wait()
	return s.err
}

// defaultAlerts is the on-call file of this repository, relative to the folder in which the program is started.
const defaultAlerts = "alerts/alerts.yaml"

// alertsConfig reads the on-call file, and prints the escalation on stderr.
func (p *program) alertsConfig(path string) (config.Config, error) {
	cfg, path, err := p.readAlerts(path)
	if err != nil {
		return cfg, err
	}
	fmt.Fprintf(p.stderr, "on call by %s: %s\n", path, strings.Join(escalationNames(cfg.OnCall, p.now()), ", then "))
	return cfg, nil
}

// escalationNames lists the people of the escalation at a time, in their order.
func escalationNames(o oncall.OnCall, at time.Time) (names []string) {
	for _, turn := range o.EscalationAt(at) {
		names = append(names, turn.Person.Name)
	}
	return names
}

// readAlerts reads the on-call file, and returns its name. The built-in file replaces a missing one at the default path.
func (p *program) readAlerts(path string) (config.Config, string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && path == defaultAlerts {
		path, text, err = "the built-in alerts.yaml", p.suite.Alerts, nil
	}
	if err != nil {
		return config.Config{}, path, cli.Usage("the on-call file cannot be read: %w\nname it with --alerts", err)
	}
	cfg, err := p.suite.Policy(path, text)
	if err != nil {
		return config.Config{}, path, cli.Exit(cli.ExitUsage, err)
	}
	return cfg, path, nil
}
