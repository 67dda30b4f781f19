package lambdatest

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
)

// sandbox builds a root from the machine's folders, and runs the program in it. $1 is a folder to build on, $2 the folder
// of the program, $3 that of the layer. The mounts end with the processes.
const sandbox = `set -e
task=$2 layer=$3
mount --make-rprivate /
mount -t tmpfs -o size=1m,mode=755 root "$1"
cd "$1"
mkdir -p usr etc dev proc tmp opt var/task
for d in bin sbin lib lib64; do
	if [ -L /$d ]; then ln -s "$(readlink /$d)" $d; elif [ -d /$d ]; then mkdir $d; mount --bind /$d $d; fi
done
for d in usr etc; do mount --bind /$d $d; mount -o remount,bind,ro $d; done
mount --bind "$task" var/task; mount -o remount,bind,ro var/task
if [ -n "$layer" ]; then mount --bind "$layer" opt; mount -o remount,bind,ro opt; fi
mount -t proc proc proc
for d in null zero random urandom; do : > dev/$d; mount --bind /dev/$d dev/$d; done
mount -t tmpfs -o size=512m,mode=1777 tmp tmp
mount -o remount,ro,size=1m,mode=755 root .
cd var/task
exec "$(PATH=$PATH:/usr/sbin:/sbin command -v chroot)" ../.. /bin/sh -c 'cd /var/task; setpriv --reuid 993 --regid 990 --clear-groups --inh-caps=-all ./bootstrap & wait $!'
`

// A verdict records whether a sandbox is possible, and if not, the reason.
type verdict struct {
	ok  bool
	why string
}

// jailed tries, once, whether this machine allows a sandbox.
var jailed = sync.OnceValue(func() verdict {
	switch {
	case runtime.GOOS != "linux":
		return verdict{why: "only Linux has them"}
	case os.Getenv("VALKYRIE_NO_SANDBOX") != "":
		return verdict{why: "VALKYRIE_NO_SANDBOX is set"}
	}
	dir, err := os.MkdirTemp("", "lambdatest-")
	if err != nil {
		return verdict{why: err.Error()}
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "bootstrap")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n! touch /var/task/x 2>/dev/null && touch /tmp/x && test ! -e /dev/shm && test $(id -u) = 993\n"), 0o755); err != nil {
		return verdict{why: err.Error()}
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		return verdict{why: err.Error()}
	}
	out, err := sandboxCommand(dir, "").CombinedOutput()
	if err != nil {
		return verdict{why: strings.TrimSpace(err.Error() + ": " + string(out))}
	}
	return verdict{ok: true}
})

// sandboxCommand returns the command that runs a folder's bootstrap in a sandbox.
func sandboxCommand(folder, layer string) *exec.Cmd {
	return exec.Command("unshare", "--mount", "--pid", "--fork", "--kill-child", "/bin/sh", "-c", sandbox, "sandbox", "/mnt", folder, layer)
}

// command returns the command that runs the function.
func (f *Function) command() *exec.Cmd {
	cmd := exec.Command(filepath.Join(f.cfg.Folder, "bootstrap"))
	if f.Jailed() {
		cmd = sandboxCommand(f.cfg.Folder, f.cfg.Layer)
	}
	if f.cpu != "" {
		cmd = f.cpu.wrap(cmd)
	}
	cmd.Dir = f.cfg.Folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}
