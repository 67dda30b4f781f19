package template_test

import (
	"os/exec"
	"testing"
)

// TestLint runs cfn-lint on the template, where it is installed: it knows the properties of each resource.
func TestLint(t *testing.T) { lint(t, file) }

func lint(t *testing.T, path string) {
	t.Helper()
	program, err := exec.LookPath("cfn-lint")
	if err != nil {
		t.Skip("cfn-lint is not installed, so the properties of the resources are not checked; pip install cfn-lint")
	}
	if out, err := exec.Command(program, path).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
