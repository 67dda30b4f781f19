package chrome

import (
	"context"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// runGroup runs cmd, made with ctx, as a process group of its own and kills the whole group when ctx ends: npm and
// shell wrappers start children that would outlive them. An ended context is reported as such, not as "signal: killed".
func runGroup(ctx context.Context, cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second // for a grandchild that left the group and holds our pipe
	err := cmd.Run()
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// quoteTail is the end of a program's stderr, as the end of an error message.
func quoteTail(stderr string) string {
	const lines = 16 // npm names the cause first and then explains for ten lines
	all := strings.Split(strings.TrimSpace(stderr), "\n")
	if len(all) == 1 && all[0] == "" {
		return ""
	}
	return "; it said:\n  " + strings.Join(all[max(0, len(all)-lines):], "\n  ")
}
