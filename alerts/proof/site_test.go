package proof

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/alerts/paging"
	"valkyrie/probes/journey"
)

// The site that is probed. No title and no step is a part of another.
var (
	journeys = []string{"print-card", "create-order"}
	titles   = map[string]string{"print-card": "print a card", "create-order": "place an order"}
	stepOf   = map[string]string{"print-card": "wait for the PDF", "create-order": "press Buy"}
	regions  = []string{"eu", "us", "ap"}
)

// patterns are the regions' results in one slot, a letter each: passed, slow, failed, broken, or no run.
var patterns = []string{"fff", "fff", "fff", "ffp", "fpp", "ppp", "ppp", "sss", "bbb", "fbf", "pf.", "f..", "..."}

var letters = map[byte]journey.Outcome{'p': journey.Passed, 's': journey.Slow, 'f': journey.Failed, 'b': journey.Broken}

// probe runs a journey from all regions in the next slot, a minute after the last or later.
func (w *simulation) probe(name, pattern string) {
	slot := w.slot[name].Add(time.Minute)
	if now := w.now.Truncate(time.Minute); now.After(slot) {
		slot = now
	}
	w.slot[name] = slot
	if slot.After(w.now) {
		w.now = slot
	}
	machine := w.anyone()
	slot = slot.Add(w.skew[machine].Truncate(time.Minute)) // a probe takes it from its own clock
	for i, region := range w.regions {
		if o, ok := letters[pattern[i]]; ok {
			w.recordOn(machine, runOf(name, region, slot, o))
		}
	}
}

// again records a run of a slot that may be old: a duplicate, or a late one, perhaps with another outcome.
func (w *simulation) again(name string) {
	back := time.Duration(rapid.IntRange(0, 3).Draw(w.T, "slots ago")) * time.Minute
	region := rapid.SampledFrom(w.regions).Draw(w.T, "region")
	o := letters[rapid.SampledFrom([]byte("pfsb")).Draw(w.T, "outcome")]
	if slot := w.slot[name].Add(-back); slot.After(w.begin) {
		w.record(runOf(name, region, slot, o))
	}
}

func runOf(name, region string, slot time.Time, o journey.Outcome) journey.Run {
	run := journey.Run{ID: name + region, Journey: name, Region: region, Slot: slot, EveryMS: 60_000, Outcome: o}
	if o != journey.Passed {
		run.Error = "nothing came"
		run.Steps = []journey.StepResult{{Name: stepOf[name], Outcome: o, DurationMS: 5000, SlowMS: 4000, Error: run.Error}}
	}
	return run
}

func (w *simulation) record(run journey.Run) { w.recordOn(w.anyone(), run) }

func (w *simulation) recordOn(machine int, run journey.Run) {
	w.counts.runs++
	w.run(machine, func(p *program) error {
		p.run = &run
		ds, err := p.desk().Record(ctx, run)
		if *stories {
			for _, d := range ds {
				w.Logf("%v machine %d judges %s %s %v: %s %s", w.now.Format("15:04:05"), machine, run.Journey, run.Outcome, run.Slot.Format("15:04"), d.Verb, d.Reason)
			}
		}
		return err
	})
}

// catchUp is the first action of a program.
func (w *simulation) catchUp() {
	w.run(w.anyone(), func(p *program) error {
		p.run = &journey.Run{} // any run
		return p.desk().CatchUp(ctx, p.file.watched)
	})
}

// watch checks for silent regions.
func (w *simulation) watch() {
	w.run(w.anyone(), func(p *program) error {
		p.watches = p.time()
		_, err := p.desk().Watch(ctx, p.watches)
		return err
	})
}

