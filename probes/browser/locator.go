package browser

import "fmt"

// A Locator says which element is meant, as a customer would: by what they can see. It reaches into shadow roots, open and
// closed, and into the page's frames.
type Locator struct {
	By    string   `json:"by"`
	Role  string   `json:"role,omitempty"`
	Value string   `json:"value"`
	Other *Locator `json:"or,omitempty"`
	Outer *Locator `json:"within,omitempty"`
	Index int      `json:"nth,omitempty"`
}

// Or is either of two: whatever comes first.
func (l Locator) Or(other Locator) Locator {
	l.Other = &other
	return l
}

// Within is the one inside of another: the button "Remove" within the row "Animal Bingo".
func (l Locator) Within(outer Locator) Locator {
	l.Outer = &outer
	if l.Other != nil {
		l = l.Or(l.Other.Within(outer))
	}
	return l
}

// Nth is the i-th of those that a person can see, in the order of the page; the first is 1.
func (l Locator) Nth(i int) Locator {
	l.Index = max(i, 1)
	return l
}

// Button is a button by its name: its text, or its label where it shows only a picture.
func Button(name string) Locator { return Locator{By: "button", Value: name} }

// Link is a link by its text.
func Link(name string) Locator { return Locator{By: "link", Value: name} }

// Heading is a heading by its text.
func Heading(name string) Locator { return Locator{By: "heading", Value: name} }

// Field is a form's field by its label.
func Field(label string) Locator { return Locator{By: "field", Value: label} }

// Checkbox is a box or a switch by its label.
func Checkbox(label string) Locator { return Locator{By: "checkbox", Value: label} }

// Role is an element by its ARIA role, such as "tab" or "menuitem", and its name. An empty name means any. Elements that
// have a role by themselves (a li is a "listitem") count too.
func Role(role, name string) Locator { return Locator{By: role, Role: role, Value: name} }

// Text is any element that shows text (part of what it shows, letters exact, white space folded).
func Text(text string) Locator { return Locator{By: "text", Value: text} }

// TestID is an element by its data-testid attribute.
func TestID(id string) Locator { return Locator{By: "test id", Value: id} }

// CSS is an element by a CSS selector; the last resort, as customers cannot see it.
func CSS(selector string) Locator { return Locator{By: "css", Value: selector} }

// String is how errors name it.
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
