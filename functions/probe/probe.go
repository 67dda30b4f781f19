package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/functions/cloud"
	"valkyrie/functions/suite"
	"valkyrie/infra/cloudwatch"
	"valkyrie/infra/environ"
	"valkyrie/infra/evidence"
	"valkyrie/infra/rdap"
	"valkyrie/infra/xray"
	"valkyrie/probes/journey"
)

// A probe is the state of the function during the life of its process.
type probe struct {
	watched suite.Suite
	getenv  func(string) string
	out     io.Writer // the log
	domains rdap.Client

	mu       sync.Mutex
	services *cloud.Services // nil until the first event
}

// An Answer is the function's result, for people who invoke it by hand; schedules ignore it.
type Answer struct {
	Run       string          `json:"run"`
	Outcome   journey.Outcome `json:"outcome"`
	Error     string          `json:"error,omitempty"`
	Again     bool            `json:"again,omitempty"` // the slot already had this run
	Decisions []string        `json:"decisions"`
	DryRun    *cloud.DryRun   `json:"dry_run,omitempty"`
}

// returnTime is the time reserved before the function's end for returning the answer.
const returnTime = 300 * time.Millisecond

// Handle runs the journey of an event, and always answers before the function's time ends. Its errors are faults of our
// own: a malformed event, or a run that could not be stored. A failure of the site is no error.
func (p *probe) Handle(ctx context.Context, payload json.RawMessage) (Answer, error) {
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end.Add(-returnTime))
		defer cancel()
	}
	t, err := readEvent(payload, time.Now(), p.watched.Journeys)
	if t.newJourney == nil {
		return Answer{}, err
	}
	s, bad := p.open(ctx)
	if bad != nil {
		p.logRun(p.getenv(environ.Name), journey.Runner{Region: p.getenv("AWS_REGION")}.Broken(t.newJourney(), t.slot, bad.Error()), cloudwatch.Journeys, "")
		return Answer{}, errors.Join(bad, err)
	}
	if err != nil {
		r := runner(ctx, s, t)
		a, lost := p.logAndStore(ctx, s, r.Broken(t.newJourney(), t.slot, err.Error()))
		return a, errors.Join(err, lost)
	}
	if t.dry {
		return p.dryRun(ctx, s, t), nil
	}
	return p.run(ctx, s, t)
}

// dryRun runs a journey for a person, who gets the run with its evidence.
func (p *probe) dryRun(ctx context.Context, s *cloud.Services, t task) Answer {
	r, files := runner(ctx, s, t), &cloud.DryRunFiles{}
	r.Evidence = files
	p.prepare(ctx, s, t, &r)
	run := r.Probe(ctx, t.newJourney, t.slot)
	p.tidy(s)
	s.Log.Info("dry run", "journey", run.Journey, "outcome", run.Outcome, "err", run.Error)
	return Answer{Run: run.ID, Outcome: run.Outcome, Error: run.Error, Decisions: []string{}, DryRun: &cloud.DryRun{Run: run, Files: files.Files()}}
}

// prepare reads the secrets that the journey uses, and finds Chrome.
func (p *probe) prepare(ctx context.Context, s *cloud.Services, t task, r *journey.Runner) {
	if len(t.newJourney().SecretNames()) > 0 { // without secrets in use there may be no source to read
		if err := s.Vault.Refresh(ctx); err != nil {
			s.Log.Error("read the secrets: failed; the secrets read before remain in use", "err", err)
		}
	}
	var err error
	if r.Stage.Chrome, err = findChrome(ctx, p.getenv, s.Env.ChromeFlags); err != nil {
		s.Log.Error("find Chrome: failed; journeys that need it are broken", "err", err)
	}
}

// open opens the services once. After a failure the next event retries.
func (p *probe) open(ctx context.Context) (*cloud.Services, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.services == nil {
		s, err := cloud.Open(ctx, environ.FunctionProbe, p.getenv, p.watched)
		if err != nil {
			return nil, err
		}
		p.services = s
	}
	return p.services, nil
}

// run makes the run of a slot, unless it is stored already.
func (p *probe) run(ctx context.Context, s *cloud.Services, t task) (Answer, error) {
	name := t.newJourney().Name
	run, found, err := stored(ctx, s, name, t.slot)
	if err != nil {
		s.Log.Warn("look up the slot's run: failed; the journey is run", "journey", name, "slot", t.slot, "err", err)
	}
	if found {
		s.Log.Info("skip the journey: the slot already has its run", "journey", name, "slot", t.slot, "run", run.ID)
		a, err := p.storeRun(ctx, s, run)
		a.Again = true
		return a, err
	}
	r := runner(ctx, s, t)
	p.prepare(ctx, s, t, &r)
	var judged sync.WaitGroup
	var verdict Answer
	var unjudged error
	r.OnVerdict = func(run journey.Run) {
		judged.Go(func() { verdict, unjudged = p.storeRun(ctx, s, run) })
	}
	run = r.Probe(ctx, t.newJourney, t.slot)
	judged.Wait()
	p.tidy(s)
	p.addDomains(ctx, s, &run)
	a, err := p.logAndStore(ctx, s, run)
	p.reportTrace(ctx, s, run)
	a.Decisions = append(verdict.Decisions, a.Decisions...)
	if err != nil && verdict.Run != "" && unjudged == nil {
		s.Log.Warn("only the run's evidence and cleanup are lost: its verdict is stored", "journey", run.Journey, "slot", run.Slot, "run", run.ID)
	}
	return a, err
}

