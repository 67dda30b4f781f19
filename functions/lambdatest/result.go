package lambdatest

import (
	"errors"
	"fmt"
	"time"
)

// A Result is the outcome of an event: exactly one of Payload, Failure and Ended is set.
type Result struct {
	Payload []byte
	Failure *Failure      // the function returned an error, or panicked
	Ended   string        // the process ended: "timeout", or its exit state
	Cold    bool          // a process was started for it
	Init    time.Duration // of a cold start: from the start of the process until it requested an event
	Took    time.Duration // from then until the answer
}

// Err returns the failure, if any.
func (r Result) Err() error {
	switch {
	case r.Failure != nil:
		return fmt.Errorf("%s: %s", r.Failure.Type, r.Failure.Message)
	case r.Ended != "":
		return errors.New(r.Ended)
	}
	return nil
}
