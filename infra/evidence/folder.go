// Package evidence keeps what a failing run has left to look at.
package evidence

import (
	"fmt"
	"os"
	"path/filepath"

	"valkyrie/probes/journey"
)

// A Folder keeps evidence in a folder: journey/slot_region_run/file, so that it sorts by time and runs never mix.
type Folder string

// Save implements journey.Saver. What is kept may show a customer's data, so only the owner may read it. A file is there
// whole or not at all.
func (f Folder) Save(run journey.Run, name string, data []byte) (string, error) {
	dir := filepath.Join(string(f), run.Journey, fmt.Sprintf("%s_%s_%.13s", run.Slot.UTC().Format("20060102T150405Z"), filepath.Base(run.Region), run.ID))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("no folder for the evidence: %w", err)
	}
	path := filepath.Join(dir, filepath.Base(name))
	if err := write(path, data); err != nil {
		return "", fmt.Errorf("%s could not be kept: %w", name, err)
	}
	return path, nil
}

func write(path string, data []byte) error {
	part := path + ".part"
	if err := os.WriteFile(part, data, 0o600); err != nil {
		_ = os.Remove(part)
		return err
	}
	return os.Rename(part, path)
}
