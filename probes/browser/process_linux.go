package browser

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ownGroup puts Chrome and its children into a process group of their own, so that all of them can be ended and reaped
// together; and has the kernel end Chrome when this program dies (not on Lambda, whose threads come and go).
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getenv("LAMBDA_TASK_ROOT") == "" {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
}

// adoptOrphans makes the children of a dead Chrome ours, so that we can reap them: in a container there is often no init
// that would, and on a warm Lambda the zombies would add up.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

func killGroup(pgid int) {
	if pgid > 0 {
		_ = syscall.Kill(-pgid, syscall.SIGKILL)
	}
}

// killOwners ends the processes that were started on the folder, and those in their groups.
func killOwners(dir string) {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		line, err := os.ReadFile(path)
		if err != nil || !bytes.Contains(line, []byte(dir)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path))); err == nil {
			killGroup(pid)
		}
	}
}

// reapGroup waits until no process of the group is left, for at most limit.
func reapGroup(pgid int, limit time.Duration) {
	if pgid <= 0 {
		return
	}
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		killGroup(pgid)
		for {
			pid, err := syscall.Wait4(-pgid, nil, syscall.WNOHANG, nil)
			if err != nil || pid <= 0 {
				break
			}
		}
		if syscall.Kill(-pgid, 0) == syscall.ESRCH {
			return
		}
	}
}
