package functions_test

import (
	"os/exec"
	"strings"
	"testing"
)

// TestUpgradeKeepsYours merges a new version into a fork as CONTRIBUTING.md says: what upstream has changed in the files that
// are the user's must not change the fork's policy or journeys, and its other changes must arrive.
func TestUpgradeKeepsYours(t *testing.T) {
	f := fork{t, t.TempDir()}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", args...)
		cmd.Dir = f.dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	commit := func(message string) {
		t.Helper()
		git("add", "-A")
		git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "-qm", message)
	}
	yours := []string{"probes/probes.go", "alerts/alerts.yaml", "samconfig.toml"}
	git("init", "-q", "-b", "main")
	for _, file := range append([]string{".gitattributes", "Makefile"}, yours...) {
		f.write(file, read(t, "../"+file))
	}
	commit("v0.1.0")

	git("switch", "-qc", "upstream")
	f.write("alerts/alerts.yaml", strings.Replace(read(t, "../alerts/alerts.yaml"), "failures_in_a_row: 2", "failures_in_a_row: 3", 1))
	f.write("probes/probes.go", strings.Replace(read(t, "../probes/probes.go"), "// Package probes", "// Package probes, in new words,", 1))
	f.write("samconfig.toml", "# new\n"+read(t, "../samconfig.toml"))
	f.write("Makefile", "# new\n"+read(t, "../Makefile"))
	commit("v0.2.0")

	git("switch", "-q", "main")
	f.write("probes/probes.go", forkProbes)
	f.write("alerts/alerts.yaml", forkAlerts)
	f.write("samconfig.toml", forkSamconfig)
	commit("the journeys and the people of the library")

	git("config", "merge.ours.driver", "true")
	git("-c", "user.name=Ada", "-c", "user.email=ada@example.com", "merge", "-q", "--no-edit", "upstream")
	for i, want := range []string{forkProbes, forkAlerts, forkSamconfig} {
		if got := f.read(yours[i]); got != want {
			t.Errorf("%s is no longer the fork's after the merge:\n%s", yours[i], got)
		}
	}
	if !strings.HasPrefix(f.read("Makefile"), "# new\n") {
		t.Error("the new version's Makefile did not arrive")
	}
}
