// Package config reads alerts.yaml into the values that judge, oncall and the other packages use. Parse reports all faults
// of a file at once, each with its line, its field, the expected value and the cure.
package config
