package cli

import (
	"errors"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"valkyrie/alerts/config"
)

// parseFlags sets the flags in args, wherever they stand, and returns the other arguments. Unlike flag.FlagSet.Parse it
// goes on after the first argument, and its errors name the flag with two dashes. "--" ends the flags.
func parseFlags(fs *flag.FlagSet, args []string) (rest []string, err error) {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return append(rest, args...), nil
		}
		if len(arg) < 2 || arg[0] != '-' {
			rest = append(rest, arg)
			continue
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		f := fs.Lookup(name)
		if f == nil {
			return nil, unknownFlag(fs, name)
		}
		switch {
		case hasValue:
		case isSwitch(f):
			value = "true"
		case len(args) == 0:
			return nil, fmt.Errorf("--%s: expected a value after it", name)
		default:
			value, args = args[0], args[1:]
		}
		if err := fs.Set(name, value); err != nil {
			return nil, fmt.Errorf("--%s %q: %w", name, value, wrongValue(f, err))
		}
	}
	return rest, nil
}

// isSwitch reports whether a flag needs no value.
func isSwitch(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

func unknownFlag(fs *flag.FlagSet, name string) error {
	if name == "h" || name == "help" {
		return flag.ErrHelp
	}
	var known []string
	fs.VisitAll(func(f *flag.Flag) { known = append(known, f.Name) })
	if nearest := config.Nearest(name, known); nearest != "" {
		return fmt.Errorf("there is no flag --%s, did you mean --%s?", name, nearest)
	}
	return fmt.Errorf("there is no flag --%s", name)
}

// wrongValue names the expected type for the flags of package flag, whose own error is only "parse error".
func wrongValue(f *flag.Flag, err error) error {
	g, ok := f.Value.(flag.Getter)
	if !ok {
		return err
	}
	switch g.Get().(type) {
	case bool:
		return errors.New("expected true or false")
	case int, uint64:
		return errors.New("expected a whole number")
	case float64:
		return errors.New("expected a number")
	}
	return err
}

// Strings is a flag that may be given several times.
type Strings []string

// String lists the values.
func (s *Strings) String() string { return strings.Join(*s, ", ") }

// Set appends a value.
func (s *Strings) Set(value string) error { *s = append(*s, value); return nil }

// Choice is a flag with a fixed set of values, of which the first is the default.
type Choice struct {
	Value string
	known []string
}

// NewChoice returns a Choice among known.
func NewChoice(known ...string) *Choice { return &Choice{known[0], known} }

// String returns the value.
func (c *Choice) String() string { return c.Value }

// Set takes one of the known values.
func (c *Choice) Set(value string) error {
	if !slices.Contains(c.known, value) {
		return fmt.Errorf("expected %s", strings.Join(c.known, ", "))
	}
	c.Value = value
	return nil
}

// Pairs is a flag of NAME=VALUE that may be given several times.
type Pairs map[string]string

// Set adds a pair.
func (p Pairs) Set(pair string) error {
	name, value, ok := strings.Cut(pair, "=")
	if !ok || name == "" {
		return errors.New("expected NAME=VALUE, such as teachers=4000")
	}
	p[name] = value
	return nil
}

// String lists the pairs.
func (p Pairs) String() string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		all = append(all, name+"="+p[name])
	}
	return strings.Join(all, " ")
}

// FirstGiven returns the first of the flags that the command line has, without its dashes; "" if it has none.
func FirstGiven(fs *flag.FlagSet, names ...string) string {
	given := map[string]bool{}
	fs.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for _, name := range names {
		if given[name] {
			return name
		}
	}
	return ""
}
