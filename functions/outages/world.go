package outages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/alerts/twilio"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/infra/evidence"
	"valkyrie/infra/sqlite"
	"valkyrie/probes/api"
	"valkyrie/probes/demoshop"
	"valkyrie/probes/journey"
	"valkyrie/probes/practice"
)

// Policy returns the practice shop's policy, which all scenarios use.
func Policy() (config.Config, error) {
	return config.Parse("the practice shop's alerts.yaml", practice.Alerts, journey.Names(practice.All))
}

// clock is the clock that the world sets from slot to slot.
type clock interface {
	Now() time.Time
	Set(t time.Time)
}

// world holds the parts of a scenario: the shop, the probes in their regions, and the services as in a deployment.
type world struct {
	Stage
	scenario Scenario
	clock    clock
	shop     *demoshop.Shop
	runners  []journey.Runner // by region
	makers   []func() journey.Journey
	store    *sqlite.Store
	recorder judge.Recorder
	pager    *paging.Pager
	exchange *standin.Exchange
	servers  []*http.Server
	result   Result
	batches  []Batch
	batch    error // errors of the batch's heartbeats
}

// A Stage holds the machine's resources for a scenario.
type Stage struct {
	Dir    string          // for databases and evidence
	Chrome journey.Program // for live scenarios
	Screen io.Writer       // displays calls and texts; nil: nothing
	Report func(at time.Time, format string, args ...any)
	Log    *slog.Logger
}

// newWorld opens all parts. The caller must close it.
func newWorld(ctx context.Context, s Scenario, stage Stage) (w *world, err error) {
	w = &world{Stage: stage, scenario: s, result: Result{Scenario: s, switches: map[int]bool{}, mailed: map[int]bool{}}}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	cfg, err := Policy()
	if err != nil {
		return w, err
	}
	w.batches = s.batches()
	shop := s.Shop
	shop.Beat = w.beat
	if s.Live {
		w.clock = newLiveClock(s.Begins)
	} else {
		simulated := demoshop.NewSimulated(s.Begins)
		w.clock, shop.Clock = simulated, simulated
	}
	if w.shop, err = demoshop.New(shop); err != nil {
		return w, err
	}
	if w.store, err = sqlite.OpenHasty(ctx, filepath.Join(w.Dir, s.Name+".db")); err != nil {
		return w, err
	}
	titles := map[string]string{}
	for _, make := range journey.Scheduled(practice.All) {
		titles[make().Name] = make().Title
	}
	w.recorder = judge.Recorder{Store: w.store, Policy: cfg.Judge, Titles: titles, RunningSince: s.Begins}
	if err := w.connect(cfg); err != nil {
		return w, err
	}
	return w, w.createProbes()
}

// connect connects the phone, and its callback address.
func (w *world) connect(cfg config.Config) error {
	const soon = time.Millisecond // ringing takes no time here
	w.exchange = standin.New(standin.Options{
		RingTime: soon, SpeakTime: soon, MessageLatency: soon, TimeNow: w.clock.Now, Screen: w.Screen,
	})
	api, err := w.serve(w.exchange)
	if err != nil {
		return err
	}
	back, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	public := "http://" + back.Addr().String()
	phone, err := twilio.New(twilio.ClientConfig{
		AccountSID: standin.DemoAccountSID, AuthToken: standin.DemoAuthToken, From: cfg.Phone.From, BaseURL: api, CallbackURL: public,
	})
	if err != nil {
		return errors.Join(err, back.Close())
	}
	w.pager = &paging.Pager{Store: w.store, OnCall: cfg.OnCall, Phone: phone, Journeys: cfg.Judge.Names(journey.Names(practice.All)), Log: w.Log, TimeNow: w.clock.Now}
	w.serveOn(back, twilio.NewCallbacks(twilio.CallbacksConfig{
		PublicURL: public, Tokens: []string{standin.DemoAuthToken}, Handle: w.pager.Report, Reply: w.pager.Reply, Log: w.Log,
	}))
	return nil
}

// createProbes creates the probes: in a live scenario with a browser in one region, otherwise without one in each region, on the
// clock.
func (w *world) createProbes() error {
	every := w.scenario.every()
	if w.scenario.Live {
		address, err := w.serve(w.shop)
		if err != nil {
			return err
		}
		site, err := url.Parse(address)
		w.makers = journey.Scheduled(practice.All)
		w.runners = []journey.Runner{{
			Stage:  journey.Stage{Site: site, Chrome: w.Chrome, Secrets: secret, Agent: "Valkyrie/outages", Trace: true},
			Region: "eu-west-1", Every: every, Evidence: evidence.Folder(filepath.Join(w.Dir, "evidence")),
		}}
		return err
	}
	for _, region := range Regions {
		w.runners = append(w.runners, journey.Runner{
			Stage:  journey.Stage{Site: &address, Network: directNetwork{w.shop, w.clock.(*demoshop.Simulated)}},
			Region: region, Every: every, TimeNow: w.clock.Now,
		})
	}
	for _, make := range journey.Scheduled(practice.All) {
		if _, simple := make().Uses.(*api.Client); simple {
			w.makers = append(w.makers, make)
		}
	}
	return nil
}

// address is the shop's address on a simulated clock; it is not resolved.
var address = url.URL{Scheme: "http", Host: "shop.example.com"}

func (s Scenario) every() time.Duration {
	if s.Every == 0 {
		return time.Minute
	}
	return s.Every
}

// secret returns a secret of the practice shop's public account.
func secret(name string) (string, error) {
	value, ok := demoshop.Secret(name)
	if !ok {
		return "", fmt.Errorf("%w: %s", journey.ErrNoSecret, name)
	}
	return value, nil
}

// beat records a heartbeat of the weekly batch.
func (w *world) beat(ctx context.Context, b demoshop.Beat) {
	decisions, err := w.recorder.Beat(ctx, judge.Beat{
		Batch: "weekly-cards", Stage: judge.Stage(b.State), At: w.clock.Now(), Done: int64(b.Done), Expected: int64(b.Expected),
	})
	w.batch = errors.Join(w.batch, err)
	w.reportDecisions(decisions)
}

func (w *world) serve(h http.Handler) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	w.serveOn(ln, h)
	return "http://" + ln.Addr().String(), nil
}

func (w *world) serveOn(ln net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)}
	w.servers = append(w.servers, srv)
	go func() { _ = srv.Serve(ln) }() // ends when close closes it
}

func (w *world) close() error {
	var errs []error
	if w.exchange != nil {
		w.exchange.Close()
	}
	for _, srv := range w.servers {
		errs = append(errs, srv.Close())
	}
	if w.shop != nil {
		errs = append(errs, w.shop.Close())
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	return errors.Join(errs...)
}
