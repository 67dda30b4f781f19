package browser

import (
	"fmt"
	"time"

	"valkyrie/probes/browser/keyboard"
	"valkyrie/probes/browser/mouse"
)

// Fill replaces the field's content with text by typing it, and checks that the field then holds it. A page may format the
// text (a card number in groups, a phone number in brackets, an amount, capitals), complete it, or turn it into tags; any other
// content fails the step; where a customer would accept it, use Click and Type. A date, a time, a colour or a range is set as its
// picker would set it; give it as "2026-12-24", "14:30", "#ff8800", "7". A text of several lines presses Enter between them.
func (tab *Tab) Fill(l Locator, text string) {
	tab.fills = append(tab.fills, fill{field: l, text: text})
	tab.fill(len(tab.fills), fmt.Sprintf("could not fill in the %s", l))
}

// A fill is a field and its wanted content. Its id is its index, from 1.
type fill struct {
	field   Locator
	text    string
	refills int // after the page has emptied the field
}

// maxRefills is how often a person types into the same field again before giving up.
const maxRefills = 3

// fillAgain fills in a field that the page has emptied since, as it may when its scripts take over what the server sent.
func (tab *Tab) fillAgain(id int) {
	f := &tab.fills[id-1]
	failure := fmt.Sprintf("could not fill in the %s", f.field)
	if f.refills++; f.refills > maxRefills {
		tab.fail("%s: the page keeps emptying it", failure)
	}
	tab.fill(id, failure)
}

// fill types until the field holds the text. A second attempt is a person's who sees that the page has moved the caret or has
// drawn the field anew; a second mismatch is the page's doing.
func (tab *Tab) fill(id int, failure string) {
	f := tab.fills[id-1]
	q := query{Op: "fill", Target: f.field, Text: f.text, Number: id, Secret: tab.step.Mask().Text(f.text) != f.text}
	strokes := keyboard.Strokes(f.text)
	for attempt := 1; ; attempt++ {
		r := tab.aim(q, failure)
		q := q
		if !r.Done {
			q.Op = "enter"
			r = tab.action(r.frame, q, failure)
		}
		before := time.Now()
		if !r.Picked {
			if f.text == "" && r.Text != "" {
				strokes = keyboard.Delete()
			}
			before = tab.send(failure, strokes)
		}
		q.Op = "entered"
		got, err := tab.evaluateOnce(r.frame, q)
		if err != nil && !replaced(err) {
			tab.mustCall(failure, err)
		}
		if err != nil || got.OK { // a document that was replaced was left with the typed text
			tab.snapshotRoots(got)
			tab.beginWait(got.Acted, before)
			return
		}
		if attempt > 1 && !got.Paste || !got.Again || attempt > 2 {
			tab.fail("%s: %s", failure, got.Why)
		}
		if got.Paste {
			strokes = []keyboard.Stroke{{Insert: f.text}}
		}
	}
}

// send types the strokes, and returns when the last one was sent.
func (tab *Tab) send(failure string, strokes []keyboard.Stroke) (last time.Time) {
	most := max(len(strokes)-1, 0)
	tab.mustCall(failure, keyboard.Send(tab.ctx, tab.target(), strokes[:most]...))
	last = time.Now()
	tab.mustCall(failure, keyboard.Send(tab.ctx, tab.target(), strokes[most:]...))
	return last
}

// beginWait starts a wait when the page got the action, or when it was sent if the page did not report it.
func (tab *Tab) beginWait(acted float64, sent time.Time) {
	if acted == 0 {
		acted = epochMS(sent)
	}
	tab.wait.begin(tab.step, acted)
}

// Type types text on the keyboard, into whatever has the focus: after a click on an editor, or in a game. It does not check
// what the page makes of it; see Fill.
func (tab *Tab) Type(text string) {
	failure := "could not type"
	tab.snapshotRoots(tab.poll(query{Op: "snapshot"}, failure))
	tab.beginWait(0, tab.send(failure, keyboard.Strokes(text)))
}

// Press presses a key or a chord on the focused element: "Enter", "Escape", "Tab", "ArrowDown", "F2", "a", "Control+A". Names
// are those of the UI Events standard, and codes such as "Numpad1" are known too.
func (tab *Tab) Press(key string) {
	failure := fmt.Sprintf("could not press %s", key)
	events, err := keyboard.Chord(key)
	if err != nil {
		tab.step.Brokenf("%s: %v", failure, err)
	}
	tab.snapshotRoots(tab.poll(query{Op: "snapshot"}, failure))
	at := time.Now()
	tab.mustCall(failure, keyboard.Send(tab.ctx, tab.target(), keyboard.Stroke{Events: events}))
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
