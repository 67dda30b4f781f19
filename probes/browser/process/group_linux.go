package process

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

// ownGroup puts Chrome and its children into a process group of their own, so that all of them can be killed and reaped
// together. It also makes the kernel kill Chrome when this program dies, except on Lambda, whose threads come and go.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getenv("LAMBDA_TASK_ROOT") == "" {
		cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	}
}

// adoptOrphans makes this process the subreaper of a dead Chrome's children: a container often has no init to reap them,
// and on a warm Lambda the zombies would accumulate.
func adoptOrphans() { _ = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

func killGroup(pgid int) {
	if pgid > 0 {
		_ = syscall.Kill(-pgid, syscall.SIGKILL)
	}
}

// killOwners kills the processes whose command line names dir, and their groups.
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

// reapGroup kills and reaps the group until none of its processes is left, for at most limit.
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
