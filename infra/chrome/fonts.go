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

// fontsConf replaces the package's own fonts.conf, which looks for fonts in /opt and /tmp only. Fonts are named relative
// to the file, so that the folder may be moved. The cache is of no use for three fonts (the start takes as long
// without), but fontconfig insists: with none named it writes into /var/cache or the home, with one it cannot write it
// prints an error at each start.
func fontsConf(cache string) []byte {
	var path bytes.Buffer
	xml.EscapeText(&path, []byte(cache)) // a Buffer takes every write
	return fmt.Appendf(nil, `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <cachedir>%s</cachedir>
</fontconfig>
`, path.String())
}

// fontDirs are the folders in which fontconfig, as distributions set it up, looks for fonts.
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

// hasFonts reports whether a Chrome that brings no fonts would find one. A user who configured fontconfig is believed.
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

// userFonts reports whether the user has told fontconfig where to look.
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
