package browser

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"valkyrie/probes/browser/har"
	"valkyrie/probes/browser/keyboard"
	"valkyrie/probes/browser/mouse"
)

// Fill replaces the field's content with text by typing it, and checks that the field then holds it. A page may format the
// text (a card number in groups, a phone number in brackets, an amount, capitals), complete it, or turn it into tags; any other
// content fails the step; where a customer would accept it, use Click and Type. A date, a time, a colour or a range is set as its
// picker would set it; give it as "2026-12-24", "14:30", "#ff8800", "7". A text of several lines presses Enter between them.
func (tab *Tab) Fill(l Locator, text string) {
	n := tab.newEntry(fmt.Sprintf("could not fill in the %s", l), maxRefills)
	tab.entries[n-1].enter = func(failure string) { tab.fill(l, text, n, failure) }
	tab.enter(n)
}

// An entry is a text, a choice or a tick that the page must keep until the next click. Its number is its index, from 1.
type entry struct {
	failure string               // "could not fill in the field "Name""
	enter   func(failure string) // enters it, or ends the step
	again   int                  // how often it was entered again after the page had undone it
	most    int                  // how often a person would do so
	at      time.Time            // when it was entered
	slowly  bool                 // the page has lost letters of it
	frame   frame                // where it was chosen or ticked
}

// maxRefills is how often a person types into the same field again before giving up. One who sees a choice or a tick undone does
// it once again.
const (
	maxRefills  = 3
	maxRechecks = 1
)

// newEntry adds an entry and returns its number.
func (tab *Tab) newEntry(failure string, most int) int {
	tab.entries = append(tab.entries, &entry{failure: failure, most: most})
	return len(tab.entries)
}

// enter makes an entry. A page that saves a choice or a tick at once may undo it when the request has failed.
func (tab *Tab) enter(number int) {
	e := tab.entries[number-1]
	began := epochMS(time.Now())
	e.enter(e.failure)
	e.at = time.Now()
	if e.most != maxRechecks {
		return
	}
	if tab.isSaving(began) && tab.goesBack(number, answerTime) {
		tab.fail("%s: the page has set it back%s", e.failure, tab.saidNote(e.frame))
	}
	tab.unsettled = number
}

// settleTime is how long a person takes from a choice or a tick to what they do next. They see a page that sets it back meanwhile.
const settleTime = 250 * time.Millisecond

// settle waits until that time is over since the latest choice or tick, if scripts of the page have noticed it: no other page sets it back.
// It repeats one that the page has undone.
func (tab *Tab) settle() {
	number := tab.unsettled
	if tab.unsettled = 0; number == 0 {
		return
	}
	e := tab.entries[number-1]
	if time.Since(e.at) < settleTime {
		if n, err := e.frame.listeners(tab.ctx, append([]string{"input", "change"}, pressTypes...)); err != nil || n == 0 {
			return
		}
	}
	if tab.goesBack(number, max(time.Millisecond, settleTime-time.Since(e.at))) {
		tab.enterAgain(number, false)
	}
}

// undoTime is how long after an entry the page may undo it, for one that is watched; answerTime is how long it may take for that
// after a request was answered.
const (
	undoTime   = time.Second
	answerTime = 150 * time.Millisecond
)

// isSaving waits, for undoTime at most, for the answers to requests of the page since a time; false if there are none that may save
// something.
func (tab *Tab) isSaving(since float64) bool {
	timer := time.NewTimer(undoTime)
	defer timer.Stop()
	for saves := false; ; {
		all, news := tab.recorder.Answers(tab.id, since)
		open := false
		for _, a := range all {
			if a.Method != http.MethodGet && har.FirstParty(tab.site, a.URL) {
				saves, open = true, open || a.Ended == 0 && a.Failure == ""
			}
		}
		if !open {
			return saves
		}
		select {
		case <-news:
		case <-timer.C:
			return saves
		case <-tab.ctx.Done():
			return saves
		}
	}
}

