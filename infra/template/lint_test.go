package template_test

import (
	"os/exec"
	"testing"
)

// TestLint runs cfn-lint on the template, where it is installed: it knows the properties of each resource.
func TestLint(t *testing.T) {
	lint, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed, so the properties of the resources are not checked; pip install cfn-lint")
	}
	if out, err := exec.Command(lint, file).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
