package regions_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"valkyrie/alerts"
	"valkyrie/alerts/config"
	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/infra/regions"
	"valkyrie/infra/storetest"
	"valkyrie/probes/journey"
)

// An outage of the home region, as probes and the standby see it, in a deployment whose regions are a distance apart. It plays in a
// synctest bubble: each request takes the time of its path, and costs no real time.
type outage struct {
	length            time.Duration
	distance          time.Duration // round trip between the two regions
	journeys, regions int
	alive             bool          // the home's pager runs on and reaches its table; probes and the standby do not
	skip              time.Duration // of the outage, only the runs are stored, unjudged, as a long one would take long to play
	siteDown          bool          // the site is down around the beginning of the outage, and around its end
	never             bool          // the home is not away at all, for comparison

	t            *testing.T
	home         incident.Store // the two tables
	standby      incident.Store
	fromS, fromH regions.Pair // their paths, from the pager in each region
	cfg          config.Config
	names        []string
	titles       map[string]string
	log          strings.Builder // of the standby's last turn
	mu           sync.Mutex
	placed       []placed
	began        time.Time // the outage
	places       []string
	since, last  time.Time // running period of the standby's pager on its table
}

// A placed is a page that the provider took.
type placed struct {
	paging.Dispatch
	at       time.Time
	by       regions.Place
	answered bool
}

// near is the round trip within a region.
const near = 5 * time.Millisecond

func (o *outage) prepare(t *testing.T) {
	var err error
	if o.cfg, err = config.Parse("example.yaml", alerts.Example(), nil); err != nil {
		t.Fatal(err)
	}
	o.t, o.titles = t, map[string]string{}
	o.home, o.standby = storetest.Memory(), storetest.Memory()
	o.fromS = regions.Pair{Home: &path{Store: o.home, rtt: o.distance}, Standby: &path{Store: o.standby, rtt: near}}
	o.fromH = regions.Pair{Home: &path{Store: o.home, rtt: near}, Standby: &path{Store: o.standby, rtt: o.distance}}
	for i := range o.journeys {
		o.names = append(o.names, fmt.Sprintf("journey-%d", i))
		o.titles[o.names[i]] = o.names[i]
	}
}

func (o *outage) deps(by regions.Place) regions.Deps {
	return regions.Deps{
		Names: o.names, Log: slog.New(slog.NewTextHandler(&o.log, nil)),
		Recorder: func(s incident.Store) judge.Recorder {
			return judge.Recorder{Store: s, Policy: o.cfg.Judge, Titles: o.titles, TimeNow: time.Now}
		},
		Pager: func(s incident.Store) *paging.Pager {
			return &paging.Pager{Store: s, OnCall: o.cfg.OnCall, Phone: outagePhone{o, by}, Journeys: o.names, Log: slog.New(slog.DiscardHandler)}
		},
	}
}

// An outagePhone is the provider as one of the pagers sees it.
type outagePhone struct {
	*outage
	by regions.Place
}

func (p outagePhone) Send(_ context.Context, d paging.Dispatch) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.placed = append(p.placed, placed{Dispatch: d, at: time.Now(), by: p.by})
	return "X" + d.PageID, nil
}

func (outagePhone) Find(context.Context, paging.Dispatch, time.Time) (string, bool, error) {
	return "", false, nil
}

// probe records a run of each journey from each region in a table.
func (o *outage) probe(to incident.Store, outcome journey.Outcome) {
	slot := time.Now().UTC().Truncate(time.Minute)
	for _, name := range o.names {
		for r := range o.regions {
			if _, err := o.deps("").Recorder(to).Record(o.t.Context(), o.run(name, r, slot, outcome)); err != nil {
				o.t.Fatal(err)
			}
		}
	}
}

func (o *outage) run(name string, region int, slot time.Time, outcome journey.Outcome) journey.Run {
	at := (probing[region%len(probing)] + strings.Repeat("x", region/len(probing)))
	run := journey.Run{ID: fmt.Sprint(name, at, slot.Unix()), Journey: name, Region: at, Slot: slot, EveryMS: 60_000, Outcome: outcome}
	if outcome == journey.Failed {
		run.Error = "no PDF"
	}
	return run
}

