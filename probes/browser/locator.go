package browser

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"valkyrie/probes/browser/script"
)

// A Locator identifies an element by its visible properties, as a customer would. It searches shadow roots, open and closed, and frames.
//
// A name is the whole of the element's accessible name (https://www.w3.org/TR/accname-1.2/) or of the text that a person reads on
// it, as written or as CSS capitalizes it; what cannot be seen, such as a soft hyphen, does not count. Containing and Matching
// allow a part of it: Button("").Containing("Print").
type Locator struct {
	By      string   `json:"by"`
	Role    string   `json:"role,omitempty"`
	Value   string   `json:"value"`
	Part    string   `json:"containing,omitempty"`
	Pattern string   `json:"pattern,omitempty"`
	Other   *Locator `json:"or,omitempty"`
	Outer   *Locator `json:"within,omitempty"`
	Index   int      `json:"nth,omitempty"`
	// Point is where to point at the element: CSS pixels from its left and from its top; nil: its middle.
	Point *[2]float64 `json:"at,omitempty"`

	regexp string // Pattern as a regular expression of JavaScript
	fault  error  // the first of Part, Pattern or Point

	holdsFrame bool // as an outer locator: it matches an element around the frame in which the search is
}

// Containing matches only elements whose name, or displayed text, contains this: Button("").Containing("Print"). A locator takes one: a
// step that uses it with two is broken at once.
func (l Locator) Containing(text string) Locator {
	if l.Part != "" {
		l.fault = cmp.Or(l.fault, fmt.Errorf("Containing(%q) after Containing(%q): a locator takes one; use a single Containing, or Matching with a pattern for both", text, l.Part))
	}
	l.Part = text
	if l.Other != nil {
		l = l.Or(l.Other.Containing(text))
	}
	return l
}

// Matching matches only elements whose name, or displayed text, matches a regular expression in Go's syntax:
// Text("").Matching(`^Order \d+$`). A locator takes one: a step that uses it with two, or with a wrong one, is broken at once.
func (l Locator) Matching(pattern string) Locator {
	if l.Pattern != "" {
		l.fault = cmp.Or(l.fault, fmt.Errorf("Matching(%q) after Matching(%q): a locator takes one; use a single pattern for both", pattern, l.Pattern))
	}
	var wrong error
	l.Pattern = pattern
	l.regexp, wrong = script.Regexp(pattern)
	l.fault = cmp.Or(l.fault, wrong)
	if l.Other != nil {
		l = l.Or(l.Other.Matching(pattern))
	}
	return l
}

// Or matches either of two: whichever appears first.
func (l Locator) Or(other Locator) Locator {
	l.Other = &other
	return l
}

// Within matches inside another element, as it is displayed: the button "Remove" within the row "Animal Bingo". That may be in a frame
// of it, or be the frame.
func (l Locator) Within(outer Locator) Locator {
	l.Outer = &outer
	if l.Other != nil {
		l = l.Or(l.Other.Within(outer))
	}
	return l
}

// Nth is the i-th of the visible matches, in document order; the first is 1.
func (l Locator) Nth(i int) Locator {
	l.Index = max(i, 1)
	return l
}

// At is a point of the element, x and y CSS pixels from its top left as it is displayed: a place on a map, a canvas or a
// drawing, for Click, DoubleClick, RightClick, Hover, Wheel and both ends of DragTo. The default is the middle. A step fails if
// the point is outside of the element or covered, and is broken if x or y is negative.
func (l Locator) At(x, y float64) Locator {
	l.Point = &[2]float64{x, y}
	if !(x >= 0 && y >= 0 && x+y <= math.MaxInt32) { // NaN too
		l.fault = cmp.Or(l.fault, fmt.Errorf("At(%v, %v): expected pixels from the element's left and top, 0 or more", x, y))
		l.Point = nil
	}
	if l.Other != nil {
		l = l.Or(l.Other.At(x, y))
	}
	return l
}

// Button is a button with this name: its text, or its label where it shows only a picture; "" means any.
func Button(name string) Locator { return Locator{By: "button", Value: name} }

// Link is a link with this text.
func Link(name string) Locator { return Locator{By: "link", Value: name} }

// Heading is a heading with this text.
func Heading(name string) Locator { return Locator{By: "heading", Value: name} }

// Field is a form field with this label.
func Field(label string) Locator { return Locator{By: "field", Value: label} }

// Checkbox is a checkbox or a switch with this label.
func Checkbox(label string) Locator { return Locator{By: "checkbox", Value: label} }

// Role is an element with an ARIA role, such as "tab" or "menuitem", and an accessible name; an empty name means any.
// Implicit roles count too (a li is a "listitem"). A row, an item or another part of the page is also named by one of its texts:
// Role("row", "Animal Bingo") has a cell with this text.
func Role(role, name string) Locator { return Locator{By: role, Role: role, Value: name} }

// Text is the innermost element whose displayed text contains this, case-sensitive and with white space collapsed. A button's
// label, the chosen option of a list and the content of a read-only field are text too; that of a field to be filled in is not.
func Text(text string) Locator { return Locator{By: "text", Value: text} }

// Frame is a frame with this title, for Within: Field("Card number").Within(Frame("Secure payment")). Without Within, a locator
// searches all frames.
func Frame(title string) Locator { return Locator{By: "frame", Value: title} }

// TestID is an element with this data-testid attribute.
func TestID(id string) Locator { return Locator{By: "test id", Value: id} }

// CSS is an element that matches a CSS selector; the last resort, as customers cannot see it.
func CSS(selector string) Locator { return Locator{By: "css", Value: selector} }

// MarshalJSON encodes the locator for script/find.js.
func (l Locator) MarshalJSON() ([]byte, error) {
	type plain Locator // without this method
	return json.Marshal(struct {
		plain
		Regexp     string `json:"matching,omitempty"`
		HoldsFrame bool   `json:"holdsFrame,omitempty"`
	}{plain(l), l.regexp, l.holdsFrame})
}

// check returns the fault of a part, a pattern or a point in the locator.
func (l Locator) check() error {
	for _, inner := range []*Locator{l.Other, l.Outer} {
		if inner != nil && inner.check() != nil {
			return inner.check()
		}
	}
	if l.Outer != nil && l.Outer.Point != nil {
		return errors.New("At has no meaning in Within; give it to the inner locator")
	}
	return l.fault
}

// hasOuter reports whether Within was called on the locator, or on one that it is joined with.
func (l Locator) hasOuter() bool { return l.Outer != nil || l.Other != nil && l.Other.hasOuter() }

// hasPoint reports whether At was called on the locator, or on one that it is joined with.
func (l Locator) hasPoint() bool { return l.Point != nil || l.Other != nil && l.Other.hasPoint() }

// String formats the locator for errors: `button "Print" in the row "Animal Bingo"`.
func (l Locator) String() string {
	s := l.By
	if l.Value != "" {
		s += fmt.Sprintf(" %q", l.Value)
	}
	if l.Part != "" {
		s += fmt.Sprintf(" containing %q", l.Part)
	}
	if l.Pattern != "" {
		s += fmt.Sprintf(" matching %q", l.Pattern)
	}
	if l.Index > 0 {
		s = fmt.Sprintf("%s number %d", s, l.Index)
	}
	if l.Outer != nil {
		s += " in the " + l.Outer.String()
	}
	if l.Point != nil {
		s = fmt.Sprintf("%s at %v, %v", s, l.Point[0], l.Point[1])
	}
	if l.Other != nil {
		s += " or " + l.Other.String()
	}
	return s
}
