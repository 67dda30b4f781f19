package proof

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"valkyrie/alerts/incident"
	"valkyrie/alerts/judge"
	"valkyrie/infra/suite"
	"valkyrie/probes/journey"
)

// A trial is judging and the textbook side by side.
type trial struct {
	*rapid.T
	policy judge.JourneyPolicy
	state  judge.JourneyState
	book   textbook
	ids    map[string]bool // of all incidents so far
}

func newTrial(t *rapid.T) *trial {
	small := func(name string, most int) int { return rapid.IntRange(1, most).Draw(t, name) }
	p := judge.Policy{JourneyPolicy: settings[0].policy.JourneyPolicy}.For("")
	p.FailuresInARow, p.RecoverAfter, p.BrokenInARow = small("failures in a row", 4), small("recover after", 3), small("broken in a row", 3)
	p.Regions = rapid.SampledFrom([]judge.Quorum{"", "any", "majority", "all", "2", "3"}).Draw(t, "quorum")
	p.SlowOutOf, p.FlappingOutOf = 2+small("slow out of", 6), 3+small("flapping out of", 9)
	p.SlowRuns, p.FlappingFailures = small("slow", p.SlowOutOf), 1+small("flapping", p.FlappingOutOf-1)
	p.FlappingOutages = 1 + small("spells", 3)
	p.QuietFor, p.ReturnWithin = time.Duration(small("quiet", 20))*time.Minute, time.Duration(small("return", 60))*time.Minute
	return &trial{T: t, policy: p, book: textbook{policy: p, runs: map[string][]journey.Run{}, past: map[string]int{}, background: map[string]background{}}, ids: map[string]bool{}}
}

// TestJudging checks that for any runs judging decides like the textbook, gives a reason for each decision, and stays
// small.
func TestJudging(t *testing.T) {
	suite.Rapid(t, 500, 2_000)
	runs, opened := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		k := newTrial(t)
		at := settings[0].start
		if rapid.IntRange(0, 49).Draw(t, "a background") == 0 {
			at = k.background(at)
		}
		for range rapid.IntRange(1, 40).Draw(t, "slots") {
			at = at.Add(time.Duration(rapid.SampledFrom([]int{1, 1, 1, 1, 1, 2, 7, 61}).Draw(t, "minutes")) * time.Minute)
			for _, region := range regions[:rapid.IntRange(1, 3).Draw(t, "regions")] {
				k.judge(runOf("print-card", region, at, letters[rapid.SampledFrom([]byte("pppffffsssb")).Draw(t, "outcome")]))
				runs++
			}
		}
		opened += len(k.ids)
	})
	t.Logf("%d runs, %d incidents", runs, opened)
}

// background plays four hours in which some runs break and some do not come, and returns their end.
func (k *trial) background(at time.Time) time.Time {
	breaks, missing := rapid.IntRange(5, 60).Draw(k.T, "one in so many breaks"), rapid.IntRange(5, 60).Draw(k.T, "one is missing")
	for slot := range 220 {
		at = at.Add(time.Minute)
		for i, region := range regions[:2] {
			switch n := slot + 3*i; {
			case n%missing == 0:
			case n%breaks == 0:
				k.judge(runOf("print-card", region, at, journey.Broken))
			default:
				k.judge(runOf("print-card", region, at, journey.Passed))
			}
		}
	}
	return at
}

func (k *trial) judge(run journey.Run) {
	before := k.state
	k.book.take(run)
	after, decisions := judge.Judge(k.policy, before, run, "print a card")
	k.reasons(run, decisions)
	k.failing(before, after, run, decisions)
	k.slow(before, after, run)
	k.broken(before, after, run)
	k.once(after)
	if again, repeated := judge.Judge(k.policy, after, run, "print a card"); len(repeated) != 1 || repeated[0].Verb != judge.Ignores || text(k, again) != text(k, after) {
		k.Fatalf("the same run again is not ignored: %+v", repeated)
	}
	k.state = back(k, after)
}

// reasons checks that each decision has a reason, and opens no incident a second time.
func (k *trial) reasons(run journey.Run, decisions []judge.Decision) {
	if len(decisions) == 0 {
		k.Fatal("nothing was decided")
	}
	for _, d := range decisions {
		if d.Reason == "" || strings.Contains(d.Reason, "%!") || !strings.Contains(d.Reason, "print-card") {
			k.Fatalf("%s without a reason: %q", d.Verb, d.Reason)
		}
		i := d.Incident
		switch d.Verb {
		case judge.Opens:
			if k.ids[i.ID] || i.Reason == "" || i.Since.After(i.Opened) || !i.Opened.Equal(run.Slot) {
				k.Fatalf("opened again, without a reason or before it began: %+v", i)
			}
			k.ids[i.ID] = true
		case judge.Reopens, judge.Resolves, judge.Continues:
			if !k.ids[i.ID] {
				k.Fatalf("%s what was never opened: %+v", d.Verb, i)
			}
		}
	}
}

