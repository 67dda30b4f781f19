package template_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"valkyrie/infra/chrome"
)

// TestSize: the probe as SAM builds it and Chrome as laid out fit together into Lambda's limit.
func TestSize(t *testing.T) {
	if testing.Short() || runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		t.Skip("builds the probe and fetches 70 MB, on linux/amd64")
	}
	probe := t.TempDir()
	build := exec.Command("make", "build-Probe", "ARTIFACTS_DIR="+probe)
	build.Dir = "../.."
	build.Env = append(os.Environ(), "GOTOOLCHAIN=local") // the toolchain of this test, so that no second standard library is compiled
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c, err := chrome.Fetch(t.Context(), chrome.Config{Progress: os.Stderr})
	if err != nil {
		t.Fatal(err)
	}
	const most = 250 << 20 // unzipped; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
	program, layer := size(t, probe), size(t, filepath.Dir(c.Path))
	t.Logf("the probe %d MB, the layer %d MB, of %d MB", program>>20, layer>>20, most>>20)
	if program+layer > most || program < 1<<20 || layer < 100<<20 {
		t.Errorf("the probe has %d bytes, the layer %d", program, layer)
	}
}

// size returns the number of bytes in a folder.
func size(t *testing.T, dir string) (n int64) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		n += info.Size()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
