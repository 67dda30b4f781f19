//go:build !linux

package process

import (
	"os/exec"
	"syscall"
	"time"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func adoptOrphans() {}

// killOwners does nothing: listing processes needs different code on each system.
func killOwners(string) {}

func killGroup(pgid int) {
	if pgid > 0 {
		_ = syscall.Kill(-pgid, syscall.SIGKILL)
	}
}

// reapGroup does nothing: init reaps orphans on these systems.
func reapGroup(int, time.Duration) {}
