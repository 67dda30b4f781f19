// Package phrase formats times, durations, counts and lists the way people say them, for reasons, errors and messages.
package phrase