// enterAgain repeats an entry that the page has undone, as it may when its scripts take over what the server sent. It then watches
// the entry for as long as that took, since a page that undoes it once more would do so to everyone.
func (tab *Tab) enterAgain(number int, slowly bool) {
	e := tab.entries[number-1]
	e.slowly = e.slowly || slowly
	for {
		if e.again++; e.again > e.most {
			tab.fail("%s: the page keeps setting it back%s", e.failure, tab.saidNote(e.frame))
		}
		took := min(time.Since(e.at)+answerTime, undoTime)
		e.enter(e.failure)
		e.at = time.Now()
		if !tab.goesBack(number, took) {
			return
		}
	}
}

// saidNote quotes the messages of errors in a frame; "" if there are none, or it does not answer. The frame of a text is unknown: then it
// is the page.
func (tab *Tab) saidNote(f frame) string {
	if f.target == nil {
		f = tab.top()
	}
	r, err := tab.evaluateOnce(f, query{Op: "said"})
	if err != nil {
		return ""
	}
	return r.Text
}

// goesBack reports whether the page undoes an entry within d.
func (tab *Tab) goesBack(number int, d time.Duration) bool {
	for until := time.Now().Add(d); time.Now().Before(until) && tab.ctx.Err() == nil; {
		r, err := tab.acrossFrames(query{Op: "lost", Number: number}, min(tab.timeSlice(), time.Until(until)))
		if err != nil || r.OK {
			return err == nil
		}
	}
	return false
}

// fill types until the field holds the text. A page may need time for a key, move the caret, or draw the field anew: the second
// attempt is at a hand's speed, and a mismatch then is the page's doing.
func (tab *Tab) fill(l Locator, text string, number int, failure string) {
	q := query{Op: "fill", Target: l, Text: text, Number: number, Secret: tab.step.Mask().AddPart(text) || tab.step.Mask().Has(text)}
	strokes := keyboard.Strokes(text)
	slowly := tab.entries[number-1].slowly
	why := "" // the attempt before has failed
	for attempt := 1; ; attempt++ {
		r := tab.aimFrom(q, failure, cmp.Or(why, noAnswer))
		if r.ReadOnly {
			open := query{Op: "click", Target: l}
			tab.clickAt(tab.aim(open, failure), open, failure)
			q.Option = "pressed"
			r = tab.aimFrom(q, failure, cmp.Or(why, noAnswer))
		}
		q := q
		if !r.Done {
			q.Op = "enter"
			r = tab.action(r.frame, q, failure)
		}
		before, pace := time.Now(), time.Duration(0)
		if !r.Picked {
			if text == "" && r.Text != "" {
				strokes = keyboard.Delete()
			}
			if slowly {
				pace = tab.handPace(len(strokes))
			}
			before = tab.send(r.frame, failure, strokes, pace)
		}
		q.Op = "entered"
		got, err := tab.evaluateOnce(r.frame, q)
		if err != nil && !replaced(err) {
			if why != "" && tab.ctx.Err() != nil {
				tab.fail("%s: %s", failure, why)
			}
			tab.mustCall(failure, err)
		}
		if err != nil || got.OK { // a document that was replaced was left with the typed text
			tab.snapshotRoots(got)
			tab.beginWait(got.Acted, before)
			return
		}
		if why = got.Why; slowly && !r.Picked && pace < handPace && len(strokes) > 1 {
			why += "; the step's limit left no time to type at a hand's speed"
		}
		if attempt > 1 && !got.Paste || !got.Again || attempt > 2 {
			tab.fail("%s: %s", failure, why)
		}
		if slowly = true; got.Paste {
			strokes = []keyboard.Stroke{{Insert: text}}
		}
	}
}

// handPace is the time between two keys of a person: ten keys a second.
const handPace = 100 * time.Millisecond

