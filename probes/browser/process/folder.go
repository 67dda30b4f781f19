package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// folderPrefix starts the name of each Chrome's folder. Such a folder is locked from the moment that it has its name, and the
// kernel removes the lock when its owner ends, however it ends.
const folderPrefix = "valkyrie-chrome-"

// makeFolder creates the locked folder of a new Chrome. A file system without locks does not prevent the start: no sweep can
// lock the folder there either.
func makeFolder() (dir string, unlock func(), err error) {
	unnamed, err := os.MkdirTemp("", "valkyrie-new-chrome-")
	if err != nil {
		return "", nil, err
	}
	unlock = func() {}
	if lock, err := lockFolder(unnamed); err == nil {
		unlock = func() { _ = lock.Close() }
	}
	dir = filepath.Join(os.TempDir(), folderPrefix+strings.TrimPrefix(filepath.Base(unnamed), "valkyrie-new-chrome-"))
	if err := os.Rename(unnamed, dir); err != nil {
		unlock()
		return "", nil, errors.Join(err, os.Remove(unnamed))
	}
	return dir, unlock, nil
}

// lockFolder locks dir against every other program. It fails at once if another one holds the lock.
func lockFolder(dir string) (*os.File, error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", dir, err), f.Close())
	}
	return f, nil
}

// sweep removes the folders of killed programs from dir. Their Chrome ends with them but its files stay, and on a machine
// that restarts its probes they would fill the disk. The lock tells a dead owner from a living one, which a process id does
// not when containers share dir. A folder that cannot be removed does not prevent the start.
func sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, folderPrefix+"*"))
	for _, folder := range left {
		if lock, err := lockFolder(folder); err == nil {
			_ = os.RemoveAll(folder)
			_ = lock.Close()
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
