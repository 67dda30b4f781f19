package chrome

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLayForLambda(t *testing.T) {
	tarball, p := packed(t, fakeParts(t)...)
	cfg := config(t, p, "cp "+tarball+" .")
	cfg.platform = "darwin/arm64" // Lay does not run Chrome, so a Mac can build the layer
	layer := t.TempDir()
	for range 2 {
		if err := Lay(t.Context(), cfg, layer); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff([]string{"chrome"}, listing(t, layer)); diff != "" {
		t.Errorf("the layer (-want +got):\n%s", diff)
	}
	program := filepath.Join(layer, "chrome/chromium")
	cfg.Getenv = func(key string) string { return map[string]string{"CHROME": program}[key] }
	c, err := Find(t.Context(), cfg)
	if err != nil || len(c.Env) == 0 || c.Env[0] != "FONTCONFIG_PATH="+filepath.Dir(program) {
		t.Errorf("Find() with CHROME in the layer = %+v, %v; want its fonts", c, err)
	}
	conf, err := os.ReadFile(filepath.Join(layer, "chrome/fonts.conf"))
	if err != nil || !strings.Contains(string(conf), "/tmp/fonts-cache") {
		t.Errorf("fonts.conf: %v\n%s", err, conf)
	}
}