// turnStandby runs a round of the standby's pager.
func (o *outage) turnStandby() error {
	o.log.Reset()
	assigned, err := regions.Standby{Pair: o.fromS, Deps: o.deps(regions.AtStandby)}.Turn(o.t.Context(), time.Now())
	if n := len(o.places); n == 0 || !strings.HasPrefix(o.places[n-1][9:], string(assigned.Place)) {
		o.places = append(o.places, fmt.Sprintf("%s %s: %s", time.Now().Format("15:04:05"), assigned.Place, assigned.Reason))
	}
	if assigned.Store == nil {
		return err
	}
	if time.Since(o.last) > 3*time.Minute {
		o.since = time.Now()
	}
	o.last = time.Now()
	recorder := o.deps(regions.AtStandby).Recorder(assigned.Store)
	recorder.RunningSince = o.since
	_, watchErr := recorder.Watch(o.t.Context(), time.Now())
	return errors.Join(err, watchErr, o.deps(regions.AtStandby).Pager(assigned.Store).Tick(o.t.Context()))
}

// turnHome runs a round of the home's pager.
func (o *outage) turnHome() {
	err := (regions.Home{Pair: o.fromH, Deps: o.deps(regions.AtHome)}).Turn(o.t.Context(), time.Now())
	_, watchErr := o.deps(regions.AtHome).Recorder(o.fromH.Home).Watch(o.t.Context(), time.Now())
	if err = errors.Join(err, watchErr, o.deps(regions.AtHome).Pager(o.fromH.Home).Tick(o.t.Context())); err != nil {
		o.t.Errorf("the home's pager: %v", err)
	}
}

// answer has the people acknowledge the calls that rang, by the webhook of the region whose pager placed them.
func (o *outage) answer() {
	for i := range o.placed {
		p := &o.placed[i]
		if p.answered || p.Channel != incident.Call {
			continue
		}
		p.answered = true
		pair := o.fromH
		if p.by == regions.AtStandby {
			pair = o.fromS
		}
		report := paging.Report{PageID: p.PageID, SID: "X" + p.PageID, Key: paging.AckKey, Result: incident.Human}
		if _, err := o.deps(p.by).PagerOf(o.t.Context(), pair, p.PageID).Report(o.t.Context(), report); err != nil {
			o.t.Errorf("answer %s: %v", p.PageID, err)
		}
	}
}

// minute plays a minute: the runs, a round of each living pager, another one after calls have gathered, and the answers.
func (o *outage) minute(to incident.Store, outcome journey.Outcome, homeAlive bool) {
	o.probe(to, outcome)
	for round := range 2 {
		if homeAlive {
			o.turnHome()
		}
		if round == 0 || !strings.Contains(o.places[len(o.places)-1], string(paging.StandbyIdle)) {
			if err := o.turnStandby(); err != nil {
				o.t.Logf("the standby's pager: %v", err)
			}
		}
		time.Sleep(12 * time.Second)
	}
	time.Sleep(5 * time.Second)
	o.answer()
	time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)))
}

// cut cuts the paths to the home, or mends them.
func (o *outage) cut(cut bool) { o.fromS.Home.(*path).cut = cut }

// outcome returns the outcome of the runs of now: the site is down from a minute before the outage for five minutes, and from six minutes
// before its end for ten, as a page about it is then sent from the one table or the other.
func (o *outage) outcome() journey.Outcome {
	at := time.Since(o.began)
	if o.siteDown && (at >= -time.Minute && at < 4*time.Minute || at >= o.length-6*time.Minute && at < o.length+4*time.Minute) {
		return journey.Failed
	}
	return journey.Passed
}

// begin plays ten healthy minutes and the outage.
func (o *outage) begin() {
	o.began = time.Now().Add(10 * time.Minute)
	for range 10 {
		o.minute(o.home, o.outcome(), true)
	}
	to := o.home
	if !o.never {
		to = o.standby
		o.cut(true)
	}
	for at := time.Duration(0); at < o.skip; at += time.Minute {
		slot := time.Now().UTC().Truncate(time.Minute)
		for _, name := range o.names {
			for r := range o.regions {
				if err := to.PutRun(o.t.Context(), o.run(name, r, slot, o.outcome())); err != nil {
					o.t.Fatal(err)
				}
			}
		}
		time.Sleep(time.Minute)
	}
	for at := o.skip; at < o.length; at += time.Minute {
		o.minute(to, o.outcome(), o.alive || o.never)
	}
	o.cut(false)
}

// left returns the number of the standby's runs that the home lacks.
func (o *outage) left() int {
	there, err := o.home.Runs(o.t.Context(), incident.RunQuery{})
	here, err2 := o.standby.Runs(o.t.Context(), incident.RunQuery{})
	if err = errors.Join(err, err2); err != nil {
		o.t.Fatal(err)
	}
	at := map[string]bool{}
	for _, r := range there {
		at[r.ID] = true
	}
	return len(slices.DeleteFunc(here, func(r journey.Run) bool { return at[r.ID] }))
}

