// Package loop is the edit loop of valkyrie try: it builds functions/try at each save of the journey's code, has it play the journey, and
// keeps its browser open until the next save.
package loop

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"valkyrie/functions/valkyrie/cli"
	"valkyrie/probes/journey"
	"valkyrie/probes/trial"
)

// ExitInterrupted is the exit code after Ctrl-C, that of a shell for SIGINT.
const ExitInterrupted = 130

// A Loop plays a journey again and again while it is being written.
type Loop struct {
	Task           trial.Task
	Secrets        func(name string) (string, error)
	Stdin          io.Reader // Enter goes on after a pause
	Stdout, Stderr io.Writer

	folder string        // for the built programs
	built  int           // how many there were
	saved  time.Time     // when the code was saved last; zero: before the loop
	enters chan struct{} // gets a value when Enter was pressed; closed at the end of Stdin
}

// Run plays the journey at each change of its code, until ctx ends; once, if the task says so. Its error sets the exit code.
func (l *Loop) Run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "valkyrie-try-*")
	if err != nil {
		return cli.Broken("make a folder for the built program: %w; free some disk space, or set TMPDIR", err)
	}
	defer os.RemoveAll(folder)
	l.folder, l.enters = folder, make(chan struct{}, 1)
	if l.Task.Pause {
		go l.readEnters()
	}
	w := newWatch(l.Task.Root)
	stamp := w.stamp()
	program, err := l.build(ctx)
	for err != nil {
		if !errors.As(err, new(compileError)) || l.Task.Once || ctx.Err() != nil {
			return l.stopped(ctx, cli.Exit(cli.ExitUsage, err))
		}
		fmt.Fprintf(l.Stdout, "%v\n— it does not compile; save it again, Ctrl-C ends —\n", err)
		program, stamp, err = l.rebuild(ctx, w, stamp)
	}
	var following sync.WaitGroup
	defer following.Wait()
	for {
		program, stamp, err = l.play(ctx, program, w, stamp, &following)
		if program == "" {
			return err
		}
	}
}

// stopped is err, or that Ctrl-C has ended the loop.
func (l *Loop) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return cli.Silent(ExitInterrupted)
	}
	return err
}

// rebuild waits for a change of the code since stamp, and builds it.
func (l *Loop) rebuild(ctx context.Context, w *watch, since stamp) (program string, now stamp, err error) {
	l.saved = w.change(ctx, since)
	now = w.stamp()
	program, err = l.build(ctx)
	return program, now, err
}

// play has the program play the journey, until the code has changed and is built again: it returns the next program, "" at the end of
// the loop. Code that does not compile leaves the browser open.
func (l *Loop) play(ctx context.Context, program string, w *watch, since stamp, following *sync.WaitGroup) (next string, now stamp, err error) {
	fmt.Fprintf(l.Stdout, "%s on %s\n", l.Task.Journey, l.Task.Site)
	c, err := l.start(program)
	if err != nil {
		return "", since, cli.Broken("start the built program: %w", err)
	}
	defer c.end()
	if l.Task.Once {
		select {
		case <-c.ended:
			return "", since, c.verdict()
		case <-ctx.Done():
			return "", since, l.stopped(ctx, nil)
		}
	}
	following.Go(func() { // once the processor has nothing better to do
		select {
		case <-c.known:
			w.follow(ctx)
		case <-c.over:
		}
	})
	for {
		next, since, err = l.rebuild(ctx, w, since)
		switch {
		case ctx.Err() != nil:
			return "", since, l.stopped(ctx, nil)
		case err == nil:
			return next, since, nil
		case !errors.As(err, new(compileError)):
			return "", since, cli.Exit(cli.ExitUsage, err)
		}
		fmt.Fprintf(l.Stdout, "%v\n— it does not compile; the browser shows the run before —\n", err)
	}
}

// verdict is the exit code of a run, as that of valkyrie run.
func (c *child) verdict() error {
	switch {
	case c.usage != "":
		return cli.Usage("%s", c.usage)
	case c.run == nil:
		return cli.Broken("the journey's process died: %v; its output is above", c.err)
	case c.run.Outcome == journey.Failed:
		return cli.Silent(cli.ExitFailed)
	case c.run.Outcome == journey.Broken:
		return cli.Silent(cli.ExitBroken)
	}
	return nil
}
