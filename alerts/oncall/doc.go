// Package oncall answers who is paged at a given time, how loudly, and who is next: people and their waking hours,
// rotations, overrides, the escalation, severities, maintenance windows and drill times. Every function takes the time as
// a parameter.
package oncall
