// Package local runs a local DynamoDB for tests and experiments: dynoxide, a static program of 7.6 MB that implements DynamoDB's
// protocol and keeps its tables in memory. It is pinned by checksum and fetched with npm.
//
// A server does not separate regions: start one server per region.
package local

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"valkyrie/infra/npm"
	"valkyrie/infra/process"
)

// pinned is the version of the server that the tests use. https://www.npmjs.com/package/@dynoxide/linux-x64
var pinned = npm.Pin{
	Package:   "@dynoxide/linux-x64",
	Version:   "1.2.1",
	Integrity: "sha512-sBHqlxJ9ANkLluFkYRfd5r8Y0ApFew4FhOrlhgRAgD4XzEoFOukEo1nuBTQ1+jTtofqwn4NWQ2k0Tn5mNTjgUg==",
	Download:  4,
	Disk:      20,
}

const program = "dynoxide"

// fetch returns the path of the server's program. VALKYRIE_DYNOXIDE overrides the pinned one.
func fetch(ctx context.Context) (string, error) {
	if path := os.Getenv("VALKYRIE_DYNOXIDE"); path != "" {
		return exec.LookPath(path)
	}
	if platform := runtime.GOOS + "/" + runtime.GOARCH; platform != "linux/amd64" {
		return "", fmt.Errorf("fetch local DynamoDB: none is pinned for %s; set VALKYRIE_DYNOXIDE to a dynoxide built for it", platform)
	}
	cfg := npm.Config{Program: "the local DynamoDB (dynoxide)", Instead: "set VALKYRIE_DYNOXIDE to its executable"}
	dir, err := npm.Install(ctx, cfg, "dynoxide-"+pinned.Version, pinned, unpack, checkStart)
	return filepath.Join(dir, program), err
}

// unpack extracts the program from the package, and ignores the other files.
func unpack(_ context.Context, tarball, dir, _ string) error {
	f, err := os.Open(tarball)
	if err != nil {
		return err
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	for archive := tar.NewReader(plain); ; {
		h, err := archive.Next()
		if err == io.EOF {
			return fmt.Errorf("the package has no %s", program)
		}
		if err != nil {
			return err
		}
		if h.Name == "package/"+program && h.Typeflag == tar.TypeReg {
			return write(dir, archive)
		}
	}
}

func write(dir string, r io.Reader) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, program), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

func checkStart(ctx context.Context, dir string) error {
	cmd := exec.CommandContext(ctx, filepath.Join(dir, program), "--version")
	if err := process.Run(ctx, cmd); err != nil {
		return fmt.Errorf("start the fetched local DynamoDB: it cannot run here; set VALKYRIE_DYNOXIDE to one that does: %w", err)
	}
	return nil
}
