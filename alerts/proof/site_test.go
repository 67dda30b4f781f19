package proof

import (
	"encoding/json"
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

// patterns are what the regions find in one slot, a letter each: passed, slow, failed, broken, or no run.
var patterns = []string{"fff", "fff", "fff", "ffp", "fpp", "ppp", "ppp", "sss", "bbb", "fbf", "pf.", "f..", "..."}

var letters = map[byte]journey.Outcome{'p': journey.Passed, 's': journey.Slow, 'f': journey.Failed, 'b': journey.Broken}

// probe has all regions run a journey in the next slot, a minute after the last or later.
func (w *world) probe(name, pattern string) {
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

// again records a run of a slot that may be old: a duplicate, or one that comes late, with another outcome perhaps.
func (w *world) again(name string) {
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

func (w *world) record(run journey.Run) { w.recordOn(w.anyone(), run) }

func (w *world) recordOn(machine int, run journey.Run) {
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

// catchUp is what a program does first.
func (w *world) catchUp() {
	w.run(w.anyone(), func(p *program) error {
		p.run = &journey.Run{} // whichever it finds
		return p.desk().CatchUp(ctx, journeys)
	})
}

// watch looks for silent regions.
func (w *world) watch() {
	w.run(w.anyone(), func(p *program) error {
		p.watches = p.time()
		_, err := p.desk().Watch(ctx, p.watches)
		return err
	})
}

// judged checks a state of judging that was just written: it is what one new run, or looking for silence, makes of the
// state before it; so no conflict, crash, duplicate or late run has changed what was decided. A pager only takes out what
// the route has.
func (w *world) judged(p *program, name string, data []byte) {
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
		right := w.putRight(old, run.Region, run.Slot.Add(-1), p.saidLast())
		want, _ = judge.Judge(w.policy.For(name), right, run, titles[name])
	case !p.watches.IsZero():
		right := old
		for region := range old.Regions {
			right = w.putRight(right, region, p.saidLast(), p.saidLast())
		}
		want, _ = right.Watch(w.policy.For(name), name, titles[name], p.watches, w.awake)
	default:
		want = old
		want.Outbox = slices.DeleteFunc(slices.Clone(old.Outbox), func(i incident.Incident) bool { return w.has(i) })
		if len(s.Outbox) < len(old.Outbox) && len(s.Outbox) >= len(want.Outbox) { // it takes out only what it has read
			want.Outbox = s.Outbox
		}
	}
	if text, err := json.Marshal(want); err != nil || string(text) != string(data) {
		w.Fatalf("the state of %s that was written is not what follows from the one before:\n got %s\nwant %s", name, data, text)
	}
}

// folded finds out which run has led from one state to the next: one that is later than any before it from its region that
// was not still to come.
func (w *world) folded(p *program, name string, before, after judge.JourneyState) (journey.Run, bool) {
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
		i := slices.IndexFunc(w.disk.runs, func(r journey.Run) bool {
			return r.Journey == name && r.Region == region && r.Slot.Equal(now.Slot)
		})
		return w.disk.runs[max(i, 0)], i >= 0
	}
	return journey.Run{}, false
}

// has reports whether the route knows of an incident in this state or a later one.
func (w *world) has(i incident.Incident) bool {
	known := func(o incident.Incident) bool { return o.ID == i.ID && o.Runs >= i.Runs }
	was := func(o paging.Tombstone) bool { return o.ID == i.ID && o.Runs >= i.Runs }
	return slices.ContainsFunc(w.route.Incidents, known) || slices.ContainsFunc(w.route.Tombstones, was)
}

// roundTrip checks that a state that was read back is written as it was.
func (w *world) roundTrip(state any, data []byte) {
	if text, err := json.Marshal(state); err != nil || string(text) != string(data) {
		w.Fatalf("a %v does not come back from the disk as it went: %v\n%s\n%s", reflect.TypeOf(state), err, data, text)
	}
}
