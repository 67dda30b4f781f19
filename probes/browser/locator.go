package browser

import "fmt"

// A Locator identifies an element by its visible properties, as a customer would. It searches shadow roots, open and closed, and frames.
type Locator struct {
	By    string   `json:"by"`
	Role  string   `json:"role,omitempty"`
	Value string   `json:"value"`
	Other *Locator `json:"or,omitempty"`
	Outer *Locator `json:"within,omitempty"`
	Index int      `json:"nth,omitempty"`
}

// Or matches either of two: whichever appears first.
func (l Locator) Or(other Locator) Locator {
	l.Other = &other
	return l
}

// Within matches inside another element: the button "Remove" within the row "Animal Bingo".
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

// Button is a button with this accessible name: its text, or its label where it shows only a picture.
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
// Implicit roles count too (a li is a "listitem").
func Role(role, name string) Locator { return Locator{By: role, Role: role, Value: name} }

// Text is the innermost element whose text contains this, case-sensitive and with white space collapsed.
func Text(text string) Locator { return Locator{By: "text", Value: text} }

// TestID is an element with this data-testid attribute.
func TestID(id string) Locator { return Locator{By: "test id", Value: id} }

// CSS is an element that matches a CSS selector; the last resort, as customers cannot see it.
func CSS(selector string) Locator { return Locator{By: "css", Value: selector} }

// String formats the locator for errors: `button "Print" in the row "Animal Bingo"`.
func (l Locator) String() string {
	s := l.By
	if l.Value != "" {
		s += fmt.Sprintf(" %q", l.Value)
	}
	if l.Index > 0 {
		s = fmt.Sprintf("%s number %d", s, l.Index)
	}
	if l.Outer != nil {
		s += " in the " + l.Outer.String()
	}
	if l.Other != nil {
		s += " or " + l.Other.String()
	}
	return s
}
