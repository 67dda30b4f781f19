package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestStart: a function that is not configured ends at once, with all faults in the log, so that Lambda reports it.
func TestStart(t *testing.T) {
	const inner = "TEST_STARTS_WEBHOOK"
	if os.Getenv(inner) != "" {
		main()
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestStart$")
	for _, line := range os.Environ() {
		if !strings.HasPrefix(line, "VALKYRIE_") && !strings.HasPrefix(line, "AWS_") && !strings.HasPrefix(line, "TWILIO_") {
			cmd.Env = append(cmd.Env, line)
		}
	}
	cmd.Env = append(cmd.Env, inner+"=1")
	out, err := cmd.CombinedOutput()
	exit, ok := err.(*exec.ExitError)
	if !ok || exit.ExitCode() != 1 || !strings.Contains(string(out), `"msg":"start the webhook: failed; no key press is received until it starts"`) || !strings.Contains(string(out), "VALKYRIE_TABLE is not set") {
		t.Errorf("%v: %s", err, out)
	}
}
