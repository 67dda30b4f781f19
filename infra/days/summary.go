package days

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"valkyrie/alerts/incident"
	"valkyrie/probes/journey"
)

// A Summary is how a journey has fared over many runs.
type Summary struct {
	Journey           string
	Runs, Good, Flaky int64
	durations         sample // of the good runs
	steps             map[string]*sample
}

// Add adds a run.
func (s *Summary) Add(r journey.Run) {
	s.Runs++
	if !r.Outcome.Good() {
		return // a failed run lasts as long as its limit, not as long as the site took
	}
	s.Good++
	if r.Flaky() {
		s.Flaky++
	}
	s.durations.add(r.DurationMS, 1)
	for _, step := range r.Steps {
		if !step.Cleanup {
			s.step(step.Name).add(step.DurationMS, 1)
		}
	}
}

// AddDay adds all runs of a day.
func (s *Summary) AddDay(d Day) {
	s.Runs, s.Good, s.Flaky = s.Runs+d.Runs, s.Good+d.Good, s.Flaky+d.Flaky
	s.durations.addAll(d.Durations)
	for name, of := range d.Steps {
		s.step(name).addAll(of)
	}
}

func (s *Summary) step(name string) *sample {
	if s.steps == nil {
		s.steps = map[string]*sample{}
	}
	if s.steps[name] == nil {
		s.steps[name] = &sample{}
	}
	return s.steps[name]
}

// Quantile returns the nearest-rank quantile of the good runs' durations, in milliseconds; false: there are none.
func (s *Summary) Quantile(q float64) (ms int64, ok bool) { return s.durations.quantile(q) }

// SlowestStep returns the step with the longest median in the good runs, in milliseconds; false: there is none.
func (s *Summary) SlowestStep() (name string, medianMS int64, ok bool) {
	for step, of := range s.steps {
		ms, _ := of.quantile(0.5)
		if !ok || cmp.Or(cmp.Compare(ms, medianMS), cmp.Compare(step, name)) > 0 {
			name, medianMS, ok = step, ms, true
		}
	}
	return name, medianMS, ok
}

// A sample counts durations by their milliseconds: exactly, or by the middle of their buckets once there are many different ones.
type sample struct {
	counts  map[int64]int64
	buckets bool
}

// mostExact is the number of different durations that are counted exactly. There are fewer buckets than that.
const mostExact = 4096

func (s *sample) add(ms, n int64) {
	if s.counts == nil {
		s.counts = map[int64]int64{}
	}
	if s.buckets {
		ms = middleOf(bucketOf(ms))
	}
	s.counts[ms] += n
	if len(s.counts) <= mostExact {
		return
	}
	exact := s.counts
	s.counts, s.buckets = map[int64]int64{}, true
	for ms, n := range exact {
		s.counts[middleOf(bucketOf(ms))] += n
	}
}

func (s *sample) addAll(d Distribution) {
	for _, b := range d.buckets {
		s.add(middleOf(b.index), b.count)
	}
}

func (s *sample) quantile(q float64) (ms int64, ok bool) {
	var all int64
	for _, n := range s.counts {
		all += n
	}
	rank := min(int64(q*float64(all)), all-1)
	for _, ms := range slices.Sorted(maps.Keys(s.counts)) {
		if rank -= s.counts[ms]; rank < 0 {
			return ms, true
		}
	}
	return 0, false
}

// Summaries are the summaries of journeys, by name.
type Summaries map[string]*Summary

// Add adds a run.
func (s Summaries) Add(r journey.Run) { s.of(r.Journey).Add(r) }

func (s Summaries) of(name string) *Summary {
	if s[name] == nil {
		s[name] = &Summary{Journey: name}
	}
	return s[name]
}

// InOrder lists the summaries by the names of the journeys.
func (s Summaries) InOrder() (all []*Summary) {
	for _, name := range slices.Sorted(maps.Keys(s)) {
		all = append(all, s[name])
	}
	return all
}

// Summarize adds up the runs of a query, which has no limit. Whole days come from a store that is a [Log], and the runs of the
// first and the last day, if only a part of them is asked for, from its runs. It calls progress now and then with the number of
// runs read or added up so far.
func Summarize(ctx context.Context, store incident.RunLog, q incident.RunQuery, progress func(runs int64)) (Summaries, error) {
	all, runs := Summaries{}, int64(0)
	q.Lean = true
	read := func(since, until time.Time) error {
		part := q
		part.Since, part.Until = since, until
		for run, err := range incident.StreamRuns(ctx, store, part) {
			if err != nil {
				return err
			}
			all.Add(run)
			if runs++; runs%100 == 0 {
				progress(runs)
			}
		}
		return nil
	}
	from, until := Of(q.Since), Of(q.Until) // the whole days
	if from.Before(q.Since) {
		from = Next(from)
	}
	if q.Until.IsZero() {
		until = time.Time{}
	}
	log, ok := store.(Log)
	if !ok || !until.IsZero() && !from.Before(until) {
		return all, read(q.Since, q.Until)
	}
	if q.Since.Before(from) {
		if err := read(q.Since, from); err != nil {
			return all, err
		}
	}
	for day, err := range log.Days(ctx, q.Journey, from, until) {
		if err != nil {
			return all, err
		}
		all.of(day.Journey).AddDay(day)
		runs += day.Runs
		progress(runs)
	}
	if until.Before(q.Until) {
		return all, read(until, q.Until)
	}
	return all, nil
}
