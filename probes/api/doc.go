// Package api plays a journey without a browser: it asks a site's HTTP API as a program does, takes the times, and keeps
// what was said.
//
// Much of what goes wrong shows before any page does: a job queue that takes no jobs, a number that ought to be small. Asking
// costs milliseconds and no Chrome, so it can be done every minute. It says nothing of what a customer sees; that is
// package browser's.
package api
