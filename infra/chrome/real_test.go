package chrome

import (
	"bytes"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

const page = `<body style="margin:0; background:white"><span id="text" style="font:40px sans-serif">Ride of the Valkyries</span>`

// TestRealChrome fetches the pinned Chrome through npm and renders a page, with the machine's libraries, with its own, and
// without fonts. The last case shows that legible text depends on the fonts.
func TestRealChrome(t *testing.T) {
	if testing.Short() || runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
		t.Skip("fetches 70 MB and starts Chrome, on linux/amd64")
	}
	home := t.TempDir()
	began := time.Now()
	c, err := Fetch(t.Context(), Config{CacheDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("fetched and unpacked in %v", time.Since(began))
	if got, err := Version(t.Context(), c); !strings.HasPrefix(got, pinned.Version[:3]+".") {
		t.Errorf("Version() = %q, %v; want that of %s", got, err, pinned.Spec())
	}
	dir := filepath.Dir(c.Path)
	noFonts := t.TempDir()
	put(t, filepath.Join(noFonts, "fonts.conf"), "<fontconfig><cachedir>/dev/null/no</cachedir></fontconfig>", 0o644)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(page)) }))
	defer server.Close()
	tests := []struct {
		name, env string
		legible   bool
	}{
		{"as found", "VOID=", true},
		{"with its own libraries", "LD_LIBRARY_PATH=" + dir + "/lib", true},
		{"without fonts", "FONTCONFIG_PATH=" + noFonts, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := launch(t, c, "HOME="+home, test.env)
			d.open(server.URL)
			size := d.eval("JSON.stringify(document.getElementById('text').getBoundingClientRect())")
			ink := darkPixels(t, d.call("Page.captureScreenshot", nil).Result.Data)
			t.Logf("%d dark pixels; text at %s", ink, size)
			if legible := ink > 500; legible != test.legible {
				t.Errorf("%d dark pixels, text at %s; want legible: %v", ink, size, test.legible)
			}
		})
	}
	wantNoFontconfig(t, home)
}

// darkPixels counts the dark pixels of a screenshot.
func darkPixels(t *testing.T, screenshot []byte) (n int) {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(screenshot))
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, g, b, _ := img.At(x, y).RGBA(); r+g+b < 3*0x8000 {
				n++
			}
		}
	}
	return n
}

// wantNoFontconfig fails if Chrome's fontconfig wrote into the user's home.
func wantNoFontconfig(t *testing.T, home string) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(home, ".cache/fontconfig")); err == nil {
		t.Error("fontconfig left a cache in the home folder")
	}
}
