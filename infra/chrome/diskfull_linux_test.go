package chrome

import (
	"os"
	"strings"
	"syscall"
	"testing"
)

// TestDiskFull fetches onto a disk of 1 MB, which is mounted in the helper process's private mount namespace.
func TestDiskFull(t *testing.T) {
	big := squeeze(t, fakeChrome+strings.Repeat("#", 4<<20))
	tarball, p := packed(t, file{Name: "package/bin/chromium.br", Body: big})
	cfg := config(t, p, "cp "+tarball+" .")
	if err := os.MkdirAll(cfg.CacheDir, 0o755); err != nil {
		t.Fatal(err)
	}
	npm, err := cfg.LookPath("npm")
	if err != nil {
		t.Fatal(err)
	}
	cmd := helper(cfg, npm)
	cmd.Env = append(cmd.Env, "FETCH_ON_SMALL_DISK=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	if err != nil || strings.HasPrefix(string(out), "cannot mount:") {
		t.Skipf("this machine does not allow mounting in a user namespace: %v %s", err, out)
	}
	for _, want := range []string{"no space left on device; free 300 MB in " + cfg.CacheDir, "[" + cfg.CacheDir + "/chrome-1.2.3.lock]"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("got %s\nwant it to contain %q", out, want)
		}
	}
}

func mountSmallDisk(dir string) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m")
}
