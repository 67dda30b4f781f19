package main

import (
	"archive/zip"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// MaxUnzipped is Lambda's limit, in bytes, for a function and its layers together.
// See https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.
const MaxUnzipped = 250 << 20

// bundle zips each folder, and prints the sizes.
func bundle(dirs []string, stdout io.Writer) error {
	var total int64
	for _, dir := range dirs {
		unzipped, err := pack(dir, strings.TrimSuffix(dir, "/")+".zip")
		if err != nil {
			return fmt.Errorf("%s: %w", dir, err)
		}
		info, err := os.Stat(strings.TrimSuffix(dir, "/") + ".zip")
		if err != nil {
			return err
		}
		fmt.Fprintf(stdout, "%-24s %6.1f MB zipped, %6.1f MB unzipped\n", filepath.Base(info.Name()), megabytes(info.Size()), megabytes(unzipped))
		total += unzipped
	}
	if total > MaxUnzipped {
		return fmt.Errorf("%.1f MB unzipped: over Lambda's limit of %d MB for a function and its layers", megabytes(total), MaxUnzipped>>20)
	}
	return nil
}

func megabytes(n int64) float64 { return float64(n) / (1 << 20) }

// pack zips the files in dir, and returns their total size. It writes the zip atomically, by a rename.
func pack(dir, file string) (unzipped int64, err error) {
	part, err := os.CreateTemp(filepath.Dir(file), ".bundle-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(part.Name()) // a no-op after the rename
	z := zip.NewWriter(part)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	tree := os.DirFS(dir)
	err = fs.WalkDir(tree, ".", func(path string, d fs.DirEntry, err error) error { // in lexical order
		if err != nil || d.IsDir() {
			return err
		}
		n, err := add(z, tree, path, d)
		unzipped += n
		return err
	})
	if err = errors.Join(err, z.Close(), part.Chmod(0o644), part.Close()); err != nil {
		return 0, err
	}
	if unzipped == 0 {
		return 0, errors.New("the folder contains no data; build it first")
	}
	return unzipped, os.Rename(part.Name(), file)
}

// add adds one file. A file that its owner may execute becomes executable for all, as Lambda runs it as another user. The
// modification time is left out, so that equal files make equal zips.
func add(z *zip.Writer, tree fs.FS, path string, d fs.DirEntry) (int64, error) {
	if !d.Type().IsRegular() {
		return 0, fmt.Errorf("%s: neither a regular file nor a folder", path)
	}
	info, err := d.Info()
	if err != nil {
		return 0, err
	}
	h := &zip.FileHeader{Name: path, Method: zip.Deflate}
	mode := fs.FileMode(0o644)
	if info.Mode()&0o100 != 0 {
		mode = 0o755
	}
	h.SetMode(mode)
	w, err := z.CreateHeader(h)
	if err != nil {
		return 0, err
	}
	f, err := tree.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(w, f)
}
