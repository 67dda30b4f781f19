package chrome

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

const fontCure = "install some (Debian: fonts-dejavu-core)"

// fontsConf returns a replacement for the package's fonts.conf, which searches /opt and /tmp only. Its font folder is relative to
// the file, so that the folder can be moved. A cache does not speed up the start with three fonts, but it must be set to a
// writable folder: without one fontconfig writes into /var/cache or the home, and with an unwritable one it prints an error at
// each start.
func fontsConf(cache string) []byte {
	var path bytes.Buffer
	xml.EscapeText(&path, []byte(cache)) // writing to a Buffer never fails
	return fmt.Appendf(nil, `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>%s</cachedir>
</fontconfig>
`, path.String())
}

// fontDirs returns the folders that fontconfig searches as configured by distributions.
func fontDirs(getenv func(string) string) []string {
	dirs := []string{
		"/usr/share/fonts", "/usr/local/share/fonts", "/usr/share/X11/fonts",
		"/run/current-system/sw/share/X11/fonts", "/System/Library/Fonts",
	}
	if home := getenv("HOME"); home != "" {
		dirs = append(dirs, filepath.Join(home, ".fonts"), filepath.Join(home, ".local/share/fonts"))
	}
	if data := getenv("XDG_DATA_HOME"); data != "" {
		dirs = append(dirs, filepath.Join(data, "fonts"))
	}
	return dirs
}

// hasFonts reports whether the machine has a font, for a Chrome without its own. It trusts a fontconfig that the user has
// configured.
func (cfg Config) hasFonts() bool {
	if cfg.userFonts() {
		return true
	}
	for _, dir := range cfg.FontDirs {
		if holdsFont(dir) {
			return true
		}
	}
	return false
}

// userFonts reports whether the user has configured fontconfig.
func (cfg Config) userFonts() bool {
	return cfg.Getenv("FONTCONFIG_FILE") != "" || cfg.Getenv("FONTCONFIG_PATH") != ""
}

var errFound = errors.New("found")

func holdsFont(dir string) bool {
	if target, err := filepath.EvalSymlinks(dir); err == nil {
		dir = target
	}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".ttf", ".otf", ".ttc", ".pfb":
			return errFound
		}
		if os.IsPermission(err) || os.IsNotExist(err) {
			return nil
		}
		return err
	})
	return errors.Is(err, errFound)
}
