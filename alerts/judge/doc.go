// Package judge decides when a journey is bad enough to open an incident, and when the incident is over.
//
// Judge folds one run into the state of its journey. It is pure: the same runs in the same order give the same decisions,
// and a duplicate or late run changes nothing. Recorder applies it to the store, where the decision to page is part of the
// same conditional write as the state it follows from.
package judge
