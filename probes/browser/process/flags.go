package process

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chromedp/chromedp"

	"valkyrie/probes/journey"
)

// flags are the switches that a Chrome without a display and much memory needs, and those that stop its
// background activity. --disable-web-security and --allow-running-insecure-content are absent because they would hide
// real failures; the popup blocker stays on for the same reason. site-per-process isolates frames of other sites in
// their own processes, as a desktop Chrome does and a headless one does not: without it an advertisement that hangs
// would hang the shop for the probe alone. It costs nothing on a page without such frames.
//
// --single-process is absent too, although "make bench" measured 0.83 of the memory (212 MB, not 255), 0.96 of the wall
// time and a first page 44 ms sooner: with it a crashing page takes all of Chrome along, so no evidence can be captured
// and the crash is reported only as Chrome's death, and a second browser context ends it. Where memory is the main
// cost, set it through journey.Program.Args (VALKYRIE_CHROME_FLAGS on the command line).
var flags = []string{
	"site-per-process", "disable-gpu", "disable-dev-shm-usage", "disable-quic", "no-first-run", "hide-scrollbars",
	"mute-audio", "no-default-browser-check", "disable-background-networking", "disable-component-update", "disable-sync",
	"disable-default-apps", "disable-extensions", "disable-breakpad", "disable-background-timer-throttling",
	"disable-backgrounding-occluded-windows", "disable-renderer-backgrounding", "metrics-recording-only", "no-pings",
}

// unconfined are the switches of a Chrome that has no sandbox on this machine.
var unconfined = []string{"no-sandbox", "no-zygote"}

// options configures the launch. The window has the size of a customer's laptop: chromedp's default of 800 by 600 would
// save an eighth of the CPU time (960 ms of the benchmark's journey, not 1095) and show a different layout.
func (c *Chrome) options(program journey.Program) []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program.Path),
		chromedp.Flag("headless", !program.Window),
		chromedp.UserDataDir(filepath.Join(c.dir, "profile")),
		chromedp.WindowSize(1280, 900),
		chromedp.NoInheritEnv,
		chromedp.Env(environment(os.Environ(), c.dir, program)...),
		chromedp.CombinedOutput(c.output),
		chromedp.ModifyCmdFunc(func(cmd *exec.Cmd) { ownGroup(cmd); c.cmd = cmd }),
	}
	all := flags
	if ok, _ := Sandboxed(program); !ok {
		all = slices.Concat(flags, unconfined)
		hideMemory()
	}
	for _, f := range all {
		opts = append(opts, chromedp.Flag(f, true))
	}
	return append(opts, extraFlags(program.Args)...)
}

// extraFlags parses the switches of this deployment ("--name=value" or "--name") into chromedp's options.
func extraFlags(args []string) []chromedp.ExecAllocatorOption {
	var opts []chromedp.ExecAllocatorOption
	for _, a := range args {
		if name, value, ok := strings.Cut(strings.TrimLeft(a, "-"), "="); ok {
			opts = append(opts, chromedp.Flag(name, value))
		} else {
			opts = append(opts, chromedp.Flag(name, true))
		}
	}
	return opts
}
