package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/functions/valkyrie/loop"
	"valkyrie/infra/chrome"
	"valkyrie/probes/journey"
	"valkyrie/probes/trial"
)

func tryCommand(p *program) cli.Command {
	return cli.Command{
		Name: "try", Args: "JOURNEY [flags]", Summary: "play a journey at each save of its code, up to the step that fails, and say which line to change",
		Examples: []string{
			"valkyrie try print-card                           # against the practice shop; until Ctrl-C",
			"valkyrie try print-card --site https://staging.example.com --show",
			"valkyrie try print-card --once                    # for scripts",
			"valkyrie try print-card --once --step 3",
		},
		Notes: []string{
			"The browser stays open at the step that fails, or after the last one. What the page offers there is printed as code, what comes near to " +
				"the step's locator first, with the line of the journey corrected. Each save of the code, in probes/ or in a package that it uses, plays the journey again.",
			"The verdict is that of a run. A step that fails is ended before its limit only where nothing on the page can change any more: no request, timer, " +
				"animation or open connection, and no frame. No evidence is kept. Cleanup steps run when the browser is let go.",
			"exit code: 0 passed (or slow), 1 the journey failed, 2 wrong usage, or code that does not compile, 3 our own environment is broken, 130 ended by Ctrl-C",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			site := fs.String("site", practiceSite, "`URL` of the site to probe")
			show := fs.Bool("show", false, "open a window, where there is a display")
			pause := fs.Bool("pause", false, "pause after each step; Enter goes on")
			last := fs.Int("step", 0, "stop after step `N`; 0: the last")
			once := fs.Bool("once", false, "play the journey once, and exit with the code of its run")
			given := cli.Pairs{}
			fs.Var(given, "input", "`NAME=VALUE` for journeys that ask for it; may be given several times")
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 {
					return cli.Usage("expected the name of one journey, such as valkyrie try print-card")
				}
				if *last < 0 {
					return cli.Usage("--step %d: expected the number of a step, from 1", *last)
				}
				l, err := p.loop(ctx, *site, *show)
				if err != nil {
					return err
				}
				l.Task.Journey, l.Task.Pause, l.Task.Last, l.Task.Once, l.Task.Inputs = args[0], *pause, *last, *once, given
				return l.Run(ctx)
			}
		},
	}
}

// loop is an edit loop for the code around the current folder.
func (p *program) loop(ctx context.Context, site string, show bool) (*loop.Loop, error) {
	dir, err := os.Getwd()
	if err != nil {
		return nil, cli.Broken("find the current folder: %w", err)
	}
	root, err := loop.Module(dir)
	if err != nil {
		return nil, cli.Exit(cli.ExitUsage, err)
	}
	u, err := p.siteFor(ctx, site)
	if err != nil {
		return nil, err
	}
	browser, err := p.chromeToWatch(ctx, show)
	if err != nil {
		return nil, err
	}
	return &loop.Loop{
		Task:    trial.Task{Site: u.String(), Root: root, Chrome: browser},
		Secrets: p.secretsFor(u), Stdin: p.stdin, Stdout: p.stdout, Stderr: p.stderr,
	}, nil
}

// displays are the variables that lead a program to the display.
var displays = []string{"DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"}

// chromeToWatch finds the browser; with show, one that opens a window on this machine's display.
func (p *program) chromeToWatch(ctx context.Context, show bool) (journey.Program, error) {
	if !show {
		return p.findChrome(ctx)
	}
	if runtime.GOOS == "linux" && cmp.Or(p.getenv("DISPLAY"), p.getenv("WAYLAND_DISPLAY")) == "" {
		return journey.Program{}, cli.Usage("--show: this machine has no display (DISPLAY and WAYLAND_DISPLAY are not set); leave --show out, or come with a display, such as by ssh -X")
	}
	c, err := chrome.Find(ctx, chrome.Config{Getenv: p.getenv, Progress: p.stderr, Installed: chrome.Windowed()})
	if err != nil {
		return journey.Program{}, cli.Exit(cli.ExitBroken, err)
	}
	if !c.HasWindows() {
		return journey.Program{}, cli.Usage("--show: %s has no windows; install Google Chrome or Chromium, or set CHROME to one", c.Path)
	}
	program := journey.Program{Path: c.Path, Env: c.Env, Window: true}
	for _, name := range displays {
		if value := p.getenv(name); value != "" {
			program.Env = append(slices.Clip(program.Env), name+"="+value)
		}
	}
	return program, nil
}

func lookCommand(p *program) cli.Command {
	return cli.Command{
		Name: "look", Args: "URL", Summary: "list what a page offers to act on and to read, as code for a journey's steps",
		Examples: []string{"valkyrie look http://127.0.0.1:8080/sign-in"},
		Notes: []string{
			"The names are those that steps go by, and each line means one element alone. It is printed as it looks without a visitor who has signed in; for a page " +
				"further on, use valkyrie try. A line with a comment names an element that no step can act on now.",
			"exit code: 0 listed, 1 the page does not open, 2 wrong usage, 3 our own environment is broken",
		},
		Flags: func(fs *flag.FlagSet) cli.Run {
			return func(ctx context.Context, args []string) error {
				if len(args) != 1 {
					return cli.Usage("expected one address, such as valkyrie look https://shop.example.com/sign-in")
				}
				address, err := parseAddress("URL", args[0], "https://shop.example.com/sign-in")
				if err != nil {
					return err
				}
				browser, err := p.findChrome(ctx)
				if err != nil {
					return err
				}
				offers, more, err := trial.Look(ctx, browser, address)
				if failed := (*trial.LookError)(nil); errors.As(err, &failed) && failed.Outcome == journey.Failed {
					return cli.Exit(cli.ExitFailed, err)
				} else if err != nil {
					return cli.Exit(cli.ExitBroken, err)
				}
				_, err = fmt.Fprintln(p.stdout, trial.Listing(offers, 0, more))
				return err
			}
		},
	}
}
