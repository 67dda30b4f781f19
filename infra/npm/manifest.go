package npm

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ManifestFile marks a folder that [Install] or [Put] has unpacked completely. It is written last.
const ManifestFile = "manifest.json"

// A manifest lists the files of a folder. Comparing sizes detects a damaged cache (a cleaner that deleted old files, a full disk)
// in well under a millisecond at each start; hashing 200 MB would take half a second.
type manifest struct {
	Integrity string           // checksum of the unpacked tarball
	Sizes     map[string]int64 // sizes in bytes, by path inside the folder
}

func writeManifest(dir string, p Pin) error {
	m := manifest{Integrity: p.Integrity, Sizes: map[string]int64{}}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		m.Sizes[path] = info.Size()
		return nil
	})
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ManifestFile), text, 0o644)
}

// checkManifest returns an error if the program in dir is incomplete, or another one than p.
func checkManifest(dir string, p Pin) error {
	text, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return err
	}
	var m manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%s: %w", ManifestFile, err)
	}
	if m.Integrity != p.Integrity {
		return fmt.Errorf("unpacked from %s, want %s", m.Integrity, p.Integrity)
	}
	for path, want := range m.Sizes {
		info, err := os.Stat(filepath.Join(dir, path))
		if err != nil {
			return err
		}
		if info.Size() != want {
			return fmt.Errorf("%s: %d bytes, want %d", path, info.Size(), want)
		}
	}
	return nil
}
