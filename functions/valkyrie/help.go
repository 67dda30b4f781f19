package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"valkyrie/alerts"
)

// help lists the commands. Whoever asks for it gets it on stdout; whoever typed nothing, on stderr.
func (p *program) help(w io.Writer) {
	fmt.Fprintln(w, "valkyrie probes a site's critical journeys, and calls people when one keeps failing.")
	fmt.Fprintln(w)
	for _, c := range commands {
		fmt.Fprintf(w, "  valkyrie %-10s %s\n", c.name, c.summary)
	}
	fmt.Fprintln(w, "\nrun \"valkyrie COMMAND -h\" for flags and examples; begin with: valkyrie demo")
}

// helpWith is help, or the usage of the command that is named.
func (p *program) helpWith(args []string) error {
	if len(args) == 0 {
		p.help(p.stdout)
		return nil
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return noCommand(args[0])
	}
	return p.execute(context.Background(), commands[i], []string{"-h"})
}

func noCommand(name string) error {
	var all []string
	for _, c := range commands {
		all = append(all, c.name)
	}
	return errors.Join(unknown("command", name, all), exitError{exitUsage, errors.New("run \"valkyrie help\" for what they do")})
}

// unknown is the error of a name that there is not.
func unknown(what, name string, known []string) error {
	hint := ";"
	if meant := alerts.Nearest(name, known); meant != "" {
		hint = fmt.Sprintf(", did you mean %q?", meant)
	}
	return usageError("there is no %s %q%s there are: %s", what, name, hint, strings.Join(known, ", "))
}

var (
	wrongValue = regexp.MustCompile(`(?s)^invalid (?:boolean )?value (".*") for (?:flag )?-([\w-]+): (.*)$`)
	noFlag     = regexp.MustCompile(`^flag provided but not defined: -(.*)$`)
	noValue    = regexp.MustCompile(`^flag needs an argument: -(.*)$`)
)

// misuse rewords what package flag says of a command's flags.
func misuse(err error, c command, fs *flag.FlagSet) error {
	said := err.Error()
	if m := wrongValue.FindStringSubmatch(said); m != nil {
		said = fmt.Sprintf("--%s %s: %s", m[2], m[1], m[3])
	} else if m := noValue.FindStringSubmatch(said); m != nil {
		said = fmt.Sprintf("--%s: expected a value after it", m[1])
	} else if m := noFlag.FindStringSubmatch(said); m != nil {
		var all []string
		fs.VisitAll(func(f *flag.Flag) { all = append(all, f.Name) })
		said = "there is no flag --" + m[1]
		if meant := alerts.Nearest(m[1], all); meant != "" {
			said += ", did you mean --" + meant + "?"
		}
	}
	return usageError("%s\nrun \"valkyrie %s -h\" for its flags", said, c.name)
}
