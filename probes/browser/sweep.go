package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// folderPrefix begins the name of a Chrome's folder; the process id of its owner follows.
const folderPrefix = "valkyrie-chrome-"

// makeFolder makes the folder of a new Chrome.
func makeFolder() (string, error) {
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", folderPrefix, os.Getpid()))
}

// sweep removes what programs that were killed have left in dir: they end their Chrome, but not its files, and on a
// machine that restarts its probes these would fill the disk. What cannot be removed is no reason not to start.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, folderPrefix+"*-*"))
	for _, folder := range left {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
		if pid, err := strconv.Atoi(owner); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(folder)
		}
	}
}