// failing checks down and flapping against the textbook.
func (k *trial) failing(before, after judge.JourneyState, run journey.Run, decisions []judge.Decision) {
	was, is := find(before, incident.Down, incident.Flapping), find(after, incident.Down, incident.Flapping)
	switch {
	case was == nil:
		want := k.book.fails(run)
		if (is != nil) != (want != "") || is != nil && want == incident.Flapping && is.Kind != incident.Flapping {
			k.Fatalf("by the textbook %q is opened at %v: %+v", want, run.Slot, is)
		}
		if want == incident.Down && !is.Rings() {
			k.Fatalf("customers cannot do it, and it does not ring: %+v", is)
		}
		k.book.evident = k.book.failed
		if slices.ContainsFunc(decisions, func(d judge.Decision) bool { return d.Verb == judge.Opens && d.Incident.IsFailing() }) {
			k.book.began = 0 // another incident
		}
		if want == incident.Flapping {
			k.book.began++
		}
		if want == incident.Down {
			k.book.evident = run.Slot
		}
	case run.Outcome == journey.Failed && was.Kind == incident.Flapping:
		if is == nil {
			k.Fatalf("a failure ends %s", was.ID)
		}
		k.book.goesOn(*is, run)
	case run.Outcome != journey.Broken:
		over, ending := k.book.recovered(*was, run)
		if over != (is == nil) {
			k.Fatalf("by the textbook %s is over: %t; but it is open: %t", was.ID, over, is != nil)
		}
		if over && !slices.ContainsFunc(decisions, func(d judge.Decision) bool {
			return d.Verb == judge.Resolves && d.Incident.ID == was.ID && d.Incident.Ending == ending
		}) {
			k.Fatalf("by the textbook %s ends as %s: %+v", was.ID, ending, decisions)
		}
		if is == nil {
			k.book.isOver()
		}
	default:
		if unknown := k.book.unknown(*was, run.Slot); unknown != (is == nil) {
			k.Fatalf("by the textbook nothing can test %s: %t; but it is open: %t", was.ID, unknown, is != nil)
		}
		if is == nil {
			k.book.isOver()
		}
	}
	if is != nil && is.Kind == incident.Flapping && is.PagesNow && run.Outcome != journey.Broken {
		called := was == nil || was.Kind != incident.Flapping || !was.Calmed
		if calls := k.book.calls(*is, run, called); calls == is.Calmed {
			k.Fatalf("by the textbook %s calls: %t; but it is calmed: %t", is.ID, calls, is.Calmed)
		}
	}
	if is != nil && is.Kind == incident.Flapping && !is.Evident.Equal(k.book.evident) {
		k.Fatalf("by the textbook %s was evident until %v: %v", is.ID, k.book.evident, is.Evident)
	}
}

// slow checks degraded.
func (k *trial) slow(before, after judge.JourneyState, run journey.Run) {
	was, is := find(before, incident.Degraded), find(after, incident.Degraded)
	want := was != nil
	switch fails := find(after, incident.Down, incident.Flapping) != nil; {
	case run.Outcome == journey.Slow:
		want = want || !fails && k.book.becomesSlow(run)
		if want && was == nil {
			k.book.slow.began = append(k.book.slow.began, run.Slot)
		}
		if want && (was == nil || k.book.often(run.Region)) {
			k.book.slow.last = run.Slot
		}
	case run.Outcome == journey.Passed && was != nil:
		want = k.book.staysSlow(*was, run.Slot)
	}
	if want != (is != nil) {
		k.Fatalf("by the textbook degraded is open: %t; it is %+v", want, is)
	}
}

// broken checks probe faults.
func (k *trial) broken(before, after judge.JourneyState, run journey.Run) {
	was, is := find(before, incident.ProbeFault), find(after, incident.ProbeFault)
	want := was != nil
	streak := k.book.breakages(run.Region) >= k.book.tooBroken(run.Region)
	switch {
	case run.Outcome == journey.Broken && was == nil:
		if want = streak || k.book.breaks(run.Slot, 1, 1e-6) || k.book.breaks(run.Slot, 6, 1e-6); want {
			k.book.broken.began, k.book.broken.last = append(k.book.broken.began, run.Slot), run.Slot
		}
	case run.Outcome != journey.Broken && was != nil:
		want = k.book.staysBroken(*was, run.Slot)
	case run.Outcome == journey.Broken && (streak || k.book.breaks(run.Slot, 6, 1e-2)):
		k.book.broken.last = run.Slot
	}
	if want != (is != nil) {
		k.Fatalf("by the textbook a probe fault is open: %t; it is %+v", want, is)
	}
	if was != nil && is == nil {
		k.book.mended = map[string]int{}
		for region, runs := range k.book.runs {
			k.book.mended[region] = len(runs)
		}
	}
}

// once checks that there is at most one open incident of a kind, that none of them is resolved, and that the outbox has
// the newest state of each.
func (k *trial) once(s judge.JourneyState) {
	kinds := map[incident.Kind]int{}
	for _, i := range s.Open {
		kind := i.Kind
		if kind == incident.Flapping {
			kind = incident.Down
		}
		if kinds[kind]++; kinds[kind] > 1 || i.State != incident.Open {
			k.Fatalf("%d open of the kind of %s, which is %s", kinds[kind], i.ID, i.State)
		}
		if !slices.ContainsFunc(s.Outbox, func(o incident.Incident) bool { return o.ID == i.ID && o.Runs == i.Runs }) {
			k.Fatalf("the outbox has not the newest state of %s", i.ID)
		}
	}
	const most = 64 << 10
	if n := len(text(k, s)); n > most {
		k.Fatalf("the state has grown to %d bytes", n)
	}
}

func find(s judge.JourneyState, kinds ...incident.Kind) *incident.Incident {
	i := slices.IndexFunc(s.Open, func(i incident.Incident) bool { return slices.Contains(kinds, i.Kind) })
	if i < 0 {
		return nil
	}
	return &s.Open[i]
}

func text(k *trial, s judge.JourneyState) string {
	data, err := json.Marshal(s)
	if err != nil {
		k.Fatal(err)
	}
	return string(data)
}

// back returns the state after a round trip through the disk.
func back(k *trial, s judge.JourneyState) (same judge.JourneyState) {
	data := text(k, s)
	if err := json.Unmarshal([]byte(data), &same); err != nil || text(k, same) != data {
		k.Fatalf("the state does not come back from the disk as it went: %v\n%s", err, data)
	}
	return same
}
