package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/infra/events"
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
			w := watcher{program: p}
			site := fs.String("site", practiceSite, "`URL` of the site to probe")
			region := fs.String("region", "laptop", "`NAME` of where the runs are made from")
			dir := fs.String("evidence", "evidence", "`DIR` for the evidence of failing runs")
			retry := retryFlag(fs)
			w.every = time.Minute
			fs.Var((*cli.Duration)(&w.every), "every", "`DURATION` from slot to slot, at least 1s")
			w.keep = incident.RetainRunsLocal
			fs.Var((*cli.Duration)(&w.keep), "keep", "`DURATION` for which runs are kept, at least 1d; incidents stay")
			fs.StringVar(&w.db, "db", "valkyrie.db", "`FILE` of the store")
			fs.StringVar(&w.alerts, "alerts", defaultAlerts, "`FILE` of policy and on-call people")
			fs.StringVar(&w.listen, "listen", "127.0.0.1:0", "`ADDR` where the provider's callbacks arrive")
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
				if w.receivers, err = events.Receivers(ctx, cfg.Subscribers, w.runner.Stage.Secrets); err != nil {
					return cli.Exit(cli.ExitUsage, err)
				}
				options.apply(&w.runner)
				w.runner.Tries = tries(*retry)
				w.runner.Every = w.every
				return w.run(ctx, cfg)
			}
		},
	}
}

// A watcher runs the journeys on their schedules, beside the services that judge and page.
type watcher struct {
	*program
	every, keep                time.Duration
	db, alerts, listen, answer string
	status                     string
	runner                     journey.Runner
	receivers                  []events.Receiver
	services                   *services
	log                        *slog.Logger
}

// run watches until ctx ends.
func (w *watcher) run(ctx context.Context, cfg config.Config) (err error) {
	w.log = w.logger(slog.LevelInfo)
	c, hangUp, err := w.provider(w.listen, w.answer)
	if err != nil {
		return err
	}
	defer hangUp()
	if w.services, err = openServices(ctx, w.db, w.suite, cfg, c, w.log); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.services.close()) }()
	poke := make(chan struct{}, 1)
	var background sync.WaitGroup
	background.Go(func() { w.services.runPager(ctx, poke, w.log) })
	background.Go(func() { w.services.sweepRuns(ctx, w.keep, w.log) })
	if w.status != "" {
		background.Go(func() {
			publishStatus(ctx, statusPublisher(w.services.store, w.suite, w.runner.Stage.Site.Host, w.status), w.log)
		})
	}
	for _, r := range w.receivers {
		background.Go(func() { events.Dispatcher{Store: w.services.store, Receiver: r, Log: w.log}.Run(ctx) })
	}
	fmt.Fprintf(w.stderr, "watching %s every %v from %s; history in %s; Ctrl-C ends it\n", w.runner.Stage.Site, w.every, w.runner.Region, w.db)
	for _, address := range w.services.heartbeatURLs {
		fmt.Fprintf(w.stderr, "a batch reports to %s/start, /progress?done=1&expected=2, /finish or /fail, by POST\n", address)
	}
	w.loop(ctx, poke)
	background.Wait()
	fmt.Fprintln(w.stderr, "stopped; nothing is watched any more")
	return nil
}

// loop runs every journey immediately, and then at each of its slots, which are the whole multiples of its cadence. A slot
// that falls into the run before it is skipped.
func (w *watcher) loop(ctx context.Context, poke chan<- struct{}) {
	slot := time.Now().UTC().Truncate(time.Second)
	due := map[string]time.Time{}
	for ctx.Err() == nil {
		for _, make := range w.suite.Scheduled() {
			j := make()
			if slot.Before(due[j.Name]) {
				continue
			}
			due[j.Name] = slot.Truncate(j.Cadence(w.every)).Add(j.Cadence(w.every))
			w.probe(ctx, make, slot)
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

// probe runs and records one journey. A run that Ctrl-C interrupted has no verdict, and is dropped.
func (w *watcher) probe(ctx context.Context, make func() journey.Journey, slot time.Time) {
	if ctx.Err() != nil {
		return
	}
	run := w.runner.Probe(ctx, make, slot)
	if ctx.Err() != nil {
		return
	}
	decisions, err := w.services.record(ctx, run)
	if err != nil {
		w.log.Error("a run could not be stored and is lost", "journey", run.Journey, "region", run.Region, "slot", slot, "outcome", run.Outcome, "err", err)
	}
	fmt.Fprintf(w.stderr, "%s ", slot.Format("15:04:05"))
	_ = report.WriteRun(w.stderr, run)
	for _, d := range decisions {
		if d.Verb != judge.NoChange {
			fmt.Fprintf(w.stderr, "         %s: %s\n", d.Verb, d.Reason)
		}
	}
}
