// Package practice makes up a month of runs, with troubles in it that are known, so that a policy can be tried before there
// is a history to try it on: what would it have noticed, how soon, and what would it have woken people for that was nothing?
//
// The month is the same each time. It is noisy as real ones are: runs fail by themselves now and then, are slow now and
// then, and at night everything is quicker.
package practice
