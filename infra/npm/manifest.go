package npm

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// ManifestFile marks a folder that [Install] or [Put] has unpacked completely. It is written last.
const ManifestFile = "manifest.json"

// A manifest lists the files of a folder, to detect a damaged cache: a cleaner that deleted old files, a full disk, blocks that
// a crash has zeroed, lost permissions.
type manifest struct {
	Integrity string            // checksum of the unpacked tarball
	Sizes     map[string]int64  // sizes in bytes, by path inside the folder
	Samples   map[string]uint32 // checksums of samples of them; absent in older manifests, whose files have only their sizes checked
	Programs  []string          // the files that may be executed
}

func writeManifest(dir string, p Pin) error {
	m := manifest{Integrity: p.Integrity, Sizes: map[string]int64{}, Samples: map[string]uint32{}}
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		m.Sizes[path] = info.Size()
		if info.Mode()&0o100 != 0 {
			m.Programs = append(m.Programs, path)
		}
		m.Samples[path], err = sample(filepath.Join(dir, path), info.Size())
		return err
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
		if slices.Contains(m.Programs, path) && info.Mode()&0o100 == 0 {
			return fmt.Errorf("%s may not be executed", path)
		}
		if sum, ok := m.Samples[path]; ok {
			if got, err := sample(filepath.Join(dir, path), want); err != nil || got != sum {
				return fmt.Errorf("%s has other content (%w)", path, cmp.Or(err, errDamaged))
			}
		}
	}
	return nil
}

var errDamaged = errors.New("damaged")

// sample is a checksum of 512 bytes in each 64 kB of a file, and of its end: 5 ms for Chrome's 200 MB, where reading all of it
// at each start would take half a second. Zeroed blocks of a disk are found, a changed byte is not.
func sample(path string, size int64) (uint32, error) {
	const every, length = 64 << 10, 512
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	sum := crc32.New(crc32.MakeTable(crc32.Castagnoli))
	block := make([]byte, length)
	for at := int64(0); at < size+every; at += every {
		n, err := f.ReadAt(block, min(at, max(0, size-length)))
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		sum.Write(block[:n])
	}
	return sum.Sum32(), nil
}
