package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/functions/valkyrie/slots"
	"valkyrie/infra/events"
	"valkyrie/infra/rdap"
	"valkyrie/probes/browser"
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
			"Journeys run side by side, each at the whole multiples of its interval. One that begins late because others are running, or that " +
				"skips slots, is reported on stderr, with the reason and the cure. No slot is run that passed while the machine slept.",
			"A run that fails is judged at once; its evidence and its cleanup follow, on a line of their own.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			w := watcher{program: p}
			site := fs.String("site", practiceSite, "`URL` of the site to probe")
			region := fs.String("region", "laptop", "`NAME` of where the runs are made from")
			dir := fs.String("evidence", "evidence", "`DIR` for the evidence of failing runs")
			retry := retryFlag(fs, true) // no quorum helps where one place probes
			w.every = time.Minute
			fs.Var((*cli.Duration)(&w.every), "every", "`DURATION` from slot to slot, at least 1s")
			w.keep = incident.RetainRunsLocal
			fs.Var((*cli.Duration)(&w.keep), "keep", "`DURATION` for which runs are kept, at least 1d; incidents stay")
			fs.IntVar(&w.parallel, "parallel", 0, "`N` journeys with a browser at once at most; 0: one per CPU, as far as there is memory (512 MB each)")
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
				if w.parallel < 0 {
					return cli.Usage("--parallel %d: expected 1 or more, or 0 for what this machine carries", w.parallel)
				}
				if w.parallel == 0 {
					w.parallel = slots.Capacity()
				}
				cfg, err := p.alertsConfig(w.alerts)
				if err != nil {
					return err
				}
				if w.runner, err = p.runner(ctx, p.suite.Scheduled(), *site, *region, *dir); err != nil {
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
	parallel                   int // journeys at once
	db, alerts, listen, answer string
	status                     string
	runner                     journey.Runner
	receivers                  []events.Receiver
	domains                    rdap.Client
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
	jobs, err := w.jobs(ctx, poke)
	if err != nil {
		return err
	}
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
	fmt.Fprintf(w.stderr, "at most %d journeys with a browser run at once; --parallel sets it\n", w.parallel)
	for _, address := range w.services.heartbeatURLs {
		fmt.Fprintf(w.stderr, "a batch reports to %s/start, /progress?done=1&expected=2, /finish or /fail, by POST\n", address)
	}
	schedule := slots.Schedule{Parallel: w.parallel, Log: w.log}
	schedule.Run(ctx, jobs)
	background.Wait()
	fmt.Fprintln(w.stderr, "stopped; nothing is watched any more")
	return nil
}

// jobs returns the scheduled journeys with their cadences. A journey's latest run is looked up, so that a restart does not
// run it twice in quick succession.
func (w *watcher) jobs(ctx context.Context, poke chan<- struct{}) ([]slots.Job, error) {
	var all []slots.Job
	for _, make := range w.suite.Scheduled() {
		j := make()
		_, browses := j.Uses.(*browser.Tab)
		job := slots.Job{Name: j.Name, Light: !browses, Every: j.Cadence(w.every), Run: func(ctx context.Context, slot time.Time) { w.probe(ctx, make, slot, poke) }}
		runs, err := w.services.store.Runs(ctx, incident.RunQuery{Journey: j.Name, Since: time.Now().Add(-job.Every), Lean: true})
		if err != nil {
			return nil, err
		}
		for _, run := range runs {
			if run.Region == w.runner.Region {
				job.Last = run.Slot
			}
		}
		all = append(all, job)
	}
	return all, nil
}

// probe runs and records one journey. Its verdict is judged while evidence and cleanup follow. A run that Ctrl-C interrupted,
// or in which the machine slept, says nothing about the site, and is dropped.
func (w *watcher) probe(ctx context.Context, make func() journey.Journey, slot time.Time, poke chan<- struct{}) {
	awake := slots.Machine().Watch()
	var verdict sync.WaitGroup
	announced := false
	r := w.runner
	r.OnStep = nil // journeys run side by side, so a run is printed as a whole
	r.OnVerdict = func(run journey.Run) {
		if ctx.Err() != nil || awake.Slept() > 0 {
			return
		}
		announced = true
		verdict.Go(func() { w.record(ctx, run, poke, printVerdict) })
	}
	run := w.program.probe(ctx, r, make, slot)
	verdict.Wait()
	if ctx.Err() != nil {
		return
	}
	if slept := awake.Slept(); slept > 0 {
		w.log.Warn("a run is dropped, as the machine slept during it", "journey", run.Journey, "slot", slot, "slept", slept.Round(time.Second))
		return
	}
	w.addDomains(ctx, &run)
	if announced {
		w.record(ctx, run, poke, report.WriteEnd)
		return
	}
	w.record(ctx, run, poke, report.WriteWhole)
}

// addDomains adds the registrations of the domains to a run, of which each is asked for once a day.
func (w *watcher) addDomains(ctx context.Context, run *journey.Run) {
	const patience = 5 * time.Second
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := w.domains.Complete(ctx, run); err != nil {
		w.log.Warn("look up a domain's registration: failed; its end is not watched before the next try", "journey", run.Journey, "err", err)
	}
}

// printVerdict prints a run whose evidence is still to come.
func printVerdict(out io.Writer, run journey.Run) error {
	run.Evidence = nil
	return report.WriteWhole(out, run)
}

// record stores and judges a run, prints it with the decisions, and wakes the pager.
func (w *watcher) record(ctx context.Context, run journey.Run, poke chan<- struct{}, write func(io.Writer, journey.Run) error) {
	decisions, err := w.services.record(ctx, run)
	if err != nil {
		lost := "a run could not be stored and is lost"
		if run.Unfinished() {
			lost = "a verdict could not be stored; it is stored again when the run has ended"
		}
		w.log.Error(lost, "journey", run.Journey, "region", run.Region, "slot", run.Slot, "outcome", run.Outcome, "err", err)
	}
	select {
	case poke <- struct{}{}:
	default:
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s ", run.Slot.Format("15:04:05"))
	_ = write(&text, run)
	for _, d := range decisions {
		if d.Verb != judge.NoChange && d.Verb != judge.Completes {
			fmt.Fprintf(&text, "         %s: %s\n", d.Verb, d.Reason)
		}
	}
	_, _ = io.WriteString(w.stderr, text.String()) // in one write, as journeys run side by side
}