// handPace is the time between so many keys, of which the step's limit must leave some for the rest.
func (tab *Tab) handPace(keys int) time.Duration {
	deadline, ok := tab.step.Context().Deadline()
	if !ok {
		return handPace
	}
	return min(handPace, max(0, time.Until(deadline)*3/5/time.Duration(max(keys, 1))))
}

// framePause is the shortest pause that a frame's timers keep: they round a shorter one up.
const framePause = 10 * time.Millisecond

// send types the strokes with a pause between them, and returns when the last one was sent. The pause is one of the frame's own clock:
// on a busy machine its timers run late, and so do those by which it handles a key.
func (tab *Tab) send(f frame, failure string, strokes []keyboard.Stroke, pace time.Duration) (last time.Time) {
	for i, s := range strokes {
		if i > 0 && pace > 0 {
			rest := pace - time.Since(last)
			if rest < framePause {
				sleep(tab.ctx, rest)
			} else if err := f.evaluate(tab.ctx, fmt.Sprintf("new Promise((done) => setTimeout(() => done(0), %d))", rest.Milliseconds()), new(int)); err != nil {
				sleep(tab.ctx, rest) // the document was replaced
			}
		}
		last = time.Now()
		tab.mustCall(failure, keyboard.Send(tab.ctx, tab.target(), s))
	}
	return last
}

// beginWait starts a wait when the page got the action, or when it was sent if the page did not report it.
func (tab *Tab) beginWait(acted float64, sent time.Time) {
	if acted == 0 {
		acted = epochMS(sent)
	}
	tab.wait.begin(tab.step, acted)
}

// Type types text on the keyboard, into whatever has the focus: after a click on an editor or on the first box of a code, or in a
// game. It does not check the result; see Fill. So it types at a hand's speed, and a text of more than 20 characters within two seconds.
func (tab *Tab) Type(text string) {
	failure := "could not type"
	tab.settle()
	strokes := keyboard.Strokes(text)
	tab.step.Mask().AddPart(text)
	tab.snapshotRoots(tab.poll(query{Op: "snapshot"}, failure))
	tab.beginWait(0, tab.send(tab.top(), failure, strokes, min(tab.handPace(len(strokes)), typeTime/time.Duration(max(len(strokes), 1)))))
}

// typeTime is the longest time for the pauses of Type.
const typeTime = 2 * time.Second

// Press presses a key or a chord on the focused element: "Enter", "Escape", "Tab", "ArrowDown", "F2", "a", "Control+A". Names
// are those of the UI Events standard, and codes such as "Numpad1" are known too.
func (tab *Tab) Press(key string) {
	failure := fmt.Sprintf("could not press %s", key)
	events, err := keyboard.Chord(key)
	if err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	tab.settle()
	tab.snapshotRoots(tab.poll(query{Op: "snapshot"}, failure))
	at := time.Now()
	if err := keyboard.Send(tab.ctx, tab.target(), keyboard.Stroke{Events: events}); err != nil && !tab.closedItself() {
		tab.mustCall(failure, err)
	}
	tab.beginWait(0, at)
}

// ScrollTo scrolls until the element shows: down through the page and the boxes in it that scroll, while more is loaded or drawn, and
// once again from the top. An action needs it only for content that is loaded by scrolling: it scrolls to present elements by
// itself, and looks for rows in lists that draw only those in sight.
func (tab *Tab) ScrollTo(l Locator) {
	tab.poll(query{Op: "seek", Target: l}, fmt.Sprintf("could not scroll to the %s", l))
}

// Wheel turns the mouse wheel over the element by so many CSS pixels, to the right and down.
func (tab *Tab) Wheel(l Locator, right, down float64) {
	failure := fmt.Sprintf("could not turn the wheel over the %s", l)
	r := tab.aim(query{Op: "hover", Target: l}, failure)
	at := time.Now()
	tab.mustCall(failure, mouse.Wheel(tab.ctx, tab.target(), r.X, r.Y, right, down))
	tab.beginWait(0, at)
}
