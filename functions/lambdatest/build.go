package lambdatest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"valkyrie/infra/suite"
)

// Build builds a function, such as "probe", as template.yaml does, and returns a folder that holds only its bootstrap.
func Build(tb testing.TB, function string) string {
	tb.Helper()
	dir := tb.TempDir()
	if err := build(tb.Context(), function, dir); err != nil {
		tb.Fatal(err)
	}
	return dir
}

// BuildOnce builds a function for all tests of a package, from its TestMain, which removes the folder. It exits if the
// build fails.
func BuildOnce(function string) string {
	dir, err := os.MkdirTemp("", "valkyrie-"+function+"-")
	if err == nil {
		err = build(context.Background(), function, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return dir
}

// build builds a function into a folder.
func build(ctx context.Context, function, dir string) error {
	replaced, err := os.MkdirTemp("", "valkyrie-overlay-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(replaced)
	overlay, err := practiceOverlay(ctx, replaced)
	if err != nil {
		return fmt.Errorf("build %s: %w", function, err)
	}
	err = suite.Build(ctx, function, filepath.Join(dir, "bootstrap"), "-overlay", overlay,
		"-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "valkyrie/functions/"+function)
	if err != nil {
		return err
	}
	return os.Chmod(dir, 0o755) // readable by the sandbox's user
}
