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

// unpack lays the package's tarball out in the new folder dir: the program, and beside it what the *.tar.br archives
// hold (fonts, software GL, libraries). It reads as a stream, so nothing but the result touches the disk.
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
		return errors.New("the package holds no bin/chromium.br")
	}
	return nil
}

// unpackPart lays out one file of the package, if it is one of the compressed ones; the rest is JavaScript.
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

// eachFile calls do for each regular file of a tar stream. Folders are made as files need them; links and devices have
// no business here.
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
			err = fmt.Errorf("refused: neither a file nor a folder (tar type %q)", h.Typeflag)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

// write makes one file inside root, which refuses names that lead out of it.
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

// A reader ends with its context, so that unpacking can be cancelled between two reads.
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
