package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"valkyrie/alerts/compare"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/practice"
	"valkyrie/alerts/replay"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/report"
	"valkyrie/probes/journey"
)

func replayCommand(p *program) cli.Command {
	return cli.Command{
		Name: "replay", Args: "[JOURNEY] --policy FILE [flags]", Summary: "judge the stored history under another policy, and show what would differ",
		Examples: []string{
			"valkyrie replay --policy alerts/alerts.yaml",
			"valkyrie replay print-card --policy stricter.yaml --since 30d --db valkyrie.db",
			"valkyrie replay --policy stricter.yaml --against alerts/alerts.yaml     # compares two policies",
			"valkyrie replay --simple                             # beside four simple rules",
			"valkyrie replay --policy stricter.yaml --practice    # a made-up month whose troubles are known",
		},
		Notes: []string{
			"FILE is a whole alerts.yaml; only its part \"judge\" and its severities matter. All of the history is judged, so that trends are known; " +
				"the table shows incidents that began, or ended, within --since. Maintenance counts as FILE has it; the reports of batches, and mutes, are not stored and not replayed. Where that, or missing runs, may make a difference, " +
				"it says so. Nobody is called.",
			"--practice needs no history: on JOURNEY, or the first two, it shows which of a month's troubles a policy notices, how soon, and how often it notifies people " +
				"of no trouble; beside the alerts.yaml that was built in, unless --against names another. A trouble during an incident that was already notified " +
				"and never ended counts as missed, because it notifies nobody again.",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			r := replayOptions{program: p, since: cli.Ago("30d", p.now)}
			fs.StringVar(&r.policy, "policy", defaultAlerts, "`FILE` of the policy to try")
			fs.StringVar(&r.against, "against", "", "`FILE` of another policy to compare it with; what really was, unless given")
			r.store = p.storeFlags(fs)
			fs.BoolVar(&r.practice, "practice", false, "replay a made-up month of noise and known troubles instead of the store")
			fs.BoolVar(&r.simple, "simple", false, "also judge by four rules that monitoring services offer, and count their calls")
			fs.Var(&r.since, "since", "`TIME` to look back to: 24h, 7d or 2w ago, yesterday, 2026-11-01")
			return func(ctx context.Context, args []string) error {
				if len(args) > 1 {
					return cli.Usage("unexpected argument %q: expected at most one journey", args[1])
				}
				r.journey = strings.Join(args, "")
				return r.run(ctx)
			}
		},
	}
}

// replayOptions are the flags of replay, and the policies that judge.
type replayOptions struct {
	*program
	policy, against, journey string
	store                    *storeOptions
	practice, simple         bool
	since                    cli.PastTime

	would, baseline *namedPolicy // a nil baseline is the history as it was
	own             *compare.Own // the simple rules; nil: not asked for
}

// A namedPolicy replays runs under the policy of a file.
type namedPolicy struct {
	*replay.Replay
	name string
}

func (p *program) newNamedPolicy(name string, c config.Config) *namedPolicy {
	return &namedPolicy{replay.New(c.Judge, c.OnCall, p.suite.Titles()), name}
}

func (r *replayOptions) run(ctx context.Context) error {
	cfg, err := r.readPolicy(r.policy, "--policy")
	if err != nil {
		return err
	}
	r.would = r.newNamedPolicy(r.policy, cfg)
	if r.simple {
		r.own = compare.NewOwn()
	}
	if r.against != "" {
		if cfg, err = r.readPolicy(r.against, "--against"); err != nil {
			return err
		}
		r.baseline = r.newNamedPolicy(r.against, cfg)
	}
	if r.practice {
		return r.onPractice()
	}
	store, err := r.store.openExisting(ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	return r.onHistory(ctx, store)
}

func (p *program) readPolicy(path, flag string) (config.Config, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) && path == defaultAlerts {
		text, err = p.suite.Alerts, nil
	}
	if err != nil {
		return config.Config{}, cli.Usage("the policy cannot be read: %w\nname it with %s", err, flag)
	}
	cfg, err := p.suite.Policy(path, text)
	if err != nil {
		return cfg, cli.Exit(cli.ExitUsage, err)
	}
	return cfg, nil
}

// judge has both policies judge a run.
func (r *replayOptions) judge(run journey.Run) {
	r.would.Judge(run)
	if r.baseline != nil {
		r.baseline.Judge(run)
	}
	if r.own != nil {
		r.own.Judge(run)
	}
}

// printSimple prints how often the policy and each simple rule would have called, and how many calls of a rule came while the
// policy had no incident of the journey open.
func (r *replayOptions) printSimple(since time.Time) {
	if r.own == nil {
		return
	}
	verdicts, calls := r.would.Verdicts(since), 0
	for _, v := range verdicts {
		n, _ := v.Calls()
		calls += n
	}
	fmt.Fprintf(r.stdout, "\n%-24s %5d calls\n", r.would.name, calls)
	open := func(journey string, at time.Time) bool {
		return slices.ContainsFunc(verdicts, func(v replay.Verdict) bool {
			return v.Journey == journey && !at.Before(v.Since) && (v.State != incident.Resolved || !at.After(v.ResolvedAt))
		})
	}
	for _, n := range r.own.Counts(since, open) {
		fmt.Fprintf(r.stdout, "%-24s %5d calls, %d of them while no incident was open\n", n.Name, n.Calls, n.Outside)
	}
}

