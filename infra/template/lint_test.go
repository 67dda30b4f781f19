package template_test

import (
	"os/exec"
	"testing"
)

// TestLint has cfn-lint read the template, where it is installed: it knows each property of each resource.
func TestLint(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed, so nobody has looked whether each property of each resource exists; pip install cfn-lint")
	}
	if out, err := exec.Command(lint, file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
