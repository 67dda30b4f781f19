package journey

import (
	"errors"
	"fmt"
	"regexp"
	"time"
)

// A Journey is what a customer does, as named steps. It is a value made by a function
//
//	func PrintCard() journey.Journey
//
// so that closures hold one run's data, and the list of steps is known without running them. Make a new one for each run.
type Journey struct {
	Name  string // kebab-case, such as "print-card"; it names the journey everywhere
	Title string // what a customer would call it, such as "print a card"; read out on the phone
	Uses  Instrument
	// Every is how often it is to be made: what costs the site much, or changes little, less often. 0: as often as the
	// schedule of the deployment says.
	Every time.Duration
	// ByHand keeps a journey off every schedule: it runs only when it is named, such as a rehearsal that really sends mail.
	ByHand bool
	// Tries is how many tries a run of it has: 1 never tries again, 2 tries once more; 0: what the runner says.
	Tries int
	// Secrets names the secrets that its steps ask for by T.Secret; no other is given out. So what a deployment needs is
	// known before a run.
	Secrets []string
	Steps   []Step
	// Cleanup steps always run, even after a failure, and never change the verdict: cancel the order.
	Cleanup []Step
	// Problems says what is to follow from requests and scripts that break along the way; by default, nothing.
	Problems Policy
}

// A Step is one thing that the customer waits for. Its name is the sentence a customer would say: "wait for the PDF".
type Step struct {
	Name  string
	Slow  time.Duration // budget: a customer's wait over it makes the step slow; 0: no such budget
	Limit time.Duration // deadline: when it has passed, the step has failed; 0: DefaultLimit
	Do    func(t *T)    // a failed expectation ends it, as in testing.T
}

// DefaultLimit is the deadline of a step that names none.
const DefaultLimit = 30 * time.Second

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Validate reports everything that is wrong with the journey at once.
func (j Journey) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("journey %q: "+format, append([]any{j.Name}, args...)...))
	}
	if !nameForm.MatchString(j.Name) {
		wrong("the name must be lower-case words joined by hyphens, such as \"print-card\"")
	}
	if j.Tries < 0 {
		wrong("Tries is %d; it must be 1 or more, or 0 for what the runner says", j.Tries)
	}
	if j.Every < 0 {
		wrong("Every is %v; it must be a time, or 0 for what the schedule says", j.Every)
	}
	for _, name := range j.Secrets {
		if !nameForm.MatchString(name) {
			wrong("Secrets: %q must be lower-case words joined by hyphens, such as \"shop-password\"", name)
		}
	}
	if len(j.Steps) == 0 {
		wrong("it has no steps")
	}
	seen := map[string]bool{}
	for i, s := range append(append([]Step{}, j.Steps...), j.Cleanup...) {
		switch {
		case s.Name == "":
			wrong("step %d has no name", i+1)
		case seen[s.Name]:
			wrong("two steps are called %q; history could not tell them apart", s.Name)
		}
		seen[s.Name] = true
		if s.Do == nil {
			wrong("step %q does nothing: set Do", s.Name)
		}
		if s.Slow < 0 || s.Limit < 0 || s.Slow > s.limit() {
			wrong("step %q: Slow (%v) must be between 0 and Limit (%v)", s.Name, s.Slow, s.limit())
		}
	}
	return errors.Join(errs...)
}

// Cadence is the time from slot to slot of a journey for which the schedule says every; 0 where none is kept.
func (j Journey) Cadence(every time.Duration) time.Duration {
	if every == 0 {
		return 0
	}
	return max(j.Every, every)
}

func (s Step) limit() time.Duration {
	if s.Limit == 0 {
		return DefaultLimit
	}
	return s.Limit
}
