package browser

import "fmt"

// A Locator says which element is meant, as a customer would: by what they can see.
type Locator struct {
	By    string   `json:"by"`
	Value string   `json:"value"`
	Other *Locator `json:"or,omitempty"`
}

// Or is either of two: whatever comes first.
func (l Locator) Or(other Locator) Locator {
	l.Other = &other
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

// Text is any element that shows text (part of what it shows, letters exact, white space folded).
func Text(text string) Locator { return Locator{By: "text", Value: text} }

// TestID is an element by its data-testid attribute.
func TestID(id string) Locator { return Locator{By: "test id", Value: id} }

// CSS is an element by a CSS selector; the last resort, as customers cannot see it.
func CSS(selector string) Locator { return Locator{By: "css", Value: selector} }

// String is how errors name it.
func (l Locator) String() string {
	s := fmt.Sprintf("%s %q", l.By, l.Value)
	if l.Other != nil {
		s += " or " + l.Other.String()
	}
	return s
}
