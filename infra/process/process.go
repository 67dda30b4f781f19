// Package process runs other programs so that nothing of them is left when they are no longer wanted.
package process

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// Run runs cmd, made with ctx, as a process group of its own and kills the whole group when ctx ends: npm and shell
// wrappers start children that would outlive them. An error ends in what the program wrote to stderr, unless cmd.Stderr
// is set. An ended context is reported as such, not as "signal: killed".
func Run(ctx context.Context, cmd *exec.Cmd) error {
	var stderr bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second // for a grandchild that left the group and holds our pipe
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("%w%s", err, Quote(stderr.String()))
}

// Quote is the end of a program's stderr, as the end of an error message; "" when it wrote nothing.
func Quote(stderr string) string {
	const lines = 16 // npm names the cause first and then explains for ten lines
	all := strings.Split(strings.TrimSpace(stderr), "\n")
	if len(all) == 1 && all[0] == "" {
		return ""
	}
	return "; it said:\n  " + strings.Join(all[max(0, len(all)-lines):], "\n  ")
}
