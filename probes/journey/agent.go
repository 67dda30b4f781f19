package journey

import (
	"cmp"
	"runtime/debug"
)

// Agent is what a deployment adds to its browsers' user agent: "Valkyrie/" and the version it was built from.
func Agent() string {
	version := ""
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	return "Valkyrie/" + cmp.Or(version, "dev")
}
