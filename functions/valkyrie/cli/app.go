// Package cli is the frame of a command line with subcommands: flags, help, suggestions, times and exit codes. It knows no
// command; each of them describes itself by a Command.
//
// The frame is our own, on package flag, because neither kong nor cobra behaves as well: both refuse the single dash of
// package flag ("-site URL") and neither suggests "--retry" for "--retyr"; kong also refuses a flag between two arguments
// of a list. Around either we would still have to write the help, the suggestions and the exit codes.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// A Run executes a command with the arguments that are not flags.
type Run func(ctx context.Context, args []string) error

// A Command is one subcommand.
type Command struct {
	Name     string
	Args     string   // the arguments in the usage line, such as "[JOURNEY...] [flags]"
	Summary  string   // one line, lower case, without a full stop
	Examples []string // shell lines; an indented line continues the one before
	Notes    []string // paragraphs for the end of the help; lines that begin with a space are kept as they are
	// Flags declares the flags and returns the function that runs the command with their values.
	Flags func(*flag.FlagSet) Run
}

// An App is a program with its commands. Stdout takes results and requested help, Stderr everything else.
type App struct {
	Name, Summary  string
	Hint           string // last line of the overview: where to begin
	Commands       []Command
	Stdout, Stderr io.Writer
}

// Run executes the command line args, without the program's name, and returns the exit code.
func (a App) Run(ctx context.Context, args []string) int {
	if len(args) == 0 {
		a.overview(a.Stderr)
		return ExitUsage
	}
	run, rest, err := a.Parse(args)
	if err == nil {
		err = run(ctx, rest)
	}
	return a.Report(err)
}

// Report prints the error of a command, if any, and returns its exit code. A reader of the output that had enough, such as
// head, is no error.
func (a App) Report(err error) int {
	if IsClosedOutput(err) {
		return ExitOK
	}
	if err != nil && !errors.Is(err, errSilent) {
		fmt.Fprintf(a.Stderr, "%s: %v\n", a.Name, err)
	}
	return exitCode(err)
}

// IsClosedOutput reports whether err is of writing to stdout after its reader has closed it.
func IsClosedOutput(err error) bool {
	var write *fs.PathError
	return errors.Is(err, syscall.EPIPE) && errors.As(err, &write) && write.Path == os.Stdout.Name()
}

// Parse resolves a command line without executing it: it returns the command's Run and its arguments. A request for help
// is a Run too. Unknown commands and wrong flags are errors with ExitUsage.
func (a App) Parse(args []string) (Run, []string, error) {
	if isHelp(args[0]) {
		if len(args) == 1 {
			return a.printing(a.overview), nil, nil
		}
		args = []string{args[1], "-h"}
	}
	c, err := a.command(args[0])
	if err != nil {
		return nil, nil, err
	}
	fs := flag.NewFlagSet(c.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	run := c.Flags(fs)
	rest, err := parseFlags(fs, args[1:])
	if errors.Is(err, flag.ErrHelp) {
		return a.printing(func(w io.Writer) { a.usage(w, c, fs) }), nil, nil
	}
	if err != nil {
		return nil, nil, Usage("%w\nrun \"%s %s -h\" for its flags", err, a.Name, c.Name)
	}
	return run, rest, nil
}

// printing returns the Run that writes help to stdout.
func (a App) printing(write func(io.Writer)) Run {
	return func(context.Context, []string) error {
		write(a.Stdout)
		return nil
	}
}

func (a App) command(name string) (Command, error) {
	var known []string
	for _, c := range a.Commands {
		if c.Name == name {
			return c, nil
		}
		known = append(known, c.Name)
	}
	return Command{}, Usage("%w\nrun \"%s help\" for what they do", Unknown("command", name, known), a.Name)
}

func isHelp(arg string) bool {
	return slices.Contains([]string{"help", "-h", "-help", "--help"}, arg)
}

// NoArguments refuses arguments, for a command that takes only flags.
func NoArguments(args []string) error {
	if len(args) > 0 {
		return Usage("unexpected argument %q", args[0])
	}
	return nil
}
