// Package process runs other programs, and leaves none of their processes behind.
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

// Run runs cmd, which was created with ctx, in a new process group, and kills the whole group when ctx ends: npm and shell
// wrappers start children that would outlive them. An error ends with the program's stderr, unless cmd.Stderr is set. When ctx
// has ended, Run returns its cause, not "signal: killed".
func Run(ctx context.Context, cmd *exec.Cmd) error {
	var stderr bytes.Buffer
	if cmd.Stderr == nil {
		cmd.Stderr = &stderr
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second // for a grandchild that has left the group and still holds the pipe
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return fmt.Errorf("%w%s", err, Quote(stderr.String()))
}

// Quote returns the last lines of a program's stderr, formatted to end an error message; "" when there are none.
func Quote(stderr string) string {
	const lines = 16 // npm names the cause first and then explains for ten lines
	all := strings.Split(strings.TrimSpace(stderr), "\n")
	if len(all) == 1 && all[0] == "" {
		return ""
	}
	return "; stderr:\n  " + strings.Join(all[max(0, len(all)-lines):], "\n  ")
}
