package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"time"

	"valkyrie/infra/slowdown"
)

// patience is the timeout of eventually, on a machine that is busy with other tests.
const patience = time.Minute

// A process is a running program.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{}
}

// startProcess starts the program in dir, with env as its whole environment.
func startProcess(dir string, env []string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command("valkyrie", args...), ended: make(chan struct{})}
	p.cmd.Dir, p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = dir, env, &p.stdout, &p.stderr
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = p.cmd.Wait() // its ProcessState has the result
		close(p.ended)
	}()
	return p, nil
}

// awaitOutput waits for output that matches pattern, on stdout or stderr, and returns the match.
func (p *process) awaitOutput(pattern string) (string, error) {
	re := regexp.MustCompile(pattern)
	var match string
	err := eventually(func() error {
		if match = re.FindString(p.stdout.String() + p.stderr.String()); match != "" {
			return nil
		}
		if p.hasEnded() {
			return permanent{fmt.Errorf("it ended (%v)", p.cmd.ProcessState)}
		}
		return errNotYet
	})
	if err != nil {
		return "", fmt.Errorf("valkyrie %s: waiting for %q: %w; stderr:\n%s", p.cmd.Args[1], pattern, err, p.stderr.String())
	}
	return match, nil
}

func (p *process) hasEnded() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// end sends a signal, and returns the exit code, -1 for a killed program, and the time until the end. A program that does not
// end is killed, with the stacks of its goroutines on stderr.
func (p *process) end(signal os.Signal) (code int, took time.Duration, err error) {
	began := time.Now()
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return 0, 0, err
	}
	return p.wait(began)
}

// wait waits for the end of the program.
func (p *process) wait(since time.Time) (code int, took time.Duration, err error) {
	select {
	case <-p.ended:
		return p.cmd.ProcessState.ExitCode(), time.Since(since), nil
	case <-time.After(patience):
	}
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	return 0, 0, fmt.Errorf("valkyrie %s did not end in %v; stderr:\n%s", p.cmd.Args[1], patience, p.stderr.String())
}

// An output collects the output of a process.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// permanent is an error that further waiting cannot resolve.
type permanent struct{ error }

// errNotYet has eventually try again.
var errNotYet = errors.New("not yet")

// eventually retries check until it returns no error, or until patience has passed, and then returns the last error.
// Between two checks it pauses for longer than a check takes, since one that starts the program would keep a core busy.
func eventually(check func() error) error {
	const shortest = 50 * time.Millisecond
	for deadline := time.Now().Add(slowdown.Scale(patience)); ; {
		began := time.Now()
		err := check()
		if err == nil || errors.As(err, &permanent{}) || time.Now().After(deadline) {
			return err
		}
		time.Sleep(max(shortest, 5*time.Since(began)))
	}
}

// leftovers lists Chrome's folders in tmp, and the processes of the Chromes that were started in dir.
func leftovers(dir, tmp string) []string {
	left, _ := filepath.Glob(filepath.Join(tmp, "valkyrie-chrome-*")) // the pattern is right
	for _, pid := range chromes(dir) {
		command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		left = append(left, fmt.Sprintf("process %d: %s", pid, bytes.ReplaceAll(command, []byte{0}, []byte{' '})))
	}
	return left
}

// chromes lists the processes of the Chromes that were started in dir, each Chrome before its children. Their working folder
// identifies them: they share no name, and children overwrite their environment.
func chromes(dir string) []int {
	var pids []int
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		cwd, err := os.Readlink(link) // fails for other people's processes, and for those that have just ended
		pid, notPID := strconv.Atoi(filepath.Base(filepath.Dir(link)))
		command, _ := os.ReadFile(filepath.Join(filepath.Dir(link), "cmdline"))
		switch {
		case err != nil || notPID != nil || cwd != dir || bytes.HasPrefix(command, []byte("valkyrie\x00")):
		case bytes.Contains(command, []byte("--type=")):
			pids = append(pids, pid)
		default:
			pids = append([]int{pid}, pids...)
		}
	}
	return pids
}
