package chrome

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"github.com/andybalholm/brotli"
)

// program is the executable's name in the folder of a pinned Chrome.
const program = "chromium"

// unpack extracts the package's tarball into the new folder dir: the program, and beside it the contents of the *.tar.br archives
// (fonts, software GL, libraries). It streams, so only the result is written to disk.
func unpack(ctx context.Context, tarball, dir string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	zipped, err := gzip.NewReader(reader{ctx, f})
	if err != nil {
		return err
	}
	if err := eachFile(zipped, func(h *tar.Header, r io.Reader) error { return unpackPart(root, h.Name, r) }); err != nil {
		return err
	}
	if _, err := root.Stat(program); err != nil {
		return errors.New("the package has no bin/chromium.br")
	}
	return nil
}

// unpackPart extracts one compressed file of the package, and ignores the others, which are JavaScript.
func unpackPart(root *os.Root, name string, r io.Reader) error {
	part, ok := strings.CutSuffix(path.Base(name), ".br")
	if !ok || path.Base(path.Dir(name)) != "bin" {
		return nil
	}
	plain := brotli.NewReader(r)
	if part == program {
		return write(root, program, 0o755, plain)
	}
	return eachFile(plain, func(h *tar.Header, r io.Reader) error { return write(root, h.Name, h.FileInfo().Mode(), r) })
}

// eachFile calls do for each regular file of a tar stream. It skips folders, which are created with their files, and rejects
// links and devices.
func eachFile(archive io.Reader, do func(*tar.Header, io.Reader) error) error {
	t := tar.NewReader(archive)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch h.Typeflag {
		case tar.TypeDir:
			continue
		case tar.TypeReg:
			err = do(h, t)
		default:
			err = fmt.Errorf("rejected: neither a file nor a folder (tar type %q)", h.Typeflag)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// write creates one file inside root, which rejects names that lead out of it.
func write(root *os.Root, name string, mode os.FileMode, r io.Reader) error {
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode&0o755|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// A reader fails once its context ends, so that unpacking can be cancelled between two reads.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r reader) Read(p []byte) (int, error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	return r.r.Read(p)
}
