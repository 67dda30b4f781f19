package lambdatest

import (
	"errors"
	"fmt"
	"time"
)

// A Result is what became of an event: one of Payload, Failure and Ended is there.
type Result struct {
	Payload []byte
	Failure *Failure      // the function returned an error, or panicked
	Ended   string        // the process ended: "timeout", or how it exited
	Cold    bool          // a process was started for it
	Init    time.Duration // of a cold one: from the start of the process until it asked for an event
	Took    time.Duration // from then until the answer
}

// Err is what went wrong, if anything.
func (r Result) Err() error {
	switch {
	case r.Failure != nil:
		return fmt.Errorf("%s: %s", r.Failure.Type, r.Failure.Message)
	case r.Ended != "":
		return errors.New(r.Ended)
	}
	return nil
}
