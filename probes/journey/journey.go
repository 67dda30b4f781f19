package journey

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// A Journey is a customer's task as named steps. A function returns it as a value,
//
//	func PrintCard() journey.Journey
//
// so that closures hold one run's data, and the list of steps is known without running them. Create a new one for each run.
type Journey struct {
	Name  string // kebab-case, such as "print-card"; its identity everywhere
	Title string // the customer's name for it, such as "print a card"; read out on the phone; one line of at most 100 characters
	Uses  Instrument
	// Prepare starts what the steps use besides the instrument, such as pdf.Start, while that starts. Neither counts in the time of
	// a step; an error breaks the run.
	Prepare []func(context.Context) error
	// Every is the interval of its runs, for a journey that costs the site much or changes little. 0: the schedule's.
	Every time.Duration
	// ByHand keeps a journey off every schedule: it runs only when it is named, such as a rehearsal that really sends mail.
	ByHand bool
	// Tries is how many tries a run has: 1 never retries, 2 retries once; 0: the runner's default.
	Tries int
	// Secrets names the secrets that its steps request by T.Secret; no other is given out. It is declared so that the secrets
	// of a deployment are known before a run.
	Secrets []string
	// Hosts names hosts besides the site that may be at an address of the probe's own machine, as of a proxy beside it.
	Hosts []string
	// Accounts names values that its steps request by T.Account: the names of accounts, which are kept with the secrets but are
	// none, so that they may be short, and show in errors and pictures.
	Accounts []string
	Steps    []Step
	// Cleanup steps always run, even after a failure, and never change the verdict: cancel the order.
	Cleanup []Step
	// Problems is the effect of failed requests and scripts on the step; by default none.
	Problems Policy
}

// A Step is one result that the customer waits for. Its name is the sentence a customer would say: "wait for the PDF".
type Step struct {
	Name  string
	Slow  time.Duration // budget: a longer customer's wait makes the step slow; 0: none
	Limit time.Duration // deadline: after it the step has failed; 0: DefaultLimit
	Do    func(t *T)    // a failed expectation ends it, as in testing.T
}

// DefaultLimit is the deadline of a step without Limit.
const DefaultLimit = 30 * time.Second

var nameForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// reservedForm matches the names that a command or a reply such as "mute all 2h" reads as something else: an amount, or one
// of its own words.
var reservedForm = regexp.MustCompile(`^(\d+[a-z]*|a|ack|acked|acknowledged?|all|am|an|and|appreciated|are|at|be|both|check|checking|cheers|do|everything|for|got|help|hello|here|hi|i|im|in|into|is|` +
	`it|list|look|looking|lots?|many|me|mine|much|mute|my|none|now|of|off|ok|okay|on|please|pls|re|reply|resolve|so|soon|start|status|stop|thank|thanks|that|the|this|thx|ty|unmute|way|we|will|with|yes|you)$`)

// ReservedName reports whether a name has a meaning of its own in commands and replies, so that no journey and no batch may
// have it.
func ReservedName(name string) bool { return reservedForm.MatchString(name) }

// longestTitle is the most characters of a title: what a person still follows on the phone.
const longestTitle = 100

// CheckTitle reports why a text cannot be a journey's title: it is read out on the phone, and is a part of messages of one line.
func CheckTitle(title string) error {
	n := utf8.RuneCountInString(title)
	if n <= longestTitle && title == Printable(title) && !strings.ContainsAny(title, "\n\t") {
		return nil
	}
	return fmt.Errorf("%q: expected one line of at most %d characters, all of them printable, since it is read out on the phone; got %d characters", Clip(title, longestTitle), longestTitle, n)
}

// Validate reports all errors of the journey at once.
func (j Journey) Validate() error {
	var errs []error
	wrong := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("journey %q: "+format, append([]any{j.Name}, args...)...))
	}
	if !nameForm.MatchString(j.Name) {
		wrong("the name must be lower-case words joined by hyphens, such as \"print-card\"")
	}
	if ReservedName(j.Name) {
		wrong("the name has a meaning of its own in a reply such as \"mute %s\"; use another, such as \"print-card\"", j.Name)
	}
	if err := CheckTitle(j.Title); err != nil {
		wrong("Title %w", err)
	}
	if j.Tries < 0 {
		wrong("Tries is %d; it must be 1 or more, or 0 for what the runner says", j.Tries)
	}
	if j.Every < 0 {
		wrong("Every is %v; it must be a time, or 0 for what the schedule says", j.Every)
	}
	for _, name := range j.SecretNames() {
		if !nameForm.MatchString(name) {
			wrong("Secrets: %q must be lower-case words joined by hyphens, such as \"shop-password\"", name)
		}
	}
	if len(j.Steps) == 0 {
		wrong("it has no steps")
	}
	if slices.ContainsFunc(j.Prepare, func(do func(context.Context) error) bool { return do == nil }) {
		wrong("Prepare holds a nil function")
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

// Cadence is the interval of the journey's slots when the schedule's is every; 0: it is not scheduled.
func (j Journey) Cadence(every time.Duration) time.Duration {
	if every == 0 {
		return 0
	}
	return max(j.Every, every)
}

// LongestSteps is the time that the steps, those of the cleanup too, may take together.
func (j Journey) LongestSteps() (sum time.Duration) {
	for _, s := range slices.Concat(j.Steps, j.Cleanup) {
		sum += s.limit()
	}
	return sum
}

func (s Step) limit() time.Duration {
	if s.Limit == 0 {
		return DefaultLimit
	}
	return s.Limit
}
