// Package oncall resolves the people to page at a given time, their order and the severity: people and their waking hours,
// rotations, overrides, the escalation, severities, maintenance windows and drill times. Every function takes the time as
// a parameter.
package oncall
