package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/twilio/standin"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/infra/events"
	"valkyrie/probes"
	"valkyrie/probes/journey"
)

func watchCommand(p *program) cli.Command {
	return cli.Command{
		Name: "watch", Args: "[flags]", Summary: "run every journey on a schedule, judge the runs, and call people; until Ctrl-C",
		Examples: []string{
			"valkyrie shop &                                  # something to watch",
			"valkyrie watch --every 1m",
			"valkyrie watch --site https://shop.example.com --alerts alerts/alerts.yaml",
		},
		Notes: []string{
			"Calls ring in this terminal unless TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are set; then VALKYRIE_CALLBACK_URL " +
				"must be the public https address that reaches --listen, so that a key press can come back.",
			"TWILIO_API_URL names another server that speaks Twilio's API, such as \"valkyrie phone\".",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			var w watching
			site := fs.String("site", practiceSite, "`URL` of the site to probe")
			region := fs.String("region", "laptop", "`NAME` of where the runs are made from")
			dir := fs.String("evidence", "evidence", "`DIR` that keeps what failing runs have left to look at")
			retry := retryFlag(fs)
			w.every = time.Minute
			fs.Var((*cli.Duration)(&w.every), "every", "`DURATION` from slot to slot, at least 1s")
			w.keep = kept
			fs.Var((*cli.Duration)(&w.keep), "keep", "`DURATION` for which runs are kept, at least 1d; incidents stay")
			fs.StringVar(&w.db, "db", "valkyrie.db", "`FILE` of the store")
			fs.StringVar(&w.alerts, "alerts", defaultAlerts, "`FILE` of policy and on-call people")
			fs.StringVar(&w.listen, "listen", "127.0.0.1:0", "`ADDR` where the carrier's callbacks arrive")
			fs.StringVar(&w.answer, "answer", "press 4", "how the stand-in phone answers: `WORDS` such as \"busy, voicemail, press 4\"")
			fs.StringVar(&w.status, "status", "", "`DIR` to write a status page for customers to, at every change and each minute; none unless given")
			options := runnerFlags(fs)
			return func(ctx context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				if w.every < time.Second {
					return cli.Usage("--every %v: expected at least 1s", w.every)
				}
				if w.keep < cli.Day {
					return cli.Usage("--keep %s: expected at least 1d", cli.FormatDuration(w.keep))
				}
				cfg, err := p.alertsConfig(w.alerts)
				if err != nil {
					return err
				}
				if w.runner, err = p.runner(ctx, *site, *region, *dir); err != nil {
					return err
				}
				if w.receivers, err = events.Receivers(ctx, cfg.Tell, w.runner.Stage.Secrets); err != nil {
					return cli.Exit(cli.ExitUsage, err)
				}
				options.apply(&w.runner)
				w.runner.Tries = tries(*retry)
				w.runner.Every = w.every
				return w.run(ctx, p, cfg)
			}
		},
	}
}

// A watching is the loop on one machine.
type watching struct {
	every, keep                time.Duration
	db, alerts, listen, answer string
	status                     string
	runner                     journey.Runner
	receivers                  []events.Receiver
	station                    *station
	log                        *slog.Logger
	stderr                     *program
}

func (w *watching) run(ctx context.Context, p *program, cfg alerts.Config) (err error) {
	w.stderr, w.log = p, p.logger(slog.LevelInfo)
	c, hangUp, err := p.carrier(w.listen, w.answer)
	if err != nil {
		return err
	}
	defer hangUp()
	if w.station, err = openStation(ctx, w.db, cfg, c, w.log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.station.close()) }()
	poke := make(chan struct{}, 1)
	var pager sync.WaitGroup
	pager.Go(func() { w.station.page(ctx, poke, w.log) })
	pager.Go(func() { w.station.sweep(ctx, w.keep, w.log) })
	if w.status != "" {
		pager.Go(func() { keepStatus(ctx, statusDesk(w.station.store, w.runner.Stage.Site.Host, w.status), w.log) })
	}
	for _, r := range w.receivers {
		pager.Go(func() { events.Desk{Store: w.station.store, Receiver: r, Log: w.log}.Keep(ctx) })
	}
	fmt.Fprintf(p.stderr, "watching %s every %v from %s; history in %s; Ctrl-C ends it\n", w.runner.Stage.Site, w.every, w.runner.Region, w.db)
	for _, address := range w.station.beats {
		fmt.Fprintf(p.stderr, "a batch reports to %s/start, /progress?done=1&expected=2, /finish or /fail, by POST\n", address)
	}
	w.loop(ctx, poke)
	pager.Wait()
	fmt.Fprintln(p.stderr, "stopped; nothing is watched any more")
	return nil
}

