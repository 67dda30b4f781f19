package browser

import "fmt"

// A Locator says which element is meant, as a customer would: by what they can see.
type Locator struct {
	By    string `json:"by"`
	Value string `json:"value"`
}

// Button is a button by its name: its text, or its label where it shows only a picture.
func Button(name string) Locator { return Locator{"button", name} }

// Link is a link by its text.
func Link(name string) Locator { return Locator{"link", name} }

// Heading is a heading by its text.
func Heading(name string) Locator { return Locator{"heading", name} }

// Field is a form's field by its label.
func Field(label string) Locator { return Locator{"field", label} }

// Text is any element that shows text (part of what it shows, letters exact, white space folded).
func Text(text string) Locator { return Locator{"text", text} }

// TestID is an element by its data-testid attribute.
func TestID(id string) Locator { return Locator{"test id", id} }

// CSS is an element by a CSS selector; the last resort, as customers cannot see it.
func CSS(selector string) Locator { return Locator{"css", selector} }

// String is how errors name it.
func (l Locator) String() string { return fmt.Sprintf("%s %q", l.By, l.Value) }
