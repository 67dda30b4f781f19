package chrome

import (
	"bytes"
	"os"
	"path/filepath"
)

// needed are the libraries the pinned Chrome links that a small machine may lack. Lambda's has none of NSS.
var needed = []string{"libnss3.so", "libnssutil3.so", "libnspr4.so", "libexpat.so.1"}

// libraryDirs is where the loader looks besides its cache.
var libraryDirs = []string{"/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"}

// hasLibraries reports whether the machine itself has all of them. It reads the loader's cache as text rather than
// running ldconfig, which is in /sbin, off the PATH of ordinary users, and absent on Lambda.
func hasLibraries(loaderCache string, dirs []string) bool {
	cache, _ := os.ReadFile(loaderCache) // missing on musl and Nix: then the folders decide
	for _, name := range needed {
		if !bytes.Contains(cache, []byte(name+"\x00")) && !inAny(dirs, name) {
			return false
		}
	}
	return true
}

func inAny(dirs []string, name string) bool {
	for _, dir := range dirs {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// bundleEnv is what the pinned Chrome in dir needs in its environment. Its fonts are used even where the machine has
// some, so that a page looks alike everywhere; its libraries only where the machine has none, because the machine's
// own get security updates.
func (cfg Config) bundleEnv(dir string) []string {
	var env []string
	if !cfg.userFonts() {
		env = append(env, "FONTCONFIG_PATH="+dir)
	}
	if hasLibraries("/etc/ld.so.cache", libraryDirs) {
		return env
	}
	path := filepath.Join(dir, "lib")
	if own := cfg.Getenv("LD_LIBRARY_PATH"); own != "" {
		path += ":" + own
	}
	return append(env, "LD_LIBRARY_PATH="+path)
}
