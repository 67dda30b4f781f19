package alerts

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Mark says that something was released, or changed, at a moment: what goes wrong soon after it is told with it.
type Mark struct {
	Name     string    `json:"name"` // such as "v1.2.3"; 1 to MaxMark characters
	At       time.Time `json:"at"`
	Journeys []string  `json:"journeys,omitempty"` // that it can have touched; none: all
}

// MaxMark is how many characters a mark's name has at most, so that it fits into a text beside the words.
const MaxMark = 40

const (
	mostMarks = 30            // are remembered: the latest
	suspect   = 2 * time.Hour // a mark is, of what begins within so long after it
)

func (m Mark) check() error {
	unfit := func(r rune) bool { return !unicode.IsPrint(r) }
	if n := utf8.RuneCountInString(m.Name); strings.TrimSpace(m.Name) != m.Name || n < 1 || n > MaxMark || !utf8.ValidString(m.Name) || strings.ContainsFunc(m.Name, unfit) {
		return fmt.Errorf("the name of a release: expected 1 to %d characters on one line, such as \"v1.2.3\", got %q", MaxMark, m.Name)
	}
	if m.At.IsZero() {
		return fmt.Errorf("the release %q: expected the time of it, got none", m.Name)
	}
	return nil
}

// mark remembers a mark, in the order of their times. Marking it again moves it to its new time.
func (r *Route) mark(m Mark) {
	r.Marks = slices.DeleteFunc(slices.Clone(r.Marks), func(old Mark) bool { return old.Name == m.Name })
	at := len(r.Marks)
	for at > 0 && m.At.Before(r.Marks[at-1].At) {
		at--
	}
	r.Marks = slices.Insert(r.Marks, at, m)
	r.Marks = r.Marks[max(0, len(r.Marks)-mostMarks):]
}

// PutMark remembers a mark in the store. Of more than thirty, the oldest are forgotten.
func PutMark(ctx context.Context, items Items, m Mark) error {
	if err := m.check(); err != nil {
		return err
	}
	return change(ctx, items, routeKey, func(r *Route) bool {
		r.mark(m)
		return true
	})
}

// Suspect is the mark that an incident began soon after, if there is one: the latest of those, as what was released last
// is looked at first. What creeps for weeks began after none.
func (i Incident) Suspect(marks []Mark) (Mark, bool) {
	for _, m := range slices.Backward(marks) {
		touched := len(m.Journeys) == 0 || slices.Contains(m.Journeys, i.Journey)
		if after := i.Since.Sub(m.At); touched && i.Kind != Creeping && after >= 0 && after <= suspect {
			return m, true
		}
	}
	return Mark{}, false
}

// Began says how long after a mark an incident began, "began 4 min after v1.2.3"; of an incident that began after none,
// nothing.
func Began(i Incident, marks []Mark) string { return voice{}.began(i, marks) }

func (v voice) began(i Incident, marks []Mark) string {
	m, ok := i.Suspect(marks)
	if !ok {
		return ""
	}
	return fmt.Sprintf("began %s after %s", v.spell(i.Since.Sub(m.At)), v.release(m.Name))
}

var (
	versionName = regexp.MustCompile(`\bv(\d)`)
	commitName  = regexp.MustCompile(`\b[0-9a-f]{7,40}\b`)
)

// release is a mark's name; aloud, "v1.2.3" is version 1.2.3, and of a commit's hash a few letters are enough.
func (v voice) release(name string) string {
	if !v.aloud {
		return name
	}
	name = commitName.ReplaceAllStringFunc(name, func(hash string) string {
		const enough = 4
		if !strings.ContainsAny(hash, "abcdef") || !strings.ContainsAny(hash, "0123456789") {
			return hash // a date, or a word
		}
		return strings.Join(strings.Split(hash[:enough], ""), " ")
	})
	return strings.ReplaceAll(versionName.ReplaceAllString(name, "version $1"), "_", " ")
}
