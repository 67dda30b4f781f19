package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// shiftVariable is the environment variable with the seconds by which a program's clock is ahead.
const shiftVariable = "VALKYRIE_CLOCK_SHIFT"

// readsClock is the one line of package time in which Now reads the clock. Within a synctest bubble the time is simulated
// already, and is left as it is.
const readsClock = "\tsec, nsec, mono := runtimeNow()\n\tif mono == 0 {\n"

const shiftsClock = "\tsec, nsec, mono := runtimeNow()\n\tif !runtimeIsBubbled() {\n\t\tsec += clockShift\n\t}\n\tif mono == 0 {\n"

const shiftFile = `package time

import "syscall"

var clockShift = readShift()

func readShift() int64 {
	text, _ := syscall.Getenv("` + shiftVariable + `")
	seconds, sign := int64(0), int64(1)
	for i, c := range []byte(text) {
		switch {
		case i == 0 && c == '-':
			sign = -1
		case c < '0' || c > '9':
			panic("` + shiftVariable + `: expected seconds, got " + text)
		default:
			seconds = seconds*10 + int64(c-'0')
		}
	}
	return sign * seconds
}
`

// writeOverlay writes the files for -overlay into dir, and returns the path of its description.
func writeOverlay(ctx context.Context, dir string) (string, error) {
	root, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
	if err != nil {
		return "", fmt.Errorf("find the Go distribution: %w", err)
	}
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "time")
	now, err := os.ReadFile(filepath.Join(source, "time.go"))
	if err != nil {
		return "", err
	}
	if n := strings.Count(string(now), readsClock); n != 1 {
		return "", fmt.Errorf("shift the clock of %s: time.Now reads it in %d places that look as expected, not in one; adapt readsClock to this version of Go", source, n)
	}
	files := map[string]string{
		"time.go":  strings.Replace(string(now), readsClock, shiftsClock, 1),
		"shift.go": shiftFile,
	}
	replace := map[string]string{}
	for name, text := range files {
		path := filepath.Join(dir, "time_"+name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(source, name)] = path
	}
	data, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "overlay.json")
	return path, os.WriteFile(path, data, 0o600)
}