// onHistory judges the stored runs, and compares the incidents with those of the other policy, or with the stored ones.
func (r *replayOptions) onHistory(ctx context.Context, store incident.Store) error {
	began, progress := time.Now(), cli.NewProgress(r.stderr)
	err := eachRun(ctx, store, incident.RunQuery{Journey: r.journey, Since: began.Add(-incident.RetainRunsLocal), Until: began}, progress, r.judge)
	progress.End()
	if err != nil {
		return err
	}
	if known := r.suite.Names(); r.would.Runs == 0 && r.journey != "" && !slices.Contains(known, r.journey) {
		return cli.UnknownJourney(r.journey, known)
	}
	fmt.Fprintf(r.stderr, "judged %d runs in %v\n", r.would.Runs, time.Since(began).Round(time.Millisecond))
	defer r.printSimple(r.since.At)
	if r.baseline != nil {
		return r.compare(r.would.Verdicts(r.since.At), r.baseline.Verdicts(r.since.At))
	}
	was, err := loadIncidents(ctx, store, r.since.At)
	if err != nil {
		return err
	}
	was = slices.DeleteFunc(was, func(i incident.Record) bool { return r.journey != "" && i.Journey != r.journey })
	var all []report.Difference
	for _, d := range replay.Compare(r.would.Verdicts(r.since.At), was) {
		unknown := d.Would == nil && !r.would.Knows(d.Was.Journey, d.Was.Since, d.Was.Opened)
		all = append(all, report.Difference{Difference: d, Would: report.Planned(d.Would), Did: report.Sent(d.Was), Unknown: unknown})
	}
	for _, said := range report.Unreplayed(all, was) {
		fmt.Fprintln(r.stderr, said)
	}
	return r.print(all, "WOULD HAVE", "DID")
}

// onPractice judges a made-up month with known troubles, and compares the policy with the baseline or the built-in policy.
func (r *replayOptions) onPractice() error {
	if r.baseline == nil {
		cfg, err := config.Parse("the built-in alerts.yaml", r.suite.Alerts, nil)
		if err != nil {
			return err
		}
		r.baseline = r.newNamedPolicy("built-in", cfg)
	}
	journeys, names, err := r.practiceJourneys()
	if err != nil {
		return err
	}
	began := time.Now()
	for run := range practice.Month(journeys) {
		r.judge(run)
	}
	fmt.Fprintf(r.stderr, "judged %d runs twice in %v\n", r.would.Runs, time.Since(began).Round(time.Millisecond))
	fmt.Fprintf(r.stdout, "a month of practice, %s: %d runs of %s from %s; besides the troubles, one run in %.0f fails by itself\n\n",
		practice.Begins().Format("January 2006"), r.would.Runs, strings.Join(names, " and "), strings.Join(practice.Regions(), ", "), 1/practice.FailsByChance)
	would, baseline := r.would.Verdicts(time.Time{}), r.baseline.Verdicts(time.Time{})
	if err := report.WriteDetections(r.stdout, practice.Troubles(names), report.Judged{Policy: r.would.name, Verdicts: would}, report.Judged{Policy: r.baseline.name, Verdicts: baseline}); err != nil {
		return err
	}
	fmt.Fprintln(r.stdout)
	defer r.printSimple(time.Time{})
	return r.compare(would, baseline)
}

// practiceJourneys returns the named journey, or the first two, which are enough for the troubles of the month.
func (r *replayOptions) practiceJourneys() (journeys []journey.Journey, names []string, err error) {
	names = r.suite.Names()
	switch name := r.journey; {
	case name == "":
		names = names[:min(2, len(names))]
	case slices.Contains(names, name):
		names = []string{name}
	default:
		return nil, nil, cli.UnknownJourney(name, names)
	}
	found, err := journey.Find(r.suite.Journeys, names...)
	for _, make := range found {
		journeys = append(journeys, make())
	}
	return journeys, names, err
}

// compare prints how the incidents of the two policies differ.
func (r *replayOptions) compare(would, baseline []replay.Verdict) error {
	var records []incident.Record
	planned := map[string]*report.Notifications{}
	for _, v := range baseline {
		records = append(records, incident.Record{Incident: v.Incident})
		planned[v.ID] = report.Planned(&v)
	}
	var all []report.Difference
	for _, d := range replay.Compare(would, records) {
		x := report.Difference{Difference: d, Would: report.Planned(d.Would)}
		if d.Was != nil {
			x.Did = planned[d.Was.ID]
		}
		all = append(all, x)
	}
	return r.print(all, r.would.name, r.baseline.name)
}

// print writes the table of differences, whose columns are headed would and did.
func (r *replayOptions) print(all []report.Difference, would, did string) error {
	if len(all) == 0 {
		fmt.Fprintln(r.stderr, "no incidents, neither way")
		return nil
	}
	return report.WriteDifferences(r.stdout, all, would, did)
}
