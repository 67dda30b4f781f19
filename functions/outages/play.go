package outages

import (
	"context"
	"errors"
	"fmt"
	"time"

	"valkyrie/alerts/judge"
	"valkyrie/probes/journey"
)

// Play plays a scenario to its end and returns its result. An error is a fault of our own; the result is then invalid.
func Play(ctx context.Context, s Scenario, stage Stage) (Result, error) {
	w, err := newWorld(ctx, s, stage)
	if err != nil {
		return Result{}, fmt.Errorf("outage %s: %w", s.Name, err)
	}
	err = errors.Join(w.play(ctx), w.close())
	if err != nil {
		return w.result, fmt.Errorf("outage %s: %w", s.Name, err)
	}
	w.result.judge()
	return w.result, nil
}

// play iterates over the slots.
func (w *world) play(ctx context.Context) error {
	end := w.scenario.Begins.Add(w.scenario.Lasts)
	due := map[string]time.Time{}
	for slot := w.scenario.Begins; !slot.After(end); slot = slot.Add(w.scenario.every()) {
		if err := w.triggerEvents(ctx, slot); err != nil {
			return err
		}
		if w.clock.Set(slot); w.clock.Now().Sub(slot) >= w.scenario.every() {
			continue // the previous slot took that long
		}
		for _, make := range w.makers {
			j := make()
			if slot.Before(due[j.Name]) {
				continue
			}
			due[j.Name] = slot.Truncate(j.Cadence(w.scenario.every())).Add(j.Cadence(w.scenario.every()))
			if err := w.probe(ctx, make, slot); err != nil {
				return err
			}
		}
		if err := w.runPagerUntil(ctx, slot.Add(min(w.scenario.every(), time.Minute))); err != nil {
			return err
		}
	}
	return w.collect(ctx)
}

// triggerEvents triggers the events due until the slot, at their times: faults and batches.
func (w *world) triggerEvents(ctx context.Context, slot time.Time) error {
	for at := w.next(slot); !at.IsZero(); at = w.next(slot) {
		w.clock.Set(at)
		for i, o := range w.scenario.Faults {
			if on := o.On(at.Sub(w.scenario.Begins)); on != w.result.on(i) {
				w.result.switched(i, on, at)
				w.report(at, "%s: %s", map[bool]string{true: "BROKEN", false: "REPAIRED"}[on], o.Fault)
				if err := w.shop.SetFault(o.Fault, on); err != nil {
					return err
				}
			}
		}
		for i, b := range w.batches {
			if !w.result.mailed[i] && !at.Before(w.scenario.Begins.Add(b.At)) {
				w.result.mailed[i] = true
				if b.Teachers != ordinaryBatch {
					w.report(at, "the weekly batch starts, for %d teachers", b.Teachers)
				}
				w.shop.MailWeekly(ctx, b.Teachers)
			}
		}
	}
	return w.batch
}

// next returns the time of the next event until the slot; zero: there is none.
func (w *world) next(slot time.Time) time.Time {
	var first time.Time
	consider := func(d time.Duration, done bool) {
		at := w.scenario.Begins.Add(d)
		if !done && !at.After(slot) && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	for i, o := range w.scenario.Faults {
		consider(o.From, w.result.begun(i))
		if o.For > 0 {
			consider(o.From+o.For, !w.result.on(i))
		}
	}
	for i, b := range w.batches {
		consider(b.At, w.result.mailed[i])
	}
	return first
}

// probe runs a journey from every region that is not lost.
func (w *world) probe(ctx context.Context, make func() journey.Journey, slot time.Time) error {
	for _, r := range w.runners {
		if l := w.scenario.Lost; l != nil && r.Region == l.Region {
			if since := slot.Sub(w.scenario.Begins); since >= l.From && since < l.From+l.For {
				w.result.feels(w.scenario.Begins.Add(l.From), w.scenario.Begins.Add(l.From+l.For))
				continue
			}
		}
		run := r.Probe(ctx, make, slot)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.result.Runs++
		decisions, err := w.recorder.Record(ctx, run)
		if err != nil {
			return err
		}
		if w.reportDecisions(decisions) {
			if err := w.runPager(ctx); err != nil { // a poke of the pager
				return err
			}
		}
	}
	return nil
}

// runPagerUntil runs the pager whenever work is due until then, as it runs every second.
func (w *world) runPagerUntil(ctx context.Context, until time.Time) error {
	for {
		if err := w.runPager(ctx); err != nil {
			return err
		}
		route, err := w.pager.State(ctx)
		if err != nil {
			return err
		}
		due := route.Due()
		if earliest := w.clock.Now().Add(time.Second); due.Before(earliest) && !due.IsZero() {
			due = earliest
		}
		if due.IsZero() || !due.Before(until) {
			return nil
		}
		w.clock.Set(due)
	}
}

// runPager runs the pager and completes its calls and texts, until nothing is due now.
func (w *world) runPager(ctx context.Context) error {
	decisions, err := w.recorder.Watch(ctx, w.clock.Now())
	if err != nil {
		return err
	}
	w.reportDecisions(decisions)
	for before := -1; before != w.exchange.Creates(""); {
		before = w.exchange.Creates("")
		if err := w.pager.Tick(ctx); err != nil {
			return err
		}
		patience, cancel := context.WithTimeout(ctx, 30*time.Second)
		_, errCalls := w.exchange.WaitCalls(patience, len(w.exchange.Calls()))
		_, errTexts := w.exchange.WaitTexts(patience, len(w.exchange.Texts()))
		cancel()
		if err := errors.Join(errCalls, errTexts); err != nil {
			return err
		}
	}
	return nil
}

// reportDecisions reports decisions to the caller, and returns whether one of them concerns people.
func (w *world) reportDecisions(decisions []judge.Decision) (news bool) {
	for _, d := range decisions {
		switch d.Verb {
		case judge.Opens, judge.Reopens, judge.Resolves:
			w.report(w.clock.Now(), "%s: %s", d.Verb, d.Reason)
			news = true
		}
	}
	return news
}

func (w *world) report(at time.Time, format string, args ...any) {
	if w.Report != nil {
		w.Report(at, format, args...)
	}
}

// collect reads the incidents from the store, and the calls and texts from the phone.
func (w *world) collect(ctx context.Context) error {
	var err error
	if w.result.incidents, err = w.store.Incidents(ctx, w.scenario.Begins); err != nil {
		return err
	}
	w.result.calls, w.result.texts = w.exchange.Calls(), w.exchange.Texts()
	return nil
}
