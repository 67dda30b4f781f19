package process

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// folderPrefix starts the name of each Chrome's folder; the process id of its owner follows.
const folderPrefix = "valkyrie-chrome-"

// makeFolder creates the folder of a new Chrome.
func makeFolder() (string, error) {
	return os.MkdirTemp("", fmt.Sprintf("%s%d-", folderPrefix, os.Getpid()))
}

// sweep removes the folders of killed programs from dir. Their Chrome ends with them but its files stay, and on a machine
// that restarts its probes they would fill the disk. A folder that cannot be removed does not prevent the start.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, folderPrefix+"*-*"))
	for _, folder := range left {
		owner, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(folder), folderPrefix), "-")
		if pid, err := strconv.Atoi(owner); err == nil && syscall.Kill(pid, 0) == syscall.ESRCH {
			_ = os.RemoveAll(folder)
		}
	}
}

// removeAll removes dir, retrying for half a second because a dying process may still write into it.
func removeAll(dir string) error {
	var err error
	for range 20 {
		if err = os.RemoveAll(dir); err == nil {
			return nil
		}
		time.Sleep(25 * time.Millisecond)
	}
	return fmt.Errorf("remove Chrome's temporary folder: %w", err)
}