// judged checks a judging state that was just written: it follows from the state before by one new run or one check for
// silence, so that no conflict, crash, duplicate or late run has changed a decision. A pager only removes incidents
// that the notification state has.
func (w *simulation) judged(p *program, name string, data []byte) {
	old := w.states[name]
	var s, want judge.JourneyState
	if err := json.Unmarshal(data, &s); err != nil {
		w.Fatal(err)
	}
	w.states[name] = s
	w.roundTrip(s, data)
	switch {
	case p.run != nil:
		run, ok := w.folded(p, name, old, s)
		if !ok {
			w.Fatalf("a duplicate or late run of %s was written:\n%s", name, data)
		}
		right := w.repairClockSkew(old, run.Region, run.Slot.Add(-1), p.saidLast())
		want, _ = judge.Judge(w.policy.For(name), right, run, titles[name])
	case !p.watches.IsZero():
		right := old
		for region := range old.Regions {
			right = w.repairClockSkew(right, region, p.saidLast(), p.saidLast())
		}
		if want, _ = right.Watch(w.policy.For(name), name, titles[name], p.watches, w.awake); w.entered(old, s) {
			want = s
		}
	default:
		want = old
		want.Outbox = slices.DeleteFunc(slices.Clone(old.Outbox), func(i incident.Incident) bool { return w.has(i) })
		if len(s.Outbox) < len(old.Outbox) && len(s.Outbox) >= len(want.Outbox) { // it removes only those that it has read
			want.Outbox = s.Outbox
		}
	}
	if text, err := json.Marshal(want); err != nil || string(text) != string(data) {
		w.Fatalf("the state of %s that was written is not what follows from the one before:\n got %s\nwant %s", name, data, text)
	}
}

// entered reports whether a state differs from the one before only by the day up to which daily times are in the ledger, which
// is over.
func (w *simulation) entered(before, after judge.JourneyState) bool {
	const aDay = 24 * 60 * 60
	rest := after
	rest.Regions = maps.Clone(after.Regions)
	for name, r := range rest.Regions {
		was := before.Regions[name]
		if r.Entered < was.Entered || r.Entered > was.Entered && r.Entered >= was.Slot.Unix()/aDay {
			return false
		}
		r.Entered = was.Entered
		rest.Regions[name] = r
	}
	return reflect.DeepEqual(rest, before)
}

// folded returns the run that led from one state to the next: later than any earlier one of its region that is not in
// the future.
func (w *simulation) folded(p *program, name string, before, after judge.JourneyState) (journey.Run, bool) {
	for region, now := range after.Regions {
		was := before.Regions[region]
		ahead := was.Slot.Sub(p.saidLast()) > tolerance
		fresh := p.run.Journey == name && p.run.Region == region && p.run.Slot.Equal(now.Slot)
		anew := ahead && (fresh || !now.Slot.Equal(was.Slot) || !now.Doubt.Equal(was.Doubt))
		if !now.Slot.After(was.Slot) && !anew {
			continue
		}
		if p.run.Region == region && p.run.Slot.Equal(now.Slot) {
			return *p.run, true
		}
		stored := slices.Concat(w.disk.runs, w.disk.dropped) // a program may have read it before it was dropped
		i := slices.IndexFunc(stored, func(r journey.Run) bool {
			return r.Journey == name && r.Region == region && r.Slot.Equal(now.Slot)
		})
		if i < 0 {
			return journey.Run{}, false
		}
		return stored[i], true
	}
	return journey.Run{}, false
}

// has reports whether the notification state has an incident in this state or a later one.
func (w *simulation) has(i incident.Incident) bool {
	known := func(o incident.Incident) bool { return o.ID == i.ID && o.Runs >= i.Runs }
	was := func(o paging.Tombstone) bool { return o.ID == i.ID && o.Runs >= i.Runs }
	return slices.ContainsFunc(w.route.Incidents, known) || slices.ContainsFunc(w.route.Tombstones, was)
}

// roundTrip checks that a state that was read back is written unchanged.
func (w *simulation) roundTrip(state any, data []byte) {
	if text, err := json.Marshal(state); err != nil || string(text) != string(data) {
		w.Fatalf("a %v does not come back from the disk as it went: %v\n%s\n%s", reflect.TypeOf(state), err, data, text)
	}
}
