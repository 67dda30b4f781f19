// Package practice generates a month of runs with known troubles, so that a policy can be tried without a history: its
// detections, their delay, and its false alarms.
//
// The month is the same each time. It has realistic noise: runs sometimes fail or are slow without a cause, and
// everything is faster at night.
package practice
