// Package status shows customers the present and past state of a site: a static page, the same as JSON, and an Atom feed of
// incidents. It states only facts: time without measurements is never shown as good, and each file carries the time of
// writing and the time after which it is stale. It reveals no internals: no errors, no evidence, no names.
package status