// addDomains adds the registrations of the domains to a run, of which each is asked for once a day, within a part of saveTime.
func (p *probe) addDomains(ctx context.Context, s *cloud.Services, run *journey.Run) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	if err := p.domains.Complete(ctx, run); err != nil {
		s.Log.Warn("look up a domain's registration: failed; its end is not watched before the next try", "journey", run.Journey, "err", err)
	}
}

// reportTrace reports the run to X-Ray if traces are enabled, after it is stored and within a part of saveTime.
func (p *probe) reportTrace(ctx context.Context, s *cloud.Services, run journey.Run) {
	if !s.Env.Traces {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	if err := xray.Send(ctx, s.AWS, run); err != nil {
		s.Log.Warn("report a run's trace: failed; only the trace lacks it", "journey", run.Journey, "run", run.ID, "err", err)
	}
}

// tidy removes the index that Chrome makes of the layer's fonts from the function's temporary folder, which is small and
// lives as long as the sandbox. The folder of a Chrome that was killed goes when the next Chrome starts.
func (p *probe) tidy(s *cloud.Services) {
	if p.getenv("LAMBDA_TASK_ROOT") == "" {
		return
	}
	if err := os.RemoveAll(filepath.Join(os.TempDir(), "fonts-cache")); err != nil {
		s.Log.Warn("empty the temporary folder: failed", "err", err)
	}
}

// stored returns the run that the slot already has: schedules may deliver an event twice. Two at the same time both run;
// the first run stored is the slot's.
func stored(ctx context.Context, s *cloud.Services, name string, slot time.Time) (journey.Run, bool, error) {
	ctx, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	runs, err := s.Tables.Home.Runs(ctx, incident.RunQuery{Journey: name, Since: slot, Until: slot.Add(1)})
	for _, run := range runs {
		if run.Region == s.Env.Region {
			return run, true, err
		}
	}
	return journey.Run{}, false, err
}

// lookLimit is the timeout of looking up a stored run, as the run itself needs the time.
const lookLimit = 3 * time.Second

// logAndStore logs a run, then stores it: a run that cannot be stored is at least in the log.
func (p *probe) logAndStore(ctx context.Context, s *cloud.Services, run journey.Run) (Answer, error) {
	bucket := evidence.Bucket{Name: s.Env.Bucket, Region: s.Env.Region}
	p.logRun(s.Env.Deployment, run, s.Env.Detail, bucket.Link(run))
	return p.storeRun(ctx, s, run)
}

func (p *probe) logRun(deployment string, run journey.Run, detail cloudwatch.Detail, link string) {
	_, _ = p.out.Write(cloudwatch.Deployment(deployment).RunLines(run, detail, link)) // a failed write to the log cannot be reported
}

// storeRun stores and judges the run, and wakes the pager if that made work due. A failure of an open incident does not: with
// many journeys and regions, a pager would start for each of them every minute.
func (p *probe) storeRun(ctx context.Context, s *cloud.Services, run journey.Run) (Answer, error) {
	a := Answer{Run: run.ID, Outcome: run.Outcome, Error: run.Error, Decisions: []string{}}
	at, decisions, missed, err := s.Tables.Record(ctx, s.Recorder(nil), run)
	log := s.Log.With("journey", run.Journey, "region", run.Region, "slot", run.Slot, "run", run.ID)
	if err != nil && run.Unfinished() {
		log.Warn("store a verdict: failed; it is stored with the run's end", "outcome", run.Outcome, "err", err)
		return a, err
	}
	if err != nil {
		log.Error("store a run: failed; the run is lost", "outcome", run.Outcome, "err", err)
		return a, fmt.Errorf("store the run %s of %s: it is lost: %w", run.ID, run.Journey, err)
	}
	if missed != nil {
		log.Warn("store a run: the home's table failed; the standby's table has it", "err", missed)
	}
	for _, d := range decisions {
		if d.Verb == judge.Completes {
			continue
		}
		a.Decisions = append(a.Decisions, fmt.Sprintf("%s: %s", d.Verb, d.Reason))
	}
	log.Info("run", "ended", !run.Unfinished(), "outcome", run.Outcome, "err", run.Error, "decisions", a.Decisions)
	for _, d := range decisions {
		if d.IsNews() {
			s.Poke(ctx, d.Incident.ID, s.Region(at))
			break
		}
	}
	return a, nil
}
