package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const fee = `package pay

// Fee is the fee of a sum.
func Fee(sum int, member bool) int {
	if sum > 100 && !member {
		return 3
	}
	return 0
}
`

// TestMutants checks the whole: of the changed lines' mutants, those that the tests do not notice are printed, and no others.
func TestMutants(t *testing.T) {
	dir := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git := func(args ...string) {
		t.Helper()
		cmd := exec.Command("git", append([]string{"-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "init.defaultBranch=main"}, args...)...)
		if cmd.Dir = dir; cmd.Run() != nil {
			t.Fatalf("git %v failed", args)
		}
	}
	put("go.mod", "module pay\n\ngo 1.26\n")
	put("pay.go", strings.Replace(fee, "&& !member ", "", 1))
	git("init", "-q")
	git("add", ".")
	git("commit", "-qm", "first")
	put("pay.go", fee)
	put("refund.go", "package pay\n\nfunc Refund(sum int) int {\n\treturn sum - 1\n}\n")
	put("pay_test.go", "package pay\n\nimport \"testing\"\n\nfunc TestFee(t *testing.T) {\n\tif Fee(200, false) != 3 || Fee(50, false) != 0 {\n\t\tt.Error(\"wrong\")\n\t}\n}\n")
	git("add", ".")
	git("commit", "-qm", "second")
	t.Chdir(dir)
	var out, errors strings.Builder
	if code := run(context.Background(), []string{"-for", "5m"}, &out, &errors); code != 0 {
		t.Fatal(code, errors.String())
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	last := got[len(got)-1]
	got = got[:len(got)-1]
	slices.Sort(got)
	want := []string{"pay.go:5: !member is not asked", "pay.go:5: 100 is larger", "pay.go:5: sum > 100 has >= for >", "refund.go:4: no quick test reaches Refund: 2 mutants"}
	if !slices.Equal(got, want) || last != "8 of 8 mutants on changed lines were tried: 5 survived" {
		t.Errorf("got  %q, %q\nwant %q", got, last, want)
	}
}

// TestOutOfTime checks that the tool ends when its time does.
func TestOutOfTime(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := changedLines(ctx, "HEAD"); err == nil {
		t.Error("git was run after the end of the context")
	}
}
