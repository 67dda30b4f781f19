package process

import (
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// canIsolate tries, once, what Chrome's sandbox needs: a user namespace with a process and a network namespace in it.
// Distributions and containers refuse either of them to ordinary users, some (AppArmor) only the latter two.
var canIsolate = func() func() (bool, string) {
	try := sync.OnceValue(func() error {
		cmd := exec.Command("/bin/sh", "-c", ":")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWPID | syscall.CLONE_NEWNET,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}},
		}
		return cmd.Run()
	})
	return func() (bool, string) {
		if err := try(); err != nil {
			return false, "this machine refuses user namespaces to ordinary users (" + err.Error() + "); see kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns"
		}
		return true, ""
	}
}()

// hideMemory keeps other processes of this user, such as a Chrome without a sandbox, from reading this program's memory and
// environment in /proc. Root can still read them.
func hideMemory() { _ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
