//go:build !linux

package browser

import (
	"os/exec"
	"syscall"
	"time"
)

func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

func adoptOrphans() {}

// killOwners would need a list of processes, which is had in another way on each system.
func killOwners(string) {}

func killGroup(pgid int) {
	if pgid > 0 {
		_ = syscall.Kill(-pgid, syscall.SIGKILL)
	}
}

// reapGroup needs to do nothing: init reaps the orphans here.
func reapGroup(int, time.Duration) {}