// agree reports whether both tables have the same incidents unresolved, and the home has every run.
func (o *outage) agree() bool {
	home, err := paging.LoadState(o.t.Context(), o.home)
	standby, err2 := paging.LoadState(o.t.Context(), o.standby)
	if err = errors.Join(err, err2); err != nil {
		o.t.Fatal(err)
	}
	return slices.Equal(unresolvedIDs(home), unresolvedIDs(standby)) && !strings.Contains(o.log.String(), "hand over") && o.left() == 0
}

// pages returns the pages over a channel that were placed since a time.
func (o *outage) pages(c incident.Channel, since time.Time) (all []string) {
	for _, p := range o.placed {
		if p.Channel == c && !p.at.Before(since) {
			all = append(all, fmt.Sprintf("%s %s to %s: %.120s", p.at.Format("15:04:05"), p.by, p.Person, strings.Join(p.Speech, " ")+p.TextBody))
		}
	}
	return all
}

// TestHandOverEnds: whatever the length of an outage and the distance, the standby hands over in a few turns, copies again, and
// then calls about nothing that is over.
func TestHandOverEnds(t *testing.T) {
	for _, o := range []*outage{
		{length: 5 * time.Minute, distance: 90 * time.Millisecond, journeys: 5, regions: 3},
		{length: 30 * time.Minute, distance: 90 * time.Millisecond, journeys: 5, regions: 3, siteDown: true},
		{length: 30 * time.Minute, distance: 25 * time.Millisecond, journeys: 5, regions: 3},
		{length: 30 * time.Minute, distance: 90 * time.Millisecond, journeys: 5, regions: 3, alive: true},
		{length: 6 * time.Hour, skip: 5*time.Hour + 55*time.Minute, distance: 100 * time.Millisecond, journeys: 20, regions: 5},
	} {
		t.Run(fmt.Sprintf("outage %s, %s away, home's pager alive %v", o.length, o.distance, o.alive), func(t *testing.T) {
			synctest.Test(t, o.handOver)
		})
	}
}

func (o *outage) handOver(t *testing.T) {
	o.prepare(t)
	o.begin()
	left, done := o.left(), 0
	var seen time.Time // the latest run that the copy includes
	for m := range 8 {
		o.minute(o.home, o.outcome(), true)
		var s judge.JourneyState
		if _, err := incident.LoadItem(t.Context(), o.standby, incident.JourneyKey(o.names[0]), &s); err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Regions {
			seen = incident.Latest(seen, r.Slot)
		}
		if behind := time.Since(seen); m > 1 && behind > 2*time.Minute {
			t.Errorf("minute %d after the home's return: the copy is %s behind", m, behind)
		}
		if done == 0 && o.agree() {
			done = m + 1
		}
	}
	if done == 0 || done > 5 {
		t.Errorf("%d runs to bring; both regions agree after %d minutes, want at most 5; %d runs are left\n%s", left, done, o.left(), &o.log)
	}
	before := time.Now() // now the home's pager is silent, and its table answers
	for range 6 {
		o.minute(o.home, journey.Passed, false)
	}
	if calls := append(o.pages(incident.Call, before), o.pages(incident.Text, before)...); len(calls) > 0 {
		t.Errorf("all is well, and the standby pages:\n%s\n%s", strings.Join(calls, "\n"), strings.Join(o.places, "\n"))
	}
}

// TestBringingGoesOn: runs that take longer to bring than a turn are brought in a few, each of which goes on where the one before ended.
func TestBringingGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newScene(t, nil)
		turn := func() error {
			_, err := regions.Standby{Pair: w.pairOf(w.sp), Deps: w.deps(w.sp)}.Turn(t.Context(), time.Now())
			return err
		}
		if err := turn(); err != nil {
			t.Fatal(err)
		}
		const runs = 1000 // a turn of a standby that pages brings some 250 of them
		begin := time.Now().UTC().Truncate(time.Minute).Add(time.Hour)
		for n := range runs {
			run := journey.Run{ID: fmt.Sprint(n), Journey: w.names[0], Region: "us-east-1", Slot: begin.Add(time.Duration(n) * time.Second), EveryMS: 1000, Outcome: journey.Passed}
			if err := w.S.PutRun(t.Context(), run); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(2 * time.Hour)
		w.sp.home.rtt = time.Second
		left := runs
		for n := range 6 {
			if err := turn(); err != nil {
				t.Fatal(err)
			}
			there, err := w.H.Runs(t.Context(), incident.RunQuery{})
			if err != nil {
				t.Fatal(err)
			}
			if len(there) == runs {
				if n < 2 {
					t.Errorf("%d turns brought all runs: make them more", n+1)
				}
				return
			}
			left = runs - len(there)
			time.Sleep(time.Minute)
		}
		t.Errorf("after six turns %d of %d runs are left", left, runs)
	})
}
