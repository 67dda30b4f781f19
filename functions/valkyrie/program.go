package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"
)

// Exit codes, which scripts rely on.
const (
	exitOK     = 0 // all passed, or were slow
	exitFailed = 1 // a journey failed: the site's fault
	exitUsage  = 2 // wrong usage or configuration
	exitBroken = 3 // our own environment is broken: nothing is known of the site
)

// A program is the command line with its surroundings: stdout takes the result, stderr the story.
type program struct {
	self           string // how it was started
	stdout, stderr io.Writer
	getenv         func(string) string
	timeNow        func() time.Time // nil: time.Now
}

// now is the time by which a command answers. Runs of journeys and their slots go by the machine's clock, as the site does.
func (p *program) now() time.Time {
	if p.timeNow == nil {
		return time.Now()
	}
	return p.timeNow()
}

// A command is one word of the command line.
type command struct {
	name, args, summary string
	examples, notes     []string
	// flags declares the command's flags and returns what runs it with the arguments that are left.
	flags func(*program, *flag.FlagSet) func(context.Context, []string) error
}

var commands = []command{
	demoCommand, runCommand, watchCommand, historyCommand, incidentsCommand, statusCommand, replayCommand,
	outagesCommand, oncallCommand, ackCommand, resolveCommand, muteCommand, markCommand, drillCommand, vcardCommand, heartbeatsCommand, shopCommand, phoneCommand, costCommand, doctorCommand,
}

// An exitError carries an exit code, and what to say with it.
type exitError struct {
	code int
	err  error
}

func (e exitError) Error() string { return e.err.Error() }
func (e exitError) Unwrap() error { return e.err }

// errQuiet ends the program with a code of its own where everything has been said already.
var errQuiet = errors.New("")

func usageError(format string, args ...any) error {
	return exitError{exitUsage, fmt.Errorf(format, args...)}
}

func brokenError(format string, args ...any) error {
	return exitError{exitBroken, fmt.Errorf(format, args...)}
}

// run executes one command and returns its exit code.
func (p *program) run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		p.help(p.stderr)
		return exitUsage
	}
	if slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		return p.report(p.helpWith(args[1:]))
	}
	i := slices.IndexFunc(commands, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		return p.report(noCommand(args[0]))
	}
	return p.report(p.execute(ctx, commands[i], args[1:]))
}

func (p *program) execute(ctx context.Context, c command, args []string) error {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := c.flags(p, fs)
	rest, err := interspersed(fs, args)
	if errors.Is(err, flag.ErrHelp) {
		p.usage(p.stdout, c, fs)
		return nil
	}
	if err != nil {
		return misuse(err, c, fs)
	}
	return do(ctx, rest)
}

// interspersed parses flags wherever they stand, before or after the other arguments.
func interspersed(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, err
		}
		if args = fs.Args(); len(args) == 0 {
			return rest, nil
		}
		rest, args = append(rest, args[0]), args[1:]
	}
}

// report says what went wrong, and returns the exit code for it.
func (p *program) report(err error) int {
	if err == nil {
		return exitOK
	}
	code := exitBroken
	var e exitError
	if errors.As(err, &e) {
		code = e.code
	}
	if !errors.Is(err, errQuiet) {
		fmt.Fprintf(p.stderr, "valkyrie: %v\n", err)
	}
	return code
}

func (p *program) usage(w io.Writer, c command, fs *flag.FlagSet) {
	fmt.Fprintf(w, "usage: valkyrie %s %s\n\n%s.\n\nflags:\n", c.name, c.args, c.summary)
	fs.VisitAll(func(f *flag.Flag) {
		kind, text := flag.UnquoteUsage(f)
		if f.DefValue != "" && f.DefValue != "[]" {
			text += fmt.Sprintf(" (default %s)", f.DefValue)
		}
		fmt.Fprintf(w, "  --%-22s %s\n", strings.TrimSpace(f.Name+" "+kind), text)
	})
	fmt.Fprintln(w, "\nexamples:")
	for _, e := range c.examples {
		fmt.Fprintln(w, "  "+e)
	}
	for _, n := range c.notes {
		fmt.Fprintln(w, "\n"+n)
	}
}

// logger writes the story's technical side to stderr.
func (p *program) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: level}))
}

// words is a flag that may be given several times.
type words []string

func (w *words) String() string     { return fmt.Sprint([]string(*w)) }
func (w *words) Set(s string) error { *w = append(*w, s); return nil }

// noArguments refuses arguments where none are taken.
func noArguments(args []string) error {
	if len(args) > 0 {
		return usageError("unexpected argument %q", args[0])
	}
	return nil
}

func oneOf(name, value string, known ...string) error {
	if slices.Contains(known, value) {
		return nil
	}
	return usageError("--%s %q: expected %s", name, value, strings.Join(known, ", "))
}
