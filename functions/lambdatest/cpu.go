package lambdatest

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// MemoryPerCPU is the memory in MB that buys one whole virtual CPU: Lambda's CPU grows with the function's memory.
// See https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html.
const MemoryPerCPU = 1769

// schedulerPeriod is the period of the CPU quota in microseconds. Lambda's own is 20 ms.
const schedulerPeriod = 20_000

// A controlGroup is a group of processes with a CPU quota.
type controlGroup string

// newControlGroup makes a control group whose processes together get the CPU of a function of so much memory, and most of the
// machine's CPU time while they run. It needs root and a writable control group file system, of version 1 or 2.
func newControlGroup(tb testing.TB, memoryMB int) (controlGroup, error) {
	quota := schedulerPeriod * memoryMB / MemoryPerCPU
	name := fmt.Sprintf("valkyrie-%d-%d", os.Getpid(), memoryMB)
	var faults []error
	for _, v := range []struct {
		root  string
		files map[string]string
	}{
		{"/sys/fs/cgroup/cpu", map[string]string{"cpu.cfs_period_us": fmt.Sprint(schedulerPeriod), "cpu.cfs_quota_us": fmt.Sprint(quota), "cpu.shares": "262144"}},
		{"/sys/fs/cgroup", map[string]string{"cpu.max": fmt.Sprintf("%d %d", quota, schedulerPeriod), "cpu.weight": "10000"}},
	} {
		g := controlGroup(filepath.Join(v.root, name))
		err := g.make(v.files)
		if err == nil {
			tb.Cleanup(func() { _ = os.Remove(string(g)) })
			return g, nil
		}
		faults = append(faults, err)
	}
	return "", errors.Join(faults...)
}

func (g controlGroup) make(files map[string]string) error {
	if err := os.Mkdir(string(g), 0o755); err != nil {
		return err
	}
	for name, value := range files {
		if err := os.WriteFile(filepath.Join(string(g), name), []byte(value), 0); err != nil {
			_ = os.Remove(string(g))
			return err
		}
	}
	return nil
}

// wrap returns a command that runs cmd in the group. Later processes of cmd are in it too.
func (g controlGroup) wrap(cmd *exec.Cmd) *exec.Cmd {
	return exec.Command("/bin/sh", append([]string{"-c", `echo $$ > "$0" && exec "$@"`, filepath.Join(string(g), "cgroup.procs"), cmd.Path}, cmd.Args[1:]...)...)
}
