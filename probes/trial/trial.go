// Package trial runs a journey for the person who writes it: up to the step that fails, where it keeps the browser open and says what the
// page offers, what the step came near to, and which line of code to change.
//
// It exists because most runs of a new journey fail by a name that is not quite that of the page. A run says so after the step's whole
// limit, and with an error made for the person on call. A trial has the verdict of a run, since the runner and the browser are the same,
// but it ends a step's wait as soon as nothing on the page can change any more (browser.Settled), and answers with code.
//
// The program functions/try is made of this package and the journeys alone, so that it is linked in half a second; valkyrie try builds
// it at each save and speaks with it (Child, Task, Event).
package trial

import (
	"context"
	"fmt"
	"strings"
	"time"

	"valkyrie/probes/browser"
	"valkyrie/probes/journey"
)

// A Trial is one run of a journey that is being written.
type Trial struct {
	Stage journey.Stage
	Root  string                    // the module's folder, in which the journey's code is
	Once  bool                      // end after the run, instead of keeping the browser open
	Last  int                       // the number of the step to stop after; 0: the journey's last
	Pause func(ctx context.Context) // returns when the next step may begin; nil: no pause
	Hold  func(ctx context.Context) // returns when the browser need not stay open
	Print func(text string)         // gets the lines for the person, without the last line's end

	steps   int // of the journey that are played
	at      int // the number of the step that runs
	begun   time.Time
	t       *journey.T
	unmet   browser.Unmet // the look at the page that was not met last
	since   time.Time     // when that wait began
	hinted  bool          // the near matches were printed while the step waits
	endedAt time.Duration // after which the step's wait was ended, as nothing could change the page; 0: it was not
}

// A trial's own times. The runner is given more than any person keeps a browser open.
const (
	longest     = 100 * time.Hour
	patience    = 300 * time.Millisecond // from which a wait is ended if the page is settled
	hintAfter   = time.Second            // from which a wait that goes on is commented
	offersLimit = 15 * time.Second
)

// Run plays the journey. Its verdict is that of a run, of the steps up to Last.
func (tr *Trial) Run(ctx context.Context, j journey.Journey) journey.Run {
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	if tr.Last > 0 && tr.Last < len(j.Steps) {
		j.Steps = j.Steps[:tr.Last]
	}
	tr.steps = len(j.Steps)
	tab, _ := j.Uses.(*browser.Tab)
	if tab != nil {
		browser.OnUnmet(tab, func(u browser.Unmet) bool { return tr.isOver(ctx, u) })
	}
	j.Steps = append([]journey.Step{}, j.Steps...)
	for i, s := range j.Steps {
		j.Steps[i].Do = func(t *journey.T) {
			tr.at, tr.begun, tr.t, tr.unmet, tr.endedAt = i+1, time.Now(), t, browser.Unmet{}, 0
			s.Do(t)
		}
	}
	r := journey.Runner{Stage: tr.Stage, Region: "laptop", OnStep: func(_ journey.Run, res journey.StepResult) { tr.after(ctx, tab, res) }}
	run := r.Run(ctx, j, time.Now().Truncate(time.Millisecond))
	if _, ofStep := run.Culprit(); run.Error != "" && (!ofStep || run.Outcome.Good()) { // no step's line has it
		tr.Print(run.Error)
	}
	return run
}

// after reports a step that has ended. It keeps the browser open after the one that ends the run.
func (tr *Trial) after(ctx context.Context, tab *browser.Tab, res journey.StepResult) {
	tr.Print(stepLine(res))
	if res.Cleanup {
		return
	}
	failed := !res.Outcome.Good()
	if tr.endedAt > 0 {
		tr.Print(fmt.Sprintf("  (ended after %v of its %v: nothing on the page can change any more, so that the verdict is that of a run)",
			tr.endedAt.Round(100*time.Millisecond), time.Duration(res.LimitMS)*time.Millisecond))
	}
	switch last := failed || tr.at == tr.steps; {
	case last && (failed || !tr.Once):
		tr.report(ctx, tab, failed && tr.missed(res))
		fallthrough
	case last:
		if !tr.Once {
			tr.Hold(ctx)
		}
	case tr.Pause != nil:
		tr.Print(fmt.Sprintf("paused after step %d of %d; Enter goes on", tr.at, tr.steps))
		tr.Pause(ctx)
	}
}

// isOver reports whether a wait is to end before its limit, and comments one that goes on.
func (tr *Trial) isOver(ctx context.Context, u browser.Unmet) bool {
	if u.Tab == nil || tr.t == nil {
		return false
	}
	if u.Failure != tr.unmet.Failure {
		tr.since, tr.hinted = time.Now(), false
	}
	tr.unmet = u
	waited := time.Since(tr.since)
	end, ok := tr.t.Context().Deadline()
	if !ok || waited < patience {
		return false
	}
	if settled, _ := browser.Settled(ctx, u.Tab, time.Until(end)); settled {
		tr.endedAt = time.Since(tr.begun)
		return true
	}
	if waited > hintAfter && !tr.hinted && !tr.Once {
		tr.hinted = true
		tr.Print(fmt.Sprintf("  … %s: %s\n  the step waits on for %v, as the page may change", u.Failure, u.Why, time.Until(end).Round(time.Second)))
		tr.report(ctx, u.Tab, true)
	}
	return false
}

// missed reports whether a step has failed by the wait that was not met last, and not by something after it.
func (tr *Trial) missed(res journey.StepResult) bool {
	return tr.unmet.Tab != nil && strings.Contains(res.Error, tr.unmet.Failure)
}

// report prints what the page offers. After a locator that was missed, the near matches come first, with the corrected line. One that
// means several elements is not misspelt: the step's error has a locator for each of them, and no match is nearer than those.
func (tr *Trial) report(ctx context.Context, tab *browser.Tab, missed bool) {
	if missed {
		tab = tr.unmet.Tab
	}
	if tab == nil || tr.t == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, offersLimit)
	defer cancel()
	offers, more, err := browser.Offers(ctx, tab)
	if err != nil {
		tr.Print(err.Error())
		return
	}
	var near []Match
	if missed && tr.unmet.Target.By != "" && !tr.unmet.Several {
		near = Near(tr.unmet.Op, tr.unmet.Target, offers)
	}
	if len(near) > 0 && near[0].Nearness >= isMeant {
		tr.correct(near)
	}
	if len(near) > 0 {
		tr.Print("near it:\n" + list(codes(near), maxNear))
	}
	tr.Print("the page offers:\n" + Listing(without(offers, near), maxListed, more))
}

// correct prints the corrected line, if the code has the locator written out.
func (tr *Trial) correct(near []Match) {
	better := corrected(tr.unmet.Target, near[0].Target)
	choice := ""
	if n := equallyNear(near); n > 1 {
		choice = fmt.Sprintf(" (the first of %d that are equally near)", n)
	}
	if c, ok := Correct(tr.Root, tr.unmet.Callers, tr.unmet.Target, better); ok {
		tr.Print("corrected line" + choice + ":\n" + c.String())
		return
	}
	where := ""
	if len(tr.unmet.Callers) > 0 {
		where = fmt.Sprintf(", at %s:%d", strings.TrimPrefix(tr.unmet.Callers[0].File, "valkyrie/"), tr.unmet.Callers[0].Line)
	}
	tr.Print("use " + better.Code() + choice + where)
}

// equallyNear is how many matches are as near as the first.
func equallyNear(near []Match) int {
	n := 0
	for n < len(near) && near[n].Nearness == near[0].Nearness {
		n++
	}
	return n
}
