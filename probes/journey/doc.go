// Package journey defines and executes the suite's unit of work: a Journey is a customer's task as named steps, and a Run is one
// execution of it.
//
// It exists so that every other package can refer to runs without linking Chrome, AWS or Twilio: alerts judges runs, and
// probes produce them, but neither depends on the other.
package journey
