package chrome

import (
	"bytes"
	"os"
	"path/filepath"
)

// needed lists the libraries of the pinned Chrome that a minimal system may lack. Lambda lacks all of NSS.
var needed = []string{"libnss3.so", "libnssutil3.so", "libnspr4.so", "libexpat.so.1"}

// libraryDirs lists the folders that the loader searches besides its cache.
var libraryDirs = []string{"/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"}

// hasLibraries reports whether the machine has all needed libraries. It searches the loader's cache as text, because ldconfig is
// in /sbin, off the PATH of ordinary users, and absent on Lambda.
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

// bundleEnv returns the environment variables for the pinned Chrome in dir. Its fonts are always used, so that a page looks alike
// everywhere. Its libraries are used only if the machine lacks them, because the machine's get security updates.
func (cfg Config) bundleEnv(dir string) []string {
	var env []string
	if !cfg.userFonts() {
		env = append(env, "FONTCONFIG_PATH="+dir)
	}
	if hasLibraries("/etc/ld.so.cache", libraryDirs) {
		return env
	}
	path := filepath.Join(dir, "lib")
	if existing := cfg.Getenv("LD_LIBRARY_PATH"); existing != "" {
		path += ":" + existing
	}
	return append(env, "LD_LIBRARY_PATH="+path)
}
