package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOverlay requires that this version of Go reads the clock where the overlay shifts it.
func TestOverlay(t *testing.T) {
	dir := t.TempDir()
	path, err := writeOverlay(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "time_time.go"))
	if err != nil || !strings.Contains(string(text), "sec += clockShift") {
		t.Errorf("%s does not shift the clock: %v", path, err)
	}
}
