package compare

import "time"

// A Message is a call or a text.
type Message struct {
	At   time.Time
	Call bool
	Text string
}

// A Rule decides from runs when to notify people.
type Rule interface {
	// Judge takes the next run, and returns the messages that follow.
	Judge(a Arrival) []Message
}