// loop runs every journey at once, and then at every slot of its own: the times that are whole multiples of its cadence. A slot
// that comes while the one before is still running is left out.
func (w *watching) loop(ctx context.Context, poke chan<- struct{}) {
	slot := time.Now().UTC().Truncate(time.Second)
	due := map[string]time.Time{}
	for ctx.Err() == nil {
		for _, make := range journey.Scheduled(probes.All) {
			j := make()
			if slot.Before(due[j.Name]) {
				continue
			}
			due[j.Name] = slot.Truncate(j.Cadence(w.every)).Add(j.Cadence(w.every))
			w.once(ctx, make, slot)
			select {
			case poke <- struct{}{}:
			default:
			}
		}
		now := time.Now().UTC()
		slot = now.Truncate(w.every).Add(w.every)
		select {
		case <-ctx.Done():
		case <-time.After(slot.Sub(now)):
		}
	}
}

// once runs and records one journey. A run that Ctrl-C cut short says nothing, and is not kept.
func (w *watching) once(ctx context.Context, make func() journey.Journey, slot time.Time) {
	if ctx.Err() != nil {
		return
	}
	run := w.runner.Probe(ctx, make, slot)
	if ctx.Err() != nil {
		return
	}
	decisions, err := w.station.desk.Record(ctx, run)
	if err != nil {
		w.log.Error("a run is lost: it could not be stored", "journey", run.Journey, "region", run.Region, "slot", slot, "outcome", run.Outcome, "err", err)
	}
	fmt.Fprintf(w.stderr.stderr, "%s ", slot.Format("15:04:05"))
	_ = report.WriteRun(w.stderr.stderr, run)
	for _, d := range decisions {
		if d.Verb != alerts.Rests {
			fmt.Fprintf(w.stderr.stderr, "         %s: %s\n", d.Verb, d.Reason)
		}
	}
}

// carrier is Twilio when its account is in the environment, else a stand-in phone that rings in this terminal.
func (p *program) carrier(listen, answer string) (carrier, func(), error) {
	c := carrier{
		account: p.getenv("TWILIO_ACCOUNT_SID"), token: p.getenv("TWILIO_AUTH_TOKEN"),
		address: p.getenv("TWILIO_API_URL"), public: p.getenv("VALKYRIE_CALLBACK_URL"), listen: listen,
	}
	if c.account == "" && (c.token != "" || c.address != "" || c.public != "") {
		return c, nil, cli.Usage("TWILIO_ACCOUNT_SID is not set, but TWILIO_AUTH_TOKEN, TWILIO_API_URL or VALKYRIE_CALLBACK_URL is: nobody would be called\nset it too, or none of them to have calls ring in this terminal")
	}
	if c.account != "" {
		if c.token == "" {
			return c, nil, cli.Usage("TWILIO_ACCOUNT_SID is set, but TWILIO_AUTH_TOKEN is not; set both, or neither to have calls ring in this terminal")
		}
		if c.address == "" && c.public == "" {
			return c, nil, cli.Usage("VALKYRIE_CALLBACK_URL is not set: Twilio could not tell us how a call went, nor which key was pressed\nset it to the public https address that reaches --listen")
		}
		return c, func() {}, nil
	}
	answers, err := standin.ParseBehaviours(answer)
	if err != nil {
		return c, nil, cli.Usage("--answer: %w", err)
	}
	phone, err := startPhone("127.0.0.1:0", answers, standin.Config{Screen: p.stderr})
	if err != nil {
		return c, nil, err
	}
	c.account, c.token, c.address, c.incoming = standin.DemoAccountSID, standin.DemoAuthToken, phone.url, phone.exchange.Incoming
	fmt.Fprintln(p.stderr, "no Twilio account is set, so calls ring in this terminal")
	return c, func() { phone.close() }, nil
}

// A phone is the stand-in, served.
type phone struct {
	*listener
	exchange *standin.Exchange
}

// startPhone serves a stand-in phone on addr. The first calls are answered as answers say, and all later ones like the
// last of them.
func startPhone(addr string, answers []standin.Behaviour, cfg standin.Config) (*phone, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, cli.Usage("the phone cannot be reached: %w\nchoose another address with --addr", err)
	}
	ex := standin.New(cfg)
	ex.Behave("", answers[:len(answers)-1]...)
	ex.Default(answers[len(answers)-1])
	return &phone{serve(ln, ex), ex}, nil
}

// close ends the phone; what goes wrong at the end of a stand-in is nobody's loss.
func (p *phone) close() {
	p.exchange.Close()
	_ = p.listener.close()
}
