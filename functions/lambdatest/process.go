package lambdatest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A process is the function's process, with its descendants.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
}

// launch starts the program, in a sandbox if possible.
func (f *Function) launch() (*process, error) {
	p := &process{cmd: f.command(), exited: make(chan struct{})}
	p.cmd.Env = f.environment()
	p.cmd.Stdout, p.cmd.Stderr = f, f
	p.cmd.WaitDelay = time.Second
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the program: %w", err)
	}
	go func() {
		_ = p.cmd.Wait() // the result is in its state
		close(p.exited)
	}()
	return p, nil
}

// environment returns the program's environment.
func (f *Function) environment() []string {
	env := []string{
		"AWS_LAMBDA_RUNTIME_API=" + f.api.Listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=test", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=2048",
		"LAMBDA_TASK_ROOT=/var/task", "LANG=en_US.UTF-8", "TZ=:UTC", "PATH=/usr/local/bin:/usr/bin:/bin:/opt/bin",
	}
	if !f.Jailed() {
		env = append(env, "TMPDIR="+f.tmp)
	}
	return slices.Concat(env, f.cfg.Env)
}

// state describes how the process exited.
func (p *process) state() string { return p.cmd.ProcessState.String() }

const (
	stop   = syscall.SIGSTOP
	resume = syscall.SIGCONT
)

// signal sends a signal to all of its processes.
func (p *process) signal(s syscall.Signal) {
	for _, pid := range tree(p.cmd.Process.Pid) {
		_ = syscall.Kill(pid, s) // it may have exited already
	}
}

// kill kills all of its processes, and waits.
func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	<-p.exited
}

// Processes lists the processes in the sandbox besides the function's own, including zombies: the names from their command
// lines.
func (f *Function) Processes() []string {
	f.invoking.Lock()
	defer f.invoking.Unlock()
	p := f.running.Load()
	if p == nil {
		return nil
	}
	var all []string
	for _, pid := range tree(p.cmd.Process.Pid) {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if n := strings.TrimSpace(string(name)); err == nil && !slices.Contains([]string{"unshare", "sh", "bootstrap"}, n) {
			all = append(all, n)
		}
	}
	return all
}

// Files lists the files in the sandbox's /tmp.
func (f *Function) Files() []string {
	f.invoking.Lock()
	defer f.invoking.Unlock()
	root := f.tmp
	if f.Jailed() {
		p := f.running.Load()
		if p == nil {
			return nil
		}
		pids := tree(p.cmd.Process.Pid)
		root = fmt.Sprintf("/proc/%d/root/tmp", pids[len(pids)-1])
	}
	var all []string
	_ = filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if rel, _ := filepath.Rel(root, path); err == nil && rel != "." {
			all = append(all, rel)
		}
		return nil
	})
	return all
}

// Memory returns the memory of the function's processes now, also during an invocation, in kilobytes: that of its own
// process, and of all together, with shared pages counted once.
func (f *Function) Memory() (own, all int) {
	p := f.running.Load()
	if p == nil {
		return 0, 0
	}
	for _, pid := range tree(p.cmd.Process.Pid) {
		kb := pss(pid)
		all += kb
		if name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); strings.TrimSpace(string(name)) == "bootstrap" {
			own += kb
		}
	}
	return own, all
}

// pss returns a process's proportional share of memory (PSS), in kilobytes.
func pss(pid int) int {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	for line := range bytes.Lines(text) {
		if rest, ok := bytes.CutPrefix(line, []byte("Pss:")); ok {
			kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(string(rest)), " kB"))
			return kb
		}
	}
	return 0
}

// tree returns a process and all its descendants, parents first.
func tree(root int) []int {
	children := map[int][]int{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue // it has exited
		}
		_, rest, _ := strings.Cut(string(text), ") ") // the name is in parentheses, and may hold any character
		fields := strings.Fields(rest)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if parent, bad := strconv.Atoi(fields[1]); err == nil && bad == nil {
			children[parent] = append(children[parent], pid)
		}
	}
	all := []int{root}
	for i := 0; i < len(all); i++ {
		slices.Sort(children[all[i]])
		all = append(all, children[all[i]]...)
	}
	return all
}
