// Package api runs a journey without a browser: a Client makes HTTP requests to the site's API, measures them, and keeps
// the exchanges as evidence.
//
// It exists because much fails before any page shows it: a job queue that accepts no jobs, a number that ought to be small.
// A request costs milliseconds and no Chrome, so it can run every minute. It proves nothing about the customer's page;
// that is package browser's task.
package api
