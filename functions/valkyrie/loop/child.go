package loop

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"valkyrie/probes/journey"
	"valkyrie/probes/trial"
)

// grace is how long a child may take to clean up and to stop its browser.
const grace = 20 * time.Second

// A child is a running program that plays the journey.
type child struct {
	loop  *Loop
	cmd   *exec.Cmd
	in    io.WriteCloser
	mu    sync.Mutex // serializes writes to in
	ended chan struct{}
	known chan struct{} // closed when the verdict is known
	over  chan struct{} // closed when the child is to end

	// set when ended is closed
	run   *journey.Run
	usage string
	held  bool // the browser was kept open
	err   error
}

// start starts a program. Its temporary files are in the loop's folder itself: a Chrome with windows makes a socket there, the path of
// which may have 107 bytes.
func (l *Loop) start(path string) (c *child, err error) {
	c = &child{loop: l, cmd: exec.Command(path), ended: make(chan struct{}), known: make(chan struct{}), over: make(chan struct{})}
	c.cmd.Env, c.cmd.Stderr, c.cmd.WaitDelay = append(os.Environ(), "TMPDIR="+l.folder), l.Stderr, grace
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // keeps Ctrl-C from it, so that it ends in order
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	c.write(l.Task)
	go func() {
		defer close(c.ended)
		c.follow(out)
		if c.err = c.cmd.Wait(); c.err == nil && c.run == nil {
			c.err = errors.New("it ended without a verdict")
		}
		if !c.held {
			close(c.known)
		}
		if !l.Task.Once && !c.held && !c.isOver() {
			c.reportEnd()
		}
	}()
	return c, nil
}

// isOver reports whether the loop has ended the child.
func (c *child) isOver() bool {
	select {
	case <-c.over:
		return true
	default:
		return false
	}
}

// reportEnd prints why there is no browser to look at.
func (c *child) reportEnd() {
	why := ""
	switch {
	case c.usage != "":
		why = c.usage + "\n"
	case c.run == nil:
		why = fmt.Sprintf("the journey's process died: %v\n", c.err)
	}
	fmt.Fprintf(c.loop.Stdout, "%s— no browser is open; save the code to play it again, Ctrl-C ends —\n", why)
}

func (c *child) write(v any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = json.NewEncoder(c.in).Encode(v) // a child that has died is reported by its end
}

// follow handles the child's events until its output ends.
func (c *child) follow(out io.Reader) {
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var e trial.Event
		if json.Unmarshal(line, &e) == nil {
			c.handle(e)
		}
	}
}

func (c *child) handle(e trial.Event) {
	l := c.loop
	switch {
	case e.Text != "":
		fmt.Fprintln(l.Stdout, e.Text)
	case e.Secret != "":
		c.write(l.answer(e.Secret))
	case e.Paused:
		go c.awaitEnter()
	case e.Usage != "":
		c.usage = e.Usage
	case e.Held:
		c.held = true
		close(c.known)
		fmt.Fprintf(l.Stdout, "— the browser stays here%s; save the code to play it again, Ctrl-C ends —\n", l.sinceSaved())
	case e.Run != nil:
		c.run = e.Run
		if l.Task.Once {
			fmt.Fprintln(l.Stdout, e.Run.Outcome)
		}
	}
}

// sinceSaved says how long after the save the verdict came; "" for the first.
func (l *Loop) sinceSaved() string {
	if l.saved.IsZero() {
		return ""
	}
	return fmt.Sprintf(", %.1f s after the save", time.Since(l.saved).Seconds())
}

// answer looks a secret up.
func (l *Loop) answer(name string) trial.Answer {
	value, err := l.Secrets(name)
	if err == nil {
		return trial.Answer{Value: value}
	}
	return trial.Answer{Error: strings.TrimPrefix(err.Error(), journey.ErrNoSecret.Error()+" "), Unknown: errors.Is(err, journey.ErrNoSecret)}
}

// awaitEnter lets a paused child go on.
func (c *child) awaitEnter() {
	select {
	case <-c.loop.enters:
		c.write(trial.Answer{Next: true})
	case <-c.over:
	case <-c.ended:
	}
}

// readEnters passes the lines of Stdin on. At its end nothing pauses any more.
func (l *Loop) readEnters() {
	defer close(l.enters)
	for lines := bufio.NewScanner(l.Stdin); lines.Scan(); {
		select {
		case l.enters <- struct{}{}:
		default: // one for the next pause is enough
		}
	}
}

// end ends the child, with the journey's cleanup, and waits until its browser is gone.
func (c *child) end() {
	close(c.over)
	c.write(trial.Answer{End: true})
	defer c.in.Close() // later, as its cleanup may need a secret
	select {
	case <-c.ended:
	case <-time.After(grace):
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL)
		<-c.ended
	}
	os.Remove(c.cmd.Path)
}
