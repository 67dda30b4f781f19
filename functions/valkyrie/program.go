package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"slices"
	"time"

	"valkyrie/functions/suite"
	"valkyrie/functions/valkyrie/author"
	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/subprocess"
	"valkyrie/probes/journey"
)

// A program is the command line with its environment. Commands write results to stdout, and progress to stderr.
type program struct {
	suite          suite.Suite
	self           string // the path by which it was started
	stdout, stderr io.Writer
	stdin          io.Reader
	getenv         func(string) string
	timeNow        func() time.Time   // nil: time.Now
	isolated       *subprocess.Parent // executes journeys in processes of their own; nil: in this one
}

// probe executes a run in a process of its own, where a fatal error of its journey ends neither the pager nor the other runs.
func (p *program) probe(ctx context.Context, r journey.Runner, create func() journey.Journey, slot time.Time) journey.Run {
	if p.isolated == nil {
		return r.Probe(ctx, create, slot)
	}
	return p.isolated.Probe(ctx, r, create, slot)
}

// now returns the time by which a command answers. Runs of journeys and their slots use the machine's clock, as the site does.
func (p *program) now() time.Time {
	if p.timeNow == nil {
		return time.Now()
	}
	return p.timeNow()
}

// app lists the commands, in the order of the help.
func (p *program) app() cli.App {
	return cli.App{
		Name:    "valkyrie",
		Summary: "valkyrie probes a site's critical journeys, and calls people when one keeps failing",
		Hint:    "begin with: valkyrie demo",
		Commands: slices.Concat([]cli.Command{
			demoCommand(p), runCommand(p), watchCommand(p), tryCommand(p), lookCommand(p),
		}, author.Commands(p.authorConfig()), []cli.Command{
			historyCommand(p), incidentsCommand(p), statusCommand(p), replayCommand(p),
			outagesCommand(p), oncallCommand(p), ackCommand(p), resolveCommand(p), muteCommand(p), regionCommand(p), markCommand(p), canaryCommand(p), drillCommand(p),
			vcardCommand(p), heartbeatsCommand(p), shopCommand(p), phoneCommand(p), costCommand(p), doctorCommand(p), backupCommand(p), restoreCommand(p),
			versionCommand(p),
		}),
		Stdout: p.stdout, Stderr: p.stderr,
	}
}

// authorConfig returns what the commands that edit and check journeys use.
func (p *program) authorConfig() author.Config {
	return author.Config{
		Suite: p.suite, Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr, Now: p.now, Site: practiceSite, Alerts: defaultAlerts,
		Runner: func(ctx context.Context, journeys []func() journey.Journey, site string) (journey.Runner, error) {
			r, err := p.runner(ctx, journeys, site, laptop, "")
			r.Evidence, r.OnStep = nil, nil
			return r, err
		},
		CheckSite: func(site string) error {
			_, err := parseSite(site)
			return err
		},
		Secret: func(ctx context.Context, site, name string) error {
			u, err := parseSite(site)
			if err == nil {
				_, err = p.secretsFor(u)(name)
			}
			return err
		},
		Store: func(fs *flag.FlagSet) author.Opener { return authorStore{p.storeFlags(fs)} },
	}
}

// authorStore opens the store for the commands of package author.
type authorStore struct{ flags *storeOptions }

func (s authorStore) OpenExisting(ctx context.Context) (author.Store, error) {
	return s.flags.openExisting(ctx)
}

// Missing implements [author.Opener]: these commands write, so that a file that was named must exist.
func (s authorStore) Missing() bool {
	return s.flags.missing() && cli.FirstGiven(s.flags.flags, "db") == ""
}

func (s authorStore) InCloud() bool {
	address, err := s.flags.table()
	return address != "" && err == nil
}

// run executes one command and returns its exit code.
func (p *program) run(ctx context.Context, args []string) int { return p.app().Run(ctx, args) }

// logger returns the log of long-running commands, on stderr.
func (p *program) logger(level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: level}))
}

func versionCommand(p *program) cli.Command {
	return cli.Command{
		Name: "version", Summary: "print the version of this program, and the Go that built it",
		Examples: []string{"valkyrie version"},
		Flags: func(*flag.FlagSet) cli.Run {
			return func(_ context.Context, args []string) error {
				if err := cli.NoArguments(args); err != nil {
					return err
				}
				fmt.Fprintf(p.stdout, "valkyrie %s %s %s/%s\n", journey.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
				return nil
			}
		},
	}
}
