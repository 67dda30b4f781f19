package loop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// program is the package of the program that plays the journey.
const program = "./functions/try"

// A compileError is code that does not compile, with the compiler's lines: file, line, column and fault.
type compileError struct{ lines string }

func (e compileError) Error() string { return e.lines }

// build builds the program and returns its path. Without symbols the linker takes half the time. The other settings are those of the
// Makefile, so that the build cache serves both.
func (l *Loop) build(ctx context.Context) (path string, err error) {
	l.built++
	path = filepath.Join(l.folder, fmt.Sprint("try-", l.built))
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, program)
	cmd.Dir, cmd.WaitDelay = l.Task.Root, time.Second
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	if cmd.Env = os.Environ(); os.Getenv("CGO_ENABLED") == "" {
		cmd.Env = append(cmd.Env, "CGO_ENABLED=0")
	}
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err = cmd.Run()
	switch {
	case err == nil:
		return path, nil
	case errors.Is(err, exec.ErrNotFound):
		return "", errors.New("valkyrie try builds the journey at each save, and found no go command; install Go from https://go.dev/dl, or add it to PATH")
	}
	var lines []string
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "# ") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	if len(lines) == 0 {
		lines = []string{fmt.Sprintf("go build %s: %v", program, err)}
	}
	return "", compileError{strings.Join(lines, "\n")}
}

// Module returns the folder of the module that dir is in, which has to be this one or a fork of it.
func Module(dir string) (string, error) {
	for at := dir; ; at = filepath.Dir(at) {
		text, err := os.ReadFile(filepath.Join(at, "go.mod"))
		if err == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("module valkyrie\n")) {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("%s is not in a copy of Valkyrie's code, where your journeys are: expected a go.mod of the module valkyrie there or in a folder above; cd to the copy", dir)
		}
	}
}
