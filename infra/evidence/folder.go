// Package evidence stores the screenshots, pages, logs and files of failed runs, in a local folder or in S3.
package evidence

import (
	"fmt"
	"os"
	"path/filepath"

	"valkyrie/probes/journey"
)

// A Folder stores evidence in a local folder as journey/slot_region_run/file, so that it sorts by time and runs never mix.
type Folder string

// Place implements journey.Placer.
func (f Folder) Place(run journey.Run) string {
	return filepath.Join(string(f), run.Journey, fmt.Sprintf("%s_%s_%.13s", run.Slot.UTC().Format("20060102T150405Z"), filepath.Base(run.Region), run.ID))
}

// Save implements journey.Saver. Only the owner may read the files, since they may show a customer's data. Files are written
// atomically, by a rename.
func (f Folder) Save(run journey.Run, name string, data []byte) (string, error) {
	dir := f.Place(run)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("create folder for evidence: %w", err)
	}
	path := filepath.Join(dir, filepath.Base(name))
	if err := write(path, data); err != nil {
		return "", fmt.Errorf("save evidence %s: %w", name, err)
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
