package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// inputs are NAME=VALUE pairs for journeys, as a flag that may be given several times.
type inputs map[string]string

// Set takes in one pair.
func (in inputs) Set(pair string) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok || name == "" {
		return errors.New("expected NAME=VALUE, such as teachers=4000")
	}
	in[name] = value
	return nil
}

// String lists the pairs.
func (in inputs) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(in)) {
		all = append(all, fmt.Sprintf("%s=%s", name, in[name]))
	}
	return strings.Join(all, " ")
}
