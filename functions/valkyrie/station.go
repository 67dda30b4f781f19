package main

import (
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

	"valkyrie/alerts"
	"valkyrie/alerts/twilio"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/infra/amazon"
	"valkyrie/infra/sqlite"
	"valkyrie/infra/webhook"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

// A station is all that stands behind the probes on one machine: the store, the judge, the pager, and the address where
// the carrier's callbacks arrive.
type station struct {
	store     *sqlite.Store
	desk      alerts.Desk
	pager     *alerts.Pager
	callbacks *listener
	beats     []string // addresses that batches report to
}

// carrier says how people are reached.
type carrier struct {
	account, token string
	address        string               // of the API; empty: Twilio's own
	listen         string               // address where callbacks arrive
	public         string               // how the carrier calls that address; empty: http:// and listen's
	incoming       func(address string) // tells a stand-in where people's texts go; nil: that is set at Twilio
}

// openStation opens the store and gets everything ready. Close it.
func openStation(ctx context.Context, db string, cfg alerts.Config, c carrier, log *slog.Logger) (*station, error) {
	store, err := sqlite.Open(ctx, db)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	s := &station{store: store}
	s.desk = alerts.Desk{Store: store, Policy: cfg.Judge, Titles: journey.Titles(probes.All), Awake: time.Now().UTC(), TimeNow: time.Now}
	if err := s.connect(ctx, cfg, c, log); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if err := s.desk.CatchUp(ctx, journey.Names(probes.All)); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// connect readies the phone and its callbacks.
func (s *station) connect(ctx context.Context, cfg alerts.Config, c carrier, log *slog.Logger) error {
	key, err := webhook.Key(ctx, s.store)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", c.listen)
	if err != nil {
		return cli.Usage("the carrier's callbacks cannot be received: %w\nchoose another address with --listen", err)
	}
	if c.public == "" {
		c.public = "http://" + ln.Addr().String()
	}
	phone, err := twilio.New(twilio.Config{
		AccountSID: c.account, AuthToken: c.token, From: cfg.Phone.From, BaseURL: c.address, CallbackURL: c.public,
	})
	if err != nil {
		return errors.Join(cli.Exit(cli.ExitUsage, err), ln.Close())
	}
	s.pager = &alerts.Pager{Store: s.store, OnCall: cfg.OnCall, Phone: phone, Journeys: cfg.Judge.Names(journey.Names(probes.All)), Log: log}
	if cfg.OnCall.Second != nil {
		if s.pager.Second, err = amazon.New(ctx, *cfg.OnCall.Second); err != nil {
			return errors.Join(cli.Exit(cli.ExitUsage, err), ln.Close())
		}
	}
	s.callbacks = serve(ln, webhook.New(webhook.Config{
		PublicURL: c.public, Tokens: []string{c.token}, BeatKey: key, Beat: s.desk.Beat, Log: log,
		Pager: func(context.Context, string) *alerts.Pager { return s.pager },
	}))
	for _, h := range cfg.Judge.Heartbeats {
		s.beats = append(s.beats, webhook.BeatURL(c.public, key, h.Name))
	}
	if c.incoming != nil {
		c.incoming(c.public + "/twilio/reply")
	}
	return nil
}

func (s *station) close() error {
	var errs []error
	if s.callbacks != nil {
		errs = append(errs, s.callbacks.close())
	}
	return errors.Join(append(errs, s.store.Close())...)
}

// page ticks the pager every second, and whenever it is poked, until ctx ends; before that it looks for what should have
// come by now.
func (s *station) page(ctx context.Context, poke <-chan struct{}, log *slog.Logger) {
	for ctx.Err() == nil {
		if _, err := s.desk.Watch(ctx, time.Now().UTC()); err != nil && ctx.Err() == nil {
			log.Error("whether something is missing could not be judged; it is tried again", "err", err)
		}
		if err := s.pager.Tick(ctx); err != nil && ctx.Err() == nil {
			log.Error("the pager could not do all that is due; it tries again", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-poke:
		case <-time.After(time.Second):
		}
	}
}

// A listener is an HTTP server with its address.
type listener struct {
	url  string
	srv  *http.Server
	done sync.WaitGroup
	err  error
}

func serve(ln net.Listener, h http.Handler) *listener {
	l := &listener{url: "http://" + ln.Addr().String(), srv: &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}}
	l.done.Go(func() {
		if err := l.srv.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			l.err = err
		}
	})
	return l
}

// close ends the server; requests under way get a moment to finish.
func (l *listener) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if l.srv.Shutdown(ctx) != nil {
		_ = l.srv.Close()
	}
	l.done.Wait()
	return l.err
}

// defaultAlerts is the on-call file of this repository, looked for where the program is started.
const defaultAlerts = "alerts/alerts.yaml"

// alertsConfig reads the on-call file, and says who is on call by it.
func (p *program) alertsConfig(path string) (alerts.Config, error) {
	cfg, path, err := readAlerts(path)
	if err != nil {
		return cfg, err
	}
	var who []string
	for _, turn := range cfg.OnCall.Chain(p.now()) {
		who = append(who, turn.Person.Name)
	}
	fmt.Fprintf(p.stderr, "on call by %s: %s\n", path, strings.Join(who, ", then "))
	return cfg, nil
}

// readAlerts reads the on-call file; where there is none at the default place, the one that was built in. It also returns
// what to call it.
func readAlerts(path string) (alerts.Config, string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && path == defaultAlerts {
		path, text, err = "the built-in alerts.yaml", alerts.Shipped(), nil
	}
	if err != nil {
		return alerts.Config{}, path, cli.Usage("the on-call file cannot be read: %w\nname it with --alerts", err)
	}
	cfg, err := alerts.Parse(path, text, journey.Names(probes.All))
	if err != nil {
		return alerts.Config{}, path, cli.Exit(cli.ExitUsage, err)
	}
	return cfg, path, nil
}
