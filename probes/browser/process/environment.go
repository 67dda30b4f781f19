package process

import (
	"os"
	"slices"
	"strings"

	"valkyrie/probes/journey"
)

// passed are the variables of this program that Chrome gets: where to find libraries, fonts, certificates and its home, the
// language and the time zone, and the way to the network. A name that ends in * stands for all that begin alike. Everything
// else stays here, above all tokens and keys, since a page that breaks out of its renderer can read Chrome's environment.
var passed = []string{
	"PATH", "HOME", "LANG", "LANGUAGE", "LC_*", "TZ", "LD_LIBRARY_PATH", "FONTCONFIG_*", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_DIRS",
	"XDG_DATA_HOME", "XDG_RUNTIME_DIR", "CHROME_DEVEL_SANDBOX", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
}

// environment is the environment of a Chrome: the passed variables of this program, then those of the deployment, which win.
// Its temporary files are in dir.
func environment(ours []string, dir string, program journey.Program) []string {
	var env []string
	for _, entry := range ours {
		name, value, _ := strings.Cut(entry, "=")
		upper := strings.ToUpper(name)
		pass := slices.ContainsFunc(passed, func(p string) bool {
			start, many := strings.CutSuffix(p, "*")
			return upper == p || many && strings.HasPrefix(upper, start)
		})
		if !pass {
			continue
		}
		if strings.HasSuffix(upper, "_PROXY") {
			value = withoutUser(value)
		}
		env = append(env, name+"="+value)
	}
	return append(append(env, "TMPDIR="+dir), program.Env...)
}

// HasProxy reports whether Chrome gets a proxy from the environment or the deployment's switches.
func HasProxy(program journey.Program) bool {
	for _, entry := range environment(os.Environ(), "", program) {
		name, value, _ := strings.Cut(entry, "=")
		if upper := strings.ToUpper(name); strings.HasSuffix(upper, "_PROXY") && upper != "NO_PROXY" && value != "" {
			return true
		}
	}
	return slices.ContainsFunc(program.Args, func(a string) bool { return strings.HasPrefix(strings.TrimLeft(a, "-"), "proxy-") })
}

// withoutUser is the address of a proxy without a user name and a password, which Chrome ignores in a variable.
func withoutUser(proxy string) string {
	scheme, host, ok := strings.Cut(proxy, "://")
	if !ok {
		scheme, host = "", proxy
	} else {
		scheme += "://"
	}
	if slash := strings.LastIndexByte(host, '/'); slash > strings.LastIndexByte(host, '@') {
		host = host[:slash]
	}
	return scheme + host[strings.LastIndexByte(host, '@')+1:]
}

// Sandboxed reports whether Chrome's own sandbox confines the pages on this machine, and otherwise why not, with the cure.
func Sandboxed(program journey.Program) (ok bool, why string) {
	switch {
	case slices.ContainsFunc(program.Args, func(a string) bool { return slices.Contains(withoutSandbox, strings.TrimLeft(a, "-")) }):
		return false, "VALKYRIE_CHROME_FLAGS turns it off"
	case os.Getenv("LAMBDA_TASK_ROOT") != "":
		return false, "Lambda has none"
	case os.Geteuid() == 0:
		return false, "Chrome has none as root; run as an ordinary user"
	}
	return canIsolate()
}

// withoutSandbox are the switches with which Chrome has no sandbox.
var withoutSandbox = []string{"no-sandbox", "single-process", "no-zygote"}
